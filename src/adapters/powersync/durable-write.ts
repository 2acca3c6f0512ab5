/** Writes that are few and must hold, beside those of the mirror. */
import type { CommonPowerSyncDatabase, LockContext } from '@powersync/common';

/** For a connection that has none, as that of Node's own SQLite: it would fail at once. */
const BUSY_TIMEOUT_MS = 5000;
/** Of `PRAGMA synchronous`. */
const FULL = 2;

/** What a connection has. */
interface Settings {
  /** How long it waits for other processes, in milliseconds. */
  readonly timeout: number;
  /** Which commits are flushed to the disk, in SQLite's numbers. */
  readonly synchronous: number;
}

/**
 * Runs statements that wait for other processes, and are done once they would survive a loss of power;
 * what else is committed is flushed to the disk some time later.
 */
export function writeDurably(
  db: CommonPowerSyncDatabase,
  work: (connection: LockContext) => Promise<unknown>,
): Promise<void> {
  return db.writeLock(async (connection) => {
    const { timeout, synchronous } = await settingsOf(connection);
    await apply(connection, { timeout: Math.max(timeout, BUSY_TIMEOUT_MS), synchronous: FULL });
    try {
      await work(connection);
    } finally {
      await apply(connection, { timeout, synchronous });
    }
  });
}

async function settingsOf(connection: LockContext): Promise<Settings> {
  const { timeout } = await connection.get<Pick<Settings, 'timeout'>>('PRAGMA busy_timeout');
  const { synchronous } = await connection.get<Pick<Settings, 'synchronous'>>('PRAGMA synchronous');
  return { timeout, synchronous };
}

async function apply(connection: LockContext, { timeout, synchronous }: Settings): Promise<void> {
  await connection.execute(`PRAGMA busy_timeout = ${timeout}`);
  await connection.execute(`PRAGMA synchronous = ${synchronous}`);
}
