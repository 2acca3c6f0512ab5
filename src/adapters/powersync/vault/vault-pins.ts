/**
 * The pins of this device's users.
 *
 * They lie outside the PowerSync schema: no sync writes them and no clear removes them, so that after
 * a log-out the device still tells an old header from the newest one.
 */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { writeDurably } from '../durable-write.js';

export async function readPin(db: CommonPowerSyncDatabase, user: string): Promise<string | null> {
  const there = await db.getOptional(
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'rowseal_pins'",
  );
  if (!there) return null;
  const found = await db.getOptional<{ pin: string }>(
    'SELECT pin FROM rowseal_pins WHERE user = ?',
    [user],
  );
  return found?.pin ?? null;
}

/** Done once it would survive a crash. */
export function writePin(db: CommonPowerSyncDatabase, user: string, pin: string): Promise<void> {
  return writeDurably(db, async (connection) => {
    await connection.execute(
      'CREATE TABLE IF NOT EXISTS rowseal_pins (user TEXT PRIMARY KEY NOT NULL, pin TEXT NOT NULL)',
    );
    await connection.execute('INSERT OR REPLACE INTO rowseal_pins (user, pin) VALUES (?, ?)', [
      user,
      pin,
    ]);
  });
}
