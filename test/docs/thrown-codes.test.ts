/** What the computation of codes finds, on planted sources. */
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { codeFinder, type Exceptions } from './thrown-codes.js';

const ERRORS = `
  export class RowsealError extends Error { constructor(readonly code: 'A' | 'B' | 'C', text: string) { super(text); } }
  export class BError extends RowsealError { constructor() { super('B', 'b'); } }
  export function failA(): never { throw new RowsealError('A', 'a'); }
  export interface Store { load(): string; readonly refuse: () => never }
`;

/** The codes that `f` can throw in a file that imports all of the above. */
function codesOfF(code: string, exceptions?: Exceptions): readonly string[] {
  const imports = "import { BError, failA, RowsealError, type Store } from './errors.js';";
  const files: Record<string, string> = { '/errors.ts': ERRORS, '/f.ts': `${imports}\n${code}` };
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noLib: true,
  };
  const host: ts.CompilerHost = {
    ...ts.createCompilerHost(options),
    fileExists: (file) => file in files,
    readFile: (file) => files[file],
    getSourceFile: (file, target) => ts.createSourceFile(file, files[file] ?? '', target),
  };
  const program = ts.createProgram(['/f.ts'], options, host);
  const source = program.getSourceFile('/f.ts') as ts.SourceFile;
  const isF = (statement: ts.Statement): statement is ts.FunctionDeclaration =>
    ts.isFunctionDeclaration(statement) && statement.name?.text === 'f';
  const find = codeFinder(program, () => true);
  return find(source.statements.find(isF) as ts.FunctionDeclaration, exceptions);
}

describe('a function can throw', () => {
  it.each([
    ['what it constructs', "function f() { throw new RowsealError('C', ''); }"],
    ['one of several', "function f(x: 'A' | 'C') { throw new RowsealError(x, ''); }", ['A', 'C']],
    ['what a subclass says', 'function f() { throw new BError(); }', ['B']],
    ['what a helper of another file throws', 'function f() { failA(); }', ['A']],
    ['what a callback throws', 'function f(xs: unknown[]) { xs.map(() => failA()); }', ['A']],
    [
      'what a function throws that it passes on',
      'function f(g: (x: unknown) => void) { g(failA); }',
      ['A'],
    ],
    ['what a nested function throws', 'function f() { const g = () => failA(); g(); }', ['A']],
    ['what a constant holds', 'const g = () => failA();\nfunction f() { g(); }', ['A']],
    [
      'what a function throws that calls it back',
      'function f(): void { g(); }\nfunction g(): void { failA(); h(); f(); }\nfunction h(): void { g(); new BError(); }',
      ['A', 'B'],
    ],
    [
      'what an object behind an interface throws',
      'function f(store: Store) { store.load(); }\nexport const own: Store = { load() { failA(); return "" }, refuse: failA };',
      ['A'],
    ],
    [
      'what a function throws that an interface hands over',
      'function f(store: Store) { store.refuse(); }\nexport const own: Store = { load: () => "", refuse: () => failA() };',
      ['A'],
    ],
    [
      'what an object throws that a function makes',
      'function f() { make().load(); }\nfunction make(): Store { return { load() { throw new BError(); }, refuse: failA }; }',
      ['B'],
    ],
    [
      'what an object behind a generic interface throws',
      'interface Codec<T> { encode(value: T): T }\nfunction f(codec: Codec<unknown>) { codec.encode(1); }\nexport const own: Codec<string> = { encode: () => failA() };',
      ['A'],
    ],
    [
      'what an object throws that is part of another',
      'function f(x: { readonly store?: Store }) { x.store?.load(); }\nexport const own: { readonly store?: Store } = { store: { load: () => failA(), refuse: failA } };',
      ['A'],
    ],
    ['what a default parameter throws', 'function f(text = failA()) { return text; }', ['A']],
  ])('%s', (_, code, expected = ['C']) => {
    expect(codesOfF(code)).toEqual(expected);
  });
});

describe('a function does not throw', () => {
  it.each([
    [
      'what an object throws that it only makes',
      'function f(): Store { return { load() { failA(); return "" }, refuse: () => failA() }; }',
    ],
    ['what a type mentions', 'function f(): ReturnType<typeof failA> | void {}'],
    ['what its neighbours throw', 'function f() {}\nfunction g() { failA(); }'],
    [
      'what has no code',
      'function f() { throw new TypeError(); }\ndeclare class TypeError { constructor() }',
    ],
  ])('%s', (_, code) => {
    expect(codesOfF(code)).toEqual([]);
  });

  it('what is said to be kept', () => {
    const code = 'function f() { g(); new BError(); }\nfunction g() { failA(); new BError(); }';
    expect(codesOfF(code, { g: { A: 'caught' } })).toEqual(['B']);
    expect(codesOfF(code, { f: { '*': 'returned' } })).toEqual([]);
  });
});
