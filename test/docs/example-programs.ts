/**
 * Makes programs of blocks: each block of a docstring is one, and so are all blocks of a page
 * together, in the order in which they are read.
 *
 * Line n of a program is line n of the document, so that the compiler and a stack trace name the
 * place where the reader finds it.
 */
import ts from 'typescript';
import { type Block, typescriptBlocks } from './example-blocks.js';

export interface Program {
  /** The document, with the line where there may be several: `README.md`, `src/a.ts:12`. */
  readonly name: string;
  readonly path: string;
  readonly code: string;
  /** How many blocks it is made of. */
  readonly blocks: number;
}

export function programsOf(path: string, text: string): readonly Program[] {
  const blocks = typescriptBlocks(path, text);
  if (!path.endsWith('.md')) {
    return blocks.map((block) => program(`${path}:${block.line}`, [block]));
  }
  return blocks.length > 0 ? [program(path, blocks)] : [];
}

function program(name: string, blocks: readonly Block[]): Program {
  const lines: string[] = [];
  for (const { line, code } of blocks)
    lines.push(...blank(line - 1 - lines.length), ...code.split('\n'));
  // A block without an import is a module too, and so may await.
  const code = withoutRepeatedImports(`${lines.join('\n')}\nexport {};\n`);
  return { name, path: (blocks[0] as Block).path, code, blocks: blocks.length };
}

function blank(count: number): string[] {
  return new Array<string>(count).fill('');
}

/** Each block of a page may import what it uses, though one before it did. */
function withoutRepeatedImports(code: string): string {
  const source = ts.createSourceFile('page.ts', code, ts.ScriptTarget.Latest);
  const seen = new Set<string>();
  let text = code;
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (!bindings || !ts.isNamedImports(bindings)) continue;
    for (const element of bindings.elements) {
      const name = `${statement.moduleSpecifier.getText(source)} ${element.getText(source)}`;
      if (seen.has(name)) text = blankOut(text, element.getStart(source), element.end);
      seen.add(name);
    }
  }
  return text;
}

/** With the comma that follows, without moving anything. */
function blankOut(text: string, start: number, end: number): string {
  const comma = /^\s*,/.exec(text.slice(end))?.[0].length ?? 0;
  const gone = text.slice(start, end + comma).replace(/[^\n]/g, ' ');
  return text.slice(0, start) + gone + text.slice(end + comma);
}
