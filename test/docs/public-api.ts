/** What the package exports, as the compiler sees it. */
import { relative } from 'node:path';
import ts from 'typescript';
import { entryPoints } from '../support/entry-points.js';
import { ROOT } from './documents.js';
import { compilerOptions } from './example-types.js';

export const program = ts.createProgram([...entryPoints.values()], compilerOptions());
export const checker = program.getTypeChecker();

/** Something that an app can name, or a member of it: `openVault`, `Vault.epoch`. */
export interface ApiItem {
  readonly name: string;
  readonly symbol: ts.Symbol;
  readonly declaration: ts.Declaration;
  /** `src/a.ts:12`. */
  readonly place: string;
  /** The docstring without its tags; that of the interface it extends, where it has none. */
  readonly text: string;
  readonly tags: readonly ApiTag[];
}

export interface ApiTag {
  readonly name: string;
  readonly text: string;
}

/** Every export of every entry point, once, by name. */
export const exported: readonly ApiItem[] = [...entryPoints.values()]
  .flatMap((file) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile);
    return checker.getExportsOfModule(module as ts.Symbol);
  })
  .map((symbol) => itemOf(symbol.name, resolved(symbol)))
  .filter(({ symbol }, i, all) => all.findIndex((other) => other.symbol === symbol) === i)
  .sort((a, b) => (a.name < b.name ? -1 : 1));

/** Exports that exist at run time. */
export const values: readonly ApiItem[] = exported.filter(({ symbol }) =>
  Boolean(symbol.flags & ts.SymbolFlags.Value),
);

/** Members of exported interfaces, classes and objects. */
export const members: readonly ApiItem[] = exported.flatMap(membersOf);

function resolved(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function itemOf(name: string, symbol: ts.Symbol): ApiItem {
  const declaration = symbol.declarations?.[0] as ts.Declaration;
  const source = declaration.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(declaration.getStart());
  return {
    name,
    symbol,
    declaration,
    place: `${relative(ROOT, source.fileName)}:${line + 1}`,
    text: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
    tags: symbol
      .getJsDocTags(checker)
      .map((tag) => ({ name: tag.name, text: ts.displayPartsToString(tag.text) })),
  };
}

function membersOf({ name, declaration }: ApiItem): ApiItem[] {
  return memberDeclarations(declaration).flatMap((member) => {
    const symbol = member.name && checker.getSymbolAtLocation(member.name);
    return symbol ? itemOf(`${name}.${symbol.name}`, symbol) : [];
  });
}

function memberDeclarations(declaration: ts.Declaration): readonly ts.NamedDeclaration[] {
  if (ts.isInterfaceDeclaration(declaration) || ts.isClassDeclaration(declaration)) {
    return [...declaration.members];
  }
  if (ts.isVariableDeclaration(declaration) && declaration.initializer) {
    const object = ts.isAsExpression(declaration.initializer)
      ? declaration.initializer.expression
      : declaration.initializer;
    // The members of an object with a named type are documented there.
    if (ts.isObjectLiteralExpression(object) && !declaration.type) return [...object.properties];
  }
  return [];
}
