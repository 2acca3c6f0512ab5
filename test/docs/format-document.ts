/** Reading docs/format.md as data: its tables and its named blocks. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const text = readFileSync(resolve(import.meta.dirname, '../../docs/format.md'), 'utf8');

/** Every error code that the document names. */
export const namedCodes = new Set(
  [...text.matchAll(/`([A-Z]{3,}_[A-Z_]+)`/g)].map(([, code]) => code),
);

/** A block that begins with ```text and its name, lines joined. */
export function block(name: string): string {
  return lines(name).join('');
}

export function lines(name: string): string[] {
  const found = text.match(new RegExp(`^\`\`\`text ${name}\\n([^\`]*)\\n\`\`\`$`, 'm'))?.[1];
  if (found === undefined) throw new Error(`docs/format.md has no block named '${name}'.`);
  return found.split('\n');
}

/** The rows of the one table with this heading, cell by cell. */
export function table(...heading: string[]): string[][] {
  const [, rows, ...others] = text.split(`\n| ${heading.join(' | ')} |\n`);
  if (rows === undefined || others.length > 0) {
    throw new Error(`docs/format.md has not one table ${heading.join(', ')}.`);
  }
  return rows
    .slice(0, rows.search(/\n(?!\|)/))
    .split('\n')
    .slice(1)
    .map((row) => row.slice(2, -2).split(/ \| /));
}

/** What stands between the first two backticks. */
export function code(cell: string | undefined): string {
  const found = cell?.match(/`([^`]*)`/)?.[1];
  if (found === undefined) throw new Error(`There is no code in '${cell}'.`);
  return found;
}

/** A whole number as the document writes it: `1,024` or `0x1f`. */
export function number(cell: string | undefined): number {
  const value = Number(cell?.replaceAll(',', ''));
  if (!cell || !Number.isSafeInteger(value)) throw new Error(`'${cell}' is not a number.`);
  return value;
}
