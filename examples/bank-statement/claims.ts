/** What the demo claims, and the comparisons that decide whether it holds. */
import {
  type DecryptResult,
  decryptRows,
  RowsealError,
  type RowsealErrorCode,
  type Vault,
} from 'rowseal';
import type { RowVersion } from './server.js';
import {
  type SealedStatementRow,
  type Statement,
  type StatementRow,
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

/** What a device finds when it opens all rows of a server. */
export interface Comparison {
  /** Cells that equal the file's. */
  readonly equalCells: number;
  /** Cells that differ, of rows that opened; rows that nobody uploaded count whole. */
  readonly differentCells: number;
  /** Rows of the file that the server did not give. */
  readonly missingRows: number;
  /** Rows that did not open, and with which code. */
  readonly refused: ReadonlyMap<string, RowsealErrorCode>;
}

/** Opens every row and compares it with the file, cell by cell. */
export function compareWithFile(
  vault: Vault,
  statement: Statement,
  rowsById: ReadonlyMap<string, readonly string[]>,
  served: readonly SealedStatementRow[],
): Comparison {
  const results = decryptRows(vault, statement.table, served);
  const refused = new Map<string, RowsealErrorCode>();
  let equalCells = 0;
  let differentCells = 0;
  for (const [index, result] of results.entries()) {
    const { id } = served[index] as SealedStatementRow;
    if (!result.ok) refused.set(id, result.error.code);
    else {
      const equal = countEqual(rowsById.get(id), openedCells(statement, result));
      equalCells += equal;
      differentCells += statement.columns.length - equal;
    }
  }
  const ids = new Set(served.map(({ id }) => id));
  const missingRows = [...rowsById.keys()].filter((id) => !ids.has(id)).length;
  return { equalCells, differentCells, missingRows, refused };
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

function openedCells(statement: Statement, { row }: DecryptResult<StatementRow> & { ok: true }) {
  return toCells(statement, row);
}

function countEqual(expected: readonly string[] | undefined, cells: readonly string[]): number {
  return cells.filter((cell, index) => cell === expected?.[index]).length;
}
