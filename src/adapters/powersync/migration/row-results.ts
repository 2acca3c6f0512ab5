/** What is noted of rows of the old table. */
import type { LockContext, Transaction } from '@powersync/common';
import { assertGiven } from '../../../sync/arguments.js';
import { executeOver } from '../json-chunks.js';
import { literal } from '../mirrored-table.js';
import type { Judgement, RowResult } from './judge-row.js';
import type { MigratedTable } from './migrated-table.js';

/** SQL for what stands for a row that is verified. */
export const IS_VERIFIED = "result IN ('same', 'newer')";

/** Notes what was found, instead of what was found before. */
export async function noteRows(
  tx: Transaction,
  name: string,
  found: readonly (readonly [id: string, judgement: Judgement])[],
): Promise<void> {
  await executeOver(
    tx,
    `INSERT OR REPLACE INTO rowseal_migration_rows (name, id, result, payload_id, code, detail)
    SELECT ${literal(name)}, ${[0, 1, 2, 3, 4].map((at) => `json_extract(value, '$[${at}]')`).join(', ')}
    FROM json_each(?)`,
    found.map(([id, each]) => [id, each.result, each.payloadId, each.code, each.detail]),
  );
}

/** Notes why edits did not become ones of the new table. */
export async function noteLeftEdits(
  tx: Transaction,
  name: string,
  left: readonly (readonly [id: string, judgement: Judgement])[],
): Promise<void> {
  for (const [id, { code, detail }] of left) {
    await tx.execute(
      'UPDATE rowseal_migration_edits SET code = ?, detail = ? WHERE name = ? AND id = ?',
      [code, detail, name, id],
    );
  }
}

/** SQL for the rows with such an edit, whatever is noted of the row that the server has. */
const leftEdits = (name: string) =>
  `SELECT id, 'unfit' AS result, code, detail FROM rowseal_migration_edits
    WHERE name = ${name} AND detail IS NOT NULL`;

/** How many rows of the old table a device has, and how far they are. */
export interface RowCounts {
  /** How many rows the old table has on this device. */
  readonly rows: number;
  /** How many rows of these were compared with their copies since they changed last. */
  readonly copied: number;
  /** How many rows wait to be compared. */
  readonly pending: number;
  /** How many rows have a sealed copy on the server that says what they say, or was edited since. */
  readonly verified: number;
  /** How many rows have a copy that is not good, or can't be copied. */
  readonly differing: number;
}

export async function countRows(
  tx: Pick<LockContext, 'get'>,
  { from }: MigratedTable,
): Promise<RowCounts> {
  const name = literal(from.name);
  const notes = (where: string) =>
    `(SELECT count(*) FROM rowseal_migration_rows WHERE name = ${name} AND ${where})`;
  return await tx.get<RowCounts>(
    `SELECT (SELECT count(*) FROM ${from.table}) AS rows,
      (SELECT count(*) FROM ${from.table} AS o WHERE
        NOT EXISTS (SELECT 1 FROM rowseal_migration_queue AS q WHERE q.name = ${name} AND q.id = o.id)
        AND NOT EXISTS (
          SELECT 1 FROM rowseal_migration_rows AS n WHERE n.name = ${name} AND n.id = o.id AND n.result = 'unfit'
        )) AS copied,
      (SELECT count(*) FROM rowseal_migration_queue WHERE name = ${name}) AS pending,
      ${notes(IS_VERIFIED)} AS verified,
      ${notes(`result IN ('unfit', 'missing', 'differs') AND NOT EXISTS (
        SELECT 1 FROM rowseal_migration_queue AS q
        WHERE q.name = ${name} AND q.id = rowseal_migration_rows.id
      ) AND id NOT IN (SELECT id FROM (${leftEdits(name)}))`)}
      + (SELECT count(*) FROM (${leftEdits(name)})) AS differing`,
  );
}

/** A row of the old table whose copy is not good. */
export interface DifferingRow {
  /** The row's id: text of 1 to 256 bytes. */
  readonly id: string;
  /** What is wrong with its copy. */
  readonly result: RowResult;
  /** The code of what stopped it, where there is one. */
  readonly code: string | null;
  /** What there is to say; it may quote the row, so keep it on the device. */
  readonly detail: string | null;
}

export async function differingRows(
  db: Pick<LockContext, 'getAll'>,
  { from }: MigratedTable,
  limit: number,
): Promise<DifferingRow[]> {
  const isCount = Number.isSafeInteger(limit) && limit >= 0;
  assertGiven(isCount, 'limit: how many rows, a whole number');
  const name = literal(from.name);
  return await db.getAll<DifferingRow>(
    `SELECT id, result, code, detail FROM rowseal_migration_rows
    WHERE name = ${name} AND NOT ${IS_VERIFIED} AND id NOT IN (SELECT id FROM (${leftEdits(name)}))
    UNION ALL ${leftEdits(name)}
    ORDER BY id LIMIT ?`,
    [limit],
  );
}
