/** What a vector may quote of docs/format.md: whole sentences, list items and rows of tables. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const format = readFileSync(resolve(import.meta.dirname, '../../docs/format.md'), 'utf8');

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

const LIST_MARK = /^(?:- |\d+\. )/;

/** The blocks of a section, each as its sentences: a row of a table or of code is one. */
function blocksOf(section: string): readonly (readonly string[])[] {
  const [prose, code] = [[] as string[], [] as string[]];
  for (const [i, part] of section.split(/^```.*$/m).entries()) (i % 2 ? code : prose).push(part);
  const blocks = prose.flatMap((part) => part.split(/\n\s*\n|\n(?=\||- |\d+\. |#)/)).map(oneLine);
  return [
    ...blocks.map((block) => (block.startsWith('|') ? [block] : sentencesOf(block))),
    ...code.flatMap((part) => part.split('\n')).map((line) => [oneLine(line)]),
  ].filter(([first = '']) => first !== '' && !first.startsWith('#'));
}

const sentencesOf = (block: string): readonly string[] =>
  block.replace(LIST_MARK, '').split(/(?<=[.?!](?:\*\*)?) /);

/** By the number of the section. */
const sections = new Map(
  format
    .split(/^## (?=\d)/m)
    .slice(1)
    .map((text) => [text.split('.')[0] as string, blocksOf(text.replace(/^.*/, ''))]),
);

/** Whether the quote is one or more whole sentences, one after another in one block. */
export function isWhole(section: string, quote: string): boolean {
  const wanted = oneLine(quote).replace(LIST_MARK, '');
  const blocks = sections.get(section) ?? [];
  return blocks.some((sentences) =>
    sentences.some((_, first) =>
      sentences.some((_, i) => sentences.slice(first, first + i + 1).join(' ') === wanted),
    ),
  );
}
