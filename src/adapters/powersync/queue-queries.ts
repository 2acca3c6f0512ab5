/** What a mirror tells of its work, and the app's answers to it. */
import type { Transaction } from '@powersync/common';
import type { RowName } from '../../sync/row-name.js';
import type {
  QueueCounts,
  RowFinding,
  RowTrouble,
  TroubledRow,
  TroubleTally,
} from '../../sync/row-trouble.js';
import type { Direction } from '../../sync/sync-store.js';
import { NOW_MS } from './bookkeeping.js';
import { literal } from './mirrored-table.js';

/** Rows that are not in step, and rows that the server refused and that were not sealed since. */
const TROUBLED = `
  SELECT tbl, id, trouble AS kind, code, detail FROM rowseal_rows WHERE trouble IS NOT NULL
  UNION ALL
  SELECT x.tbl, x.id, 'rejected', NULL, x.reason
  FROM rowseal_rejected AS x LEFT JOIN rowseal_rows AS r ON r.tbl = x.tbl AND r.id = x.id
  WHERE coalesce(x.payload_id = r.own, 1)`;

/**
 * Of the tables that are mirrored: nobody works at those that only an earlier version had.
 *
 * Left to itself, SQLite goes through all rows of those to find the merges that are due.
 */
export async function counts(tx: Transaction, tables: Iterable<string>): Promise<QueueCounts> {
  const isMirrored = 'tbl IN (SELECT name FROM mirrored)';
  const rowsWith = (dirs: string) =>
    `(SELECT count(*) FROM (
      SELECT DISTINCT tbl, id FROM rowseal_queue WHERE held = 0 AND ${dirs} AND ${isMirrored}
    ))`;
  return await tx.get<QueueCounts>(
    `WITH mirrored AS (SELECT value AS name FROM json_each(?))
    SELECT ${rowsWith("dir NOT IN ('in', 'show')")} AS "out",
      ${rowsWith("dir IN ('in', 'show')")} AS "in",
      count(due) AS due, min(due) AS nextDue
    FROM rowseal_rows INDEXED BY rowseal_rows_due WHERE due IS NOT NULL AND ${isMirrored}`,
    [JSON.stringify([...tables])],
  );
}

export async function troubled(tx: Transaction, limit: number): Promise<readonly TroubledRow[]> {
  return await tx.getAll<TroubledRow>(
    `SELECT tbl AS "table", id, kind, code, detail FROM (${TROUBLED}) LIMIT ?`,
    [limit],
  );
}

export async function tallies(tx: Transaction): Promise<readonly TroubleTally[]> {
  return await tx.getAll<TroubleTally>(
    `SELECT kind, code, iif(code = 'UNKNOWN_KEY', detail, NULL) AS keyId, count(*) AS rows
    FROM (${TROUBLED}) GROUP BY 1, 2, 3`,
  );
}

export async function findingCount(tx: Transaction): Promise<number> {
  const { count } = await tx.get<{ count: number }>(
    `SELECT coalesce(sum(json_array_length(findings)), 0) AS count
    FROM rowseal_rows WHERE findings IS NOT NULL`,
  );
  return count;
}

export async function findings(tx: Transaction, limit: number): Promise<readonly RowFinding[]> {
  return await tx.getAll<RowFinding>(
    `SELECT r.tbl AS "table", r.id, f.value AS finding
    FROM rowseal_rows AS r, json_each(r.findings) AS f
    WHERE r.findings IS NOT NULL LIMIT ?`,
    [limit],
  );
}

/** A row that is not in step, or has findings, but no entry gets one, to be looked at again. */
export async function release(
  tx: Transaction,
  kind: RowTrouble['kind'] | undefined,
): Promise<void> {
  const isOfKind = kind === undefined ? 'true' : `r.trouble = ${literal(kind)}`;
  const isAny = "iif(r.trouble IS NULL, r.findings IS NOT NULL, r.trouble <> 'withdrawn')";
  const isShown = kind === undefined ? isAny : isOfKind;
  await tx.execute(enqueue('show', 'rowseal_rows', isShown, 'true'));
  await tx.execute(
    `UPDATE rowseal_queue SET held = 0 WHERE held = 1 AND EXISTS (
      SELECT 1 FROM rowseal_rows AS r
      WHERE r.tbl = rowseal_queue.tbl AND r.id = rowseal_queue.id AND ${isOfKind}
    )`,
  );
}

/**
 * What was refused is sent again, and told as refused until then.
 *
 * A delete of the engine's, or a row that was sealed anew since, has nothing to be sent again.
 */
export async function retryRejected(tx: Transaction): Promise<void> {
  await tx.execute(
    `DELETE FROM rowseal_rejected WHERE NOT EXISTS (
      SELECT 1 FROM rowseal_rows AS r
      WHERE r.tbl = rowseal_rejected.tbl AND r.id = rowseal_rejected.id
      AND r.own = rowseal_rejected.payload_id
    )`,
  );
  await tx.execute(enqueue('retry', 'rowseal_rejected', 'true', "q.dir = 'retry'"));
}

/** What is not withdrawn any more is left as it is. */
export async function retryWithdrawn(tx: Transaction, rows: readonly RowName[]): Promise<void> {
  const isChosen = `r.trouble = 'withdrawn' AND (tbl, id) IN (
      SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)
    )`;
  await tx.execute(enqueue('retry', 'rowseal_rows', isChosen, "q.dir = 'retry'"), [
    JSON.stringify(rows.map(({ table, id }) => [table, id])),
  ]);
}

/** SQL that gives rows an entry which have no such entry yet. */
function enqueue(dir: Direction, from: string, isSuch: string, isEntry: string): string {
  return `INSERT INTO rowseal_queue (dir, tbl, id, at)
    SELECT ${literal(dir)}, tbl, id, ${NOW_MS} FROM ${from} AS r
    WHERE ${isSuch} AND NOT EXISTS (
      SELECT 1 FROM rowseal_queue AS q WHERE q.tbl = r.tbl AND q.id = r.id AND ${isEntry}
    )`;
}
