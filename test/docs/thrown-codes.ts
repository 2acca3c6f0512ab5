/**
 * Which codes a function can throw, computed from the source.
 *
 * A function can throw what it constructs, and what every function can throw that it mentions:
 * a function that is passed on will be called by somebody. A call through an interface
 * (`opener.deriveKek`) is a call of every object in the source that implements it. So the answer
 * may be too large, where a code is caught or can't come up; it is never too small.
 */
import ts from 'typescript';
import { implementationsIn } from './implementations.js';

/** Codes that never leave a function, by its name and the code (`*` is every code), and why. */
export type Exceptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Every code that can come out of a declaration, in alphabetical order. */
export type CodesThrownBy = (declaration: ts.Node, exceptions?: Exceptions) => readonly string[];

interface Facts {
  readonly codes: ReadonlySet<string>;
  readonly mentioned: ReadonlySet<ts.Node>;
}

/** @param isOwn whether a file belongs to the source; what others throw is no code */
export function codeFinder(program: ts.Program, isOwn: (file: string) => boolean): CodesThrownBy {
  const checker = program.getTypeChecker();
  const sources = program.getSourceFiles().filter(({ fileName }) => isOwn(fileName));
  const implementations = implementationsIn(sources, checker);
  const implementing = new Set<ts.Node>([...implementations.values()].flat());
  const known = new Map<ts.Node, Facts>();

  function factsOf(node: ts.Node): Facts {
    const facts = known.get(node) ?? gatherFacts(node);
    known.set(node, facts);
    return facts;
  }

  function gatherFacts(node: ts.Node): Facts {
    const codes = new Set<string>();
    const mentioned = new Set<ts.Node>();
    const visit = (child: ts.Node): void => {
      // A function made here to meet an interface is called elsewhere, through the interface.
      if (ts.isTypeNode(child) || (child !== node && implementing.has(child))) return;
      if (ts.isNewExpression(child)) for (const code of codesOf(child, checker)) codes.add(code);
      if (ts.isIdentifier(child)) for (const other of meant(child)) mentioned.add(other);
      ts.forEachChild(child, visit);
    };
    visit(node);
    return { codes, mentioned };
  }

  /** The functions, and constants that hold some, for which a name stands. */
  function meant(name: ts.Identifier): readonly ts.Node[] {
    const symbol = symbolOf(name, checker);
    if (!symbol) return [];
    const declared = (symbol.declarations ?? []).filter((node) =>
      isOwn(node.getSourceFile().fileName),
    );
    const met = declared.flatMap((member) => implementations.get(member) ?? []);
    return [...declared.filter(isTopLevel), ...met];
  }

  return (declaration, exceptions = {}) => {
    const reached = new Set([declaration]);
    for (const node of reached) for (const other of factsOf(node).mentioned) reached.add(other);
    const found = new Map<ts.Node, ReadonlySet<string>>();
    // Until nothing is added, since functions may call each other.
    for (let grown = true; grown; ) {
      grown = false;
      for (const node of reached) {
        const { codes, mentioned } = factsOf(node);
        const kept = exceptions[nameOf(node)] ?? {};
        const all = [...codes, ...[...mentioned].flatMap((other) => [...(found.get(other) ?? [])])];
        const next = new Set(all.filter((code) => !kept[code] && !kept['*']));
        grown ||= next.size > (found.get(node)?.size ?? 0);
        found.set(node, next);
      }
    }
    return [...(found.get(declaration) as ReadonlySet<string>)].sort();
  };
}

function nameOf(node: ts.Node): string {
  const { name } = node as ts.NamedDeclaration;
  return name && ts.isIdentifier(name) ? name.text : '';
}

/** What a name stands for in its scope, through imports. */
function symbolOf(name: ts.Node, checker: ts.TypeChecker): ts.Symbol | undefined {
  const symbol =
    name.parent && ts.isShorthandPropertyAssignment(name.parent)
      ? checker.getShorthandAssignmentValueSymbol(name.parent)
      : checker.getSymbolAtLocation(name);
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** A local function or constant is part of the function around it. */
function isTopLevel(node: ts.Node): boolean {
  if (ts.isFunctionDeclaration(node)) return true;
  return ts.isVariableDeclaration(node) && ts.isSourceFile(node.parent.parent.parent);
}

/** The code in `new RowsealError('CODE', …)`, or the one that a subclass gives to `super`. */
function codesOf(made: ts.NewExpression, checker: ts.TypeChecker): readonly string[] {
  const declaration = symbolOf(made.expression, checker)?.valueDeclaration;
  if (!declaration || !ts.isClassDeclaration(declaration)) return [];
  if (nameOf(declaration) === 'RowsealError') return literalsOf(made.arguments?.[0], checker);
  const codes: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.SuperKeyword) {
      codes.push(...literalsOf(node.arguments[0], checker));
    }
    ts.forEachChild(node, visit);
  };
  visit(declaration);
  return codes;
}

function literalsOf(code: ts.Expression | undefined, checker: ts.TypeChecker): readonly string[] {
  if (!code) return [];
  const type = checker.getTypeAtLocation(code);
  const each = type.isUnion() ? type.types : [type];
  return each.flatMap((one) => (one.isStringLiteral() ? one.value : []));
}
