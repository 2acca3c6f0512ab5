/** Which codes there are, which an export can throw, and which its docstring names. */
import ts from 'typescript';
import { type ApiItem, exported, program } from './public-api.js';
import { EXCEPTIONS } from './thrown-code-exceptions.js';
import { codeFinder, type Exceptions } from './thrown-codes.js';

const union = exported.find(({ name }) => name === 'RowsealErrorCode') as ApiItem;

/** Every code, in the order of its declaration. */
export const codes: readonly string[] = literalsIn(union.declaration);

function literalsIn(node: ts.Node): readonly string[] {
  if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal)) return [node.literal.text];
  const found: string[] = [];
  ts.forEachChild(node, (child) => void found.push(...literalsIn(child)));
  return found;
}

const find = codeFinder(program, (file) => file.includes('/src/'));

export function codesThrownBy(
  { declaration }: ApiItem,
  exceptions: Exceptions = EXCEPTIONS,
): readonly string[] {
  return find(declaration, exceptions);
}

/** The codes in an item's `@throws`. */
export function codesNamedBy({ tags }: ApiItem): readonly string[] {
  const throws = tags.filter(({ name }) => name === 'throws').map(({ text }) => text);
  const quoted = throws.join('\n').match(/(?<=`)[A-Z_]+(?=`)/g) ?? [];
  return [...new Set(quoted)].filter((each) => codes.includes(each)).sort();
}
