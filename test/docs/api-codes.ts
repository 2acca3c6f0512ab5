/** Which codes there are, which an export can throw, and which its docstring names. */
import type ts from 'typescript';
import { type ApiItem, exported, program } from './public-api.js';
import { EXCEPTIONS } from './thrown-code-exceptions.js';
import { codeFinder, type Exceptions } from './thrown-codes.js';

export interface Code {
  readonly name: string;
  /** Its docstring, as Markdown. */
  readonly text: string;
}

const union = exported.find(({ name }) => name === 'RowsealErrorCode') as ApiItem;

/** Every code, in the order of its declaration. */
export const codes: readonly Code[] = membersOf(
  (union.declaration as ts.TypeAliasDeclaration).type,
);

function membersOf(type: ts.TypeNode): readonly Code[] {
  const text = type.getSourceFile().text;
  const { types } = type as ts.UnionTypeNode;
  return types.map((member, i) => {
    const before = text.slice(types[i - 1]?.end ?? type.pos, member.end);
    const [, docstring = ''] = /\/\*\*(.*)\*\//s.exec(before) ?? [];
    const lines = docstring.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
    return { name: member.getText().slice(1, -1), text: lines.join('\n').trim() };
  });
}

const find = codeFinder(program, (file) => file.includes('/src/'));

const thrown = new Map<ApiItem, readonly string[]>();

export function codesThrownBy(item: ApiItem, exceptions?: Exceptions): readonly string[] {
  if (exceptions) return find(item.declaration, exceptions);
  const known = thrown.get(item) ?? find(item.declaration, EXCEPTIONS);
  thrown.set(item, known);
  return known;
}

const THROWN_OR_RETURNED = Object.fromEntries(
  Object.entries(EXCEPTIONS).filter(([, kept]) => kept['*'] === undefined),
);

/** Codes that come out as a result, where a row that fails must stop no other. */
export function codesReturnedBy(item: ApiItem): readonly string[] {
  const all = codesThrownBy(item, THROWN_OR_RETURNED);
  return all.filter((code) => !codesThrownBy(item).includes(code));
}

/** The codes in an item's `@throws`. */
export function codesNamedBy({ tags }: ApiItem): readonly string[] {
  const throws = tags.filter(({ name }) => name === 'throws').map(({ text }) => text);
  const quoted = throws.join('\n').match(/(?<=`)[A-Z_]+(?=`)/g) ?? [];
  const names = codes.map(({ name }) => name);
  return [...new Set(quoted)].filter((each) => names.includes(each)).sort();
}
