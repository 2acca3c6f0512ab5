/** Which rows the server refused for good: kept on the device, shown by the mirror. */
import type { CommonPowerSyncDatabase, Transaction } from '@powersync/common';
import { type RowName, rowKey } from '../../sync/row-name.js';

/** As the mirror's bookkeeping makes it; an upload may come before the first mirror. */
export const REJECTED_TABLE = `CREATE TABLE IF NOT EXISTS rowseal_rejected (
    tbl TEXT NOT NULL,
    id TEXT NOT NULL,
    payload_id TEXT,
    reason TEXT,
    at INTEGER,
    PRIMARY KEY (tbl, id)
  )`;

/** A row that the server refused. */
export interface Rejection extends RowName {
  /** Of the payload that was refused; `null` for a delete. */
  readonly payloadId: string | null;
  readonly reason: string;
}

/**
 * Notes what became of an upload: `rejected` rows, and `accepted` ones, whose notes are outdated.
 *
 * `queuedAs` are the numbers of its entries in the upload queue.
 */
export async function noteAnswer(
  db: CommonPowerSyncDatabase,
  queuedAs: readonly number[],
  rejected: readonly Rejection[],
  accepted: readonly RowName[],
): Promise<void> {
  const noted = new Set((await readRejections(db)).map(rowKey));
  const outdated = accepted.filter((row) => noted.has(rowKey(row)));
  if (rejected.length === 0 && outdated.length === 0) return;
  const at = Date.now();
  await db.writeTransaction(async (tx) => {
    // Somebody logged out while the upload was under way: the next user must not hear of it.
    if (!(await isAnyQueued(tx, queuedAs))) return;
    await tx.execute(REJECTED_TABLE);
    for (const { table, id } of outdated) {
      await tx.execute('DELETE FROM rowseal_rejected WHERE tbl = ? AND id = ?', [table, id]);
    }
    for (const { table, id, payloadId, reason } of rejected) {
      await tx.execute(
        'INSERT OR REPLACE INTO rowseal_rejected (tbl, id, payload_id, reason, at) VALUES (?, ?, ?, ?, ?)',
        [table, id, payloadId, reason, at],
      );
    }
  });
}

/** Some may have been taken back meanwhile, to be sealed under another key. */
function isAnyQueued(tx: Transaction, queuedAs: readonly number[]): Promise<unknown> {
  return tx.getOptional('SELECT 1 FROM ps_crud WHERE id IN (SELECT value FROM json_each(?))', [
    JSON.stringify(queuedAs),
  ]);
}

async function readRejections(db: CommonPowerSyncDatabase): Promise<readonly RowName[]> {
  const there = await db.getOptional(
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'rowseal_rejected'",
  );
  if (!there) return [];
  return db.getAll<RowName>('SELECT tbl AS "table", id FROM rowseal_rejected');
}
