/** One row twice: as the device shows it, and as the server has it. */
import type { SealedStatementRow } from './statement-table.js';
import { cutTo, padTo, printable } from './text-width.js';

const SIDE_WIDTH = 46;
const NAME_WIDTH = 12;
const COLUMNS_SHOWN = 10;

type Pair = readonly [name: string, value: string | null | undefined];

export function sideBySide(shown: readonly Pair[], sealed: SealedStatementRow): string[] {
  const left = side(shown);
  const right = side(Object.entries(sealed).map(([name, value]) => [name, shortened(name, value)]));
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) =>
    `${padTo(left[index] ?? '', SIDE_WIDTH)}  ${right[index] ?? ''}`.trimEnd(),
  );
}

export function sideTitles(): string {
  return `${padTo('what you see', SIDE_WIDTH)}  what the server has`;
}

function side(pairs: readonly Pair[]): string[] {
  const lines = pairs.slice(0, COLUMNS_SHOWN).map(([name, value]) => {
    const label = padTo(cutTo(name, NAME_WIDTH), NAME_WIDTH);
    return `${label}  ${cutTo(printable(value ?? ''), SIDE_WIDTH - NAME_WIDTH - 4)}`;
  });
  const more = pairs.length - COLUMNS_SHOWN;
  return more > 0 ? [...lines, `… and ${more} more`] : lines;
}

function shortened(name: string, value: string | null | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  if (name !== 'payload') return value;
  return `${value.slice(0, 14)}… (${value.length} letters)`;
}
