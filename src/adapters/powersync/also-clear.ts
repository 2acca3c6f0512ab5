/**
 * Tables of the app's own that hold plaintext, such as full-text indexes.
 *
 * Their names are noted before anything is cleared: killed in between, the next start goes on.
 */
import type { CommonPowerSyncDatabase, LockContext } from '@powersync/common';
import { quoted } from './mirrored-table.js';

const TABLE =
  'CREATE TABLE IF NOT EXISTS rowseal_also_clear (tbl TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID';
/** PowerSync clears what is its own, and to delete rows of a synced table is to queue deletes. */
const NOT_THE_APPS = /^(ps_|rowseal_|sqlite_)/i;

interface NotedTable {
  readonly tbl: string;
  /** NULL for a table that was dropped since. */
  readonly sql: string | null;
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
        `'${name}' can't be cleared: give names of tables that you made with CREATE TABLE. PowerSync's own are cleared in any case.`,
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

/** Empties the tables that are noted; they stay noted for whatever comes next. */
export async function emptyTables(tx: LockContext): Promise<void> {
  await tx.execute(TABLE);
  const noted = await tx.getAll<NotedTable>(
    `SELECT tbl, sql FROM rowseal_also_clear
    LEFT JOIN sqlite_schema ON type = 'table' AND name = tbl`,
  );
  for (const { tbl, sql } of noted) if (sql !== null) await emptyTable(tx, tbl, sql);
}

/** An index of words keeps those of deleted rows in tables of its own, so it is made anew. */
async function emptyTable(tx: LockContext, name: string, sql: string): Promise<void> {
  if (/^CREATE VIRTUAL TABLE/i.test(sql)) {
    await tx.execute(`DROP TABLE ${quoted(name)}`);
    await tx.execute(sql);
  } else await tx.execute(`DELETE FROM ${quoted(name)}`);
}
