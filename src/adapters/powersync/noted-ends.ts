/**
 * Ends of the app's transactions, kept for a mirror that starts with much to do: without one it
 * would have to take all of it in one pass.
 */
import type { CommonPowerSyncDatabase, Transaction } from '@powersync/common';
import { LAST_SEQ } from './bookkeeping.js';

/** Entries from one that is noted to the next, at least; what is done at once leaves no note. */
const APART = 1000;

/** Reads the highest `seq`, where some transaction ended, and notes it now and then. */
export async function observeEnd(db: CommonPowerSyncDatabase): Promise<number> {
  const { seq, before } = await db.get<{ seq: number; before: number }>(
    `SELECT ${LAST_SEQ} AS seq, max(
      coalesce((SELECT max(seq) FROM rowseal_ends), 0),
      coalesce((SELECT min(seq) FROM rowseal_queue WHERE held = 0), ${LAST_SEQ})
    ) AS before`,
  );
  if (seq - before >= APART) {
    await db.writeTransaction(async (tx) => {
      await tx.execute(
        'DELETE FROM rowseal_ends WHERE seq < (SELECT min(seq) FROM rowseal_queue WHERE held = 0)',
      );
      await tx.execute('INSERT OR IGNORE INTO rowseal_ends (seq) VALUES (?)', [seq]);
    });
  }
  return seq;
}

/** With those that are known besides, rising. */
export async function knownEnds(tx: Transaction, ends: readonly number[]): Promise<number[]> {
  const noted = await tx.getAll<{ seq: number }>(
    'SELECT seq FROM rowseal_ends WHERE seq >= (SELECT min(seq) FROM rowseal_queue WHERE held = 0)',
  );
  return [...noted.map(({ seq }) => seq), ...ends].sort((a, b) => a - b);
}
