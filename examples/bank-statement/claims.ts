/** What the demo claims, and the comparisons that decide whether it holds. */
import { decryptRows, RowsealError, type RowsealErrorCode, type Vault } from 'rowseal';
import type { RowVersion } from './server.js';
import {
  type SealedStatementRow,
  type ShownRow,
  type Statement,
  toCells,
} from './statement-table.js';

export interface Claim {
  readonly text: string;
  readonly holds: boolean;
}

/** The code with which something was refused; `null` when it was not. */
export async function refusalOf(attempt: () => Promise<unknown>): Promise<RowsealErrorCode | null> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof RowsealError) return error.code;
    throw error;
  }
  return null;
}

/** What a device finds when it looks at all rows. */
export interface Comparison {
  /** Cells that equal the file's. */
  readonly equalCells: number;
  /** Cells that differ, of rows that opened; rows that nobody wrote count whole. */
  readonly differentCells: number;
  /** Rows of the file that are not there. */
  readonly missingRows: number;
  /** Rows that did not open, and with which code. */
  readonly refused: ReadonlyMap<string, RowsealErrorCode>;
}

type Rows = ReadonlyMap<string, readonly string[]>;

/** Opens every row that the server holds and compares it with the file, cell by cell. */
export function compareOpened(
  vault: Vault,
  statement: Statement,
  rowsById: Rows,
  served: readonly SealedStatementRow[],
): Comparison {
  const refused = new Map<string, RowsealErrorCode>();
  const opened: ShownRow[] = [];
  for (const [index, result] of decryptRows(vault, statement.table, served).entries()) {
    const { id } = served[index] as SealedStatementRow;
    if (result.ok) opened.push(result.row);
    // A delete is a payload as well: where no row should be, it is what should be there.
    else if (result.error.code !== 'ROW_DELETED' || rowsById.has(id)) {
      refused.set(id, result.error.code);
    }
  }
  return {
    ...compareShown(statement, rowsById, opened),
    missingRows: countMissing(rowsById, served),
    refused,
  };
}

/** Compares what a device shows with the file, cell by cell. */
export function compareShown(
  statement: Statement,
  rowsById: Rows,
  shown: readonly ShownRow[],
): Comparison {
  let equalCells = 0;
  for (const row of shown) {
    equalCells += countEqual(rowsById.get(row.id ?? ''), toCells(statement, row));
  }
  const differentCells = shown.length * statement.columns.length - equalCells;
  const missingRows = countMissing(rowsById, shown);
  return { equalCells, differentCells, missingRows, refused: new Map() };
}

/** Whether all rows of the file came back, each cell as it was. */
export function isComplete(found: Comparison): boolean {
  return found.differentCells === 0 && found.missingRows === 0 && found.refused.size === 0;
}

/** Whether the tampered row, and no other, was refused as such, and all others are as they were. */
export function onlyTamperedRefused(found: Comparison, id: string): boolean {
  const { refused, differentCells, missingRows } = found;
  const onlyThis = refused.size === 1 && refused.get(id) === 'ROW_AUTH_FAILED';
  return onlyThis && differentCells === 0 && missingRows === 0;
}

/** How many rows were written between two looks at the server, or came or went. */
export function countWrites(before: readonly RowVersion[], after: readonly RowVersion[]): number {
  const versions = new Map(before.map(({ id, xmin, ctid }) => [id, `${xmin} ${ctid}`]));
  const same = after.filter(({ id, xmin, ctid }) => versions.get(id) === `${xmin} ${ctid}`);
  return Math.max(before.length, after.length) - same.length;
}

/** A payload with one bit of its ciphertext flipped. */
export function flipBit(payload: string): string {
  const bytes = Buffer.from(payload, 'base64url');
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] as number) ^ 1;
  return bytes.toString('base64url');
}

function countMissing(expected: Rows, rows: readonly { readonly id?: unknown }[]): number {
  const ids = new Set(rows.map(({ id }) => id));
  return [...expected.keys()].filter((id) => !ids.has(id)).length;
}

function countEqual(expected: readonly string[] | undefined, cells: readonly string[]): number {
  return cells.filter((cell, index) => cell === expected?.[index]).length;
}
