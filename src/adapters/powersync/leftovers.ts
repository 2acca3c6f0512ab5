/** Plaintext that a clear left behind, in the tables and in the bytes of the file. */
import type { CommonPowerSyncDatabase, LockContext } from '@powersync/common';
import { RowsealError } from '../../errors.js';
import { literal, type MirroredTable } from './mirrored-table.js';

/** Each waits for readers as long as the connection's busy timeout. */
const CHECKPOINT_ATTEMPTS = 3;
/** For a connection that has none, as that of Node's own SQLite. */
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

/**
 * The connection that writes overwrites what it deletes from now on, and waits for other processes
 * rather than fail at once.
 */
export async function prepareWriter(db: CommonPowerSyncDatabase): Promise<void> {
  await db.writeLock(async (connection) => {
    await connection.execute('PRAGMA secure_delete = ON');
    const { timeout } = await connection.get<{ timeout: number }>('PRAGMA busy_timeout');
    if (timeout === 0) await connection.execute(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  });
}

/**
 * Writes the file anew without what was deleted, and empties its WAL.
 *
 * @throws `STORE_FAILED` while somebody else has the file open and reads.
 */
export async function shredDeleted(db: CommonPowerSyncDatabase): Promise<void> {
  try {
    await db.writeLock((connection) => connection.execute('VACUUM'));
  } catch (cause) {
    throw stillThere(cause);
  }
  for (let attempt = 0; attempt < CHECKPOINT_ATTEMPTS; attempt++) {
    const { busy } = await db.writeLock((connection) =>
      connection.get<{ busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)'),
    );
    if (busy === 0) return;
  }
  throw stillThere();
}

function stillThere(cause?: unknown): RowsealError {
  return new RowsealError(
    'STORE_FAILED',
    'The rows are deleted, but their bytes are still in the file: close whatever else has it open, and call this again.',
    { cause },
  );
}
