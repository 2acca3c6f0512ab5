/** Plaintext that a clear left behind, in the tables and in the bytes of the file. */
import type { CommonPowerSyncDatabase, LockContext } from '@powersync/common';
import { RowsealError } from '../../errors.js';
import { literal, type MirroredTable } from './mirrored-table.js';

/** Each waits for readers as long as the connection's busy timeout. */
const CHECKPOINT_ATTEMPTS = 3;
/** For connections that have none, as those of Node's own SQLite: they would not wait at all. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * Deletes the plaintext that was there when the database was cleared.
 *
 * What the app inserted since is in the queue, with nothing before it, and stays: it is the next
 * user's. Nothing is queued for what is deleted here, since the sentinel went with the clear.
 */
export async function deleteLeftRows(tx: LockContext, tables: Iterable<MirroredTable>) {
  for (const { name, plain } of tables) {
    await tx.execute(
      `DELETE FROM ${plain.table} WHERE NOT EXISTS (
        SELECT 1 FROM rowseal_queue AS q WHERE q.tbl = ${literal(name)} AND q.id = ${plain.table}.id
        AND q.seq = (
          SELECT min(seq) FROM rowseal_queue WHERE tbl = q.tbl AND id = q.id AND dir = 'out'
        ) AND q.base IS NULL
      )`,
    );
    await tx.execute(
      `DELETE FROM rowseal_queue WHERE dir = 'out' AND tbl = ${literal(name)}
      AND NOT EXISTS (SELECT 1 FROM ${plain.table} AS p WHERE p.id = rowseal_queue.id)`,
    );
  }
}

/** Overwrites what is deleted from now on, by this connection. */
export async function deleteSecurely(db: CommonPowerSyncDatabase): Promise<void> {
  await db.writeLock((connection) => connection.execute('PRAGMA secure_delete = ON'));
}

/**
 * Writes the file anew without what was deleted, and empties its WAL.
 *
 * @throws `STORE_FAILED` while somebody else has the file open and reads.
 */
export async function shredDeleted(db: CommonPowerSyncDatabase): Promise<void> {
  try {
    await whileOthersMayBeBusy(db, (connection) => connection.execute('VACUUM'));
  } catch (cause) {
    throw stillThere(cause);
  }
  for (let attempt = 0; attempt < CHECKPOINT_ATTEMPTS; attempt++) {
    const { busy } = await whileOthersMayBeBusy(db, (connection) =>
      connection.get<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)'),
    );
    if (busy === 0) return;
  }
  throw stillThere();
}

/** Statements of the work wait for others to be done with the file. */
function whileOthersMayBeBusy<T>(
  db: CommonPowerSyncDatabase,
  work: (connection: LockContext) => Promise<T>,
): Promise<T> {
  return db.writeLock(async (connection) => {
    const { timeout } = await connection.get<{ timeout: number }>('PRAGMA busy_timeout');
    await connection.execute(`PRAGMA busy_timeout = ${timeout || BUSY_TIMEOUT_MS}`);
    try {
      return await work(connection);
    } finally {
      await connection.execute(`PRAGMA busy_timeout = ${timeout}`);
    }
  });
}

function stillThere(cause?: unknown): RowsealError {
  return new RowsealError(
    'STORE_FAILED',
    'The rows are deleted, but their bytes are still in the file: close whatever else has it open, and call this again.',
    { cause },
  );
}
