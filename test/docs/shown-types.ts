/**
 * Which exports are met by who reads the signatures of functions: a type needs no example of its own
 * when that of a function shows it.
 */
import ts from 'typescript';
import { checker, exported, values } from './public-api.js';

/** The names of all exports that stand in the signature of a value, or in that of one that does. */
export const shownTypes: ReadonlySet<string> = reached();

function reached(): Set<string> {
  const found = new Set(values.map(({ symbol }) => symbol));
  for (const symbol of found) {
    for (const declaration of symbol.declarations ?? []) {
      for (const named of namedIn(declaration)) found.add(named);
    }
  }
  return new Set(exported.filter(({ symbol }) => found.has(symbol)).map(({ name }) => name));
}

/** What a declaration names outside the bodies of functions; types that aren't exported included. */
function namedIn(node: ts.Node): ts.Symbol[] {
  if (ts.isBlock(node)) return [];
  const named = node.getChildren().flatMap(namedIn);
  const symbol = ts.isIdentifier(node) && checker.getSymbolAtLocation(node);
  if (!symbol) return named;
  return [
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    ...named,
  ];
}
