/** One row twice: as the server has it, and as the device has it. */
import type { SealedStatementRow, Statement } from './statement-table.js';
import { cutTo, padTo, printable } from './text-width.js';

const SIDE_WIDTH = 46;
const NAME_WIDTH = 12;
const COLUMNS_SHOWN = 10;

export function sideBySide(
  statement: Statement,
  sealed: SealedStatementRow,
  cells: readonly string[],
): string[] {
  const server = Object.entries(sealed).map(([name, value]) => [name, shortened(name, value)]);
  const device = statement.columns.map(({ name }, index) => [name, cells[index] ?? '']);
  const left = side(server);
  const right = side(device);
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) =>
    `${padTo(left[index] ?? '', SIDE_WIDTH)}  ${right[index] ?? ''}`.trimEnd(),
  );
}

export function sideTitles(): string {
  return `${padTo('on the server', SIDE_WIDTH)}  on the device`;
}

function side(pairs: readonly (readonly string[])[]): string[] {
  const lines = pairs.slice(0, COLUMNS_SHOWN).map(([name = '', value = '']) => {
    const label = padTo(cutTo(name, NAME_WIDTH), NAME_WIDTH);
    return `${label}  ${cutTo(printable(value), SIDE_WIDTH - NAME_WIDTH - 4)}`;
  });
  const more = pairs.length - COLUMNS_SHOWN;
  return more > 0 ? [...lines, `… and ${more} more`] : lines;
}

function shortened(name: string, value: string | null | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  return name === 'payload' ? `${value.slice(0, 14)}… (${value.length} letters)` : value;
}
