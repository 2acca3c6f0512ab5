/**
 * Tables beside PowerSync's that hold plaintext, such as full-text indexes of the app's.
 *
 * Their names are noted before anything is cleared: killed in between, the next start goes on.
 */
import type { CommonPowerSyncDatabase, LockContext } from '@powersync/common';
import { quoted } from './mirrored-table.js';

const TABLE =
  'CREATE TABLE IF NOT EXISTS rowseal_also_clear (tbl TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID';
/** PowerSync clears what is its own, and to delete rows of a synced table is to queue deletes. */
const NOT_THE_APPS = /^(ps_|rowseal_|sqlite_)/i;

/** What ANALYZE makes where SQLite is built so: they keep samples of indexed values. */
const SAMPLES = ['sqlite_stat3', 'sqlite_stat4'];

interface FoundTable {
  readonly name: string;
  readonly sql: string;
}

/** @throws `TypeError` for what is no table of the app's own. */
export async function assertOwnTables(
  db: CommonPowerSyncDatabase,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    const found = await db.getOptional(
      "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?",
      [name],
    );
    if (!found || NOT_THE_APPS.test(name)) {
      throw new TypeError(
        `'${name}' can't be cleared: name tables that you made by CREATE TABLE. PowerSync's are cleared anyway.`,
      );
    }
  }
}

/** Adds names to those that are noted. */
export async function noteTables(tx: LockContext, names: readonly string[]): Promise<void> {
  await tx.execute(TABLE);
  await tx.execute('INSERT OR IGNORE INTO rowseal_also_clear SELECT value FROM json_each(?)', [
    JSON.stringify(names),
  ]);
}

/** Empties the tables that are noted, if they're still there; they stay noted for what comes next. */
export async function emptyTables(tx: LockContext): Promise<void> {
  await tx.execute(TABLE);
  const found = await tx.getAll<FoundTable>(
    `SELECT name, sql FROM sqlite_schema WHERE type = 'table'
    AND name IN (SELECT tbl FROM rowseal_also_clear UNION SELECT value FROM json_each(?))`,
    [JSON.stringify(SAMPLES)],
  );
  for (const { name, sql } of found) await emptyTable(tx, name, sql);
}

/** An index of words keeps those of deleted rows in tables of its own, so it is made anew. */
async function emptyTable(tx: LockContext, name: string, sql: string): Promise<void> {
  if (/^CREATE VIRTUAL TABLE/i.test(sql)) {
    await tx.execute(`DROP TABLE ${quoted(name)}`);
    await tx.execute(sql);
  } else await tx.execute(`DELETE FROM ${quoted(name)}`);
}
