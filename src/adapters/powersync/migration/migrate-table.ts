/** The migration of a synced plaintext table into an encrypted one, as an app calls it. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { encodeUtf8 } from '../../../bytes/utf8.js';
import { assertOptions } from '../../../errors.js';
import type { Table } from '../../../rows/table.js';
import { assertGiven, assertTable } from '../../../sync/arguments.js';
import { declarationOf } from '../../../sync/declaration.js';
import type { Mirror } from '../../../sync/mirror.js';
import { createObservable } from '../../../sync/mirror-status.js';
import { digestBytes } from '../../../sync/row-record.js';
import { readDeletes } from '../bookkeeping.js';
import { assertDatabase } from '../database-check.js';
import { assertColumnMap, type ColumnMap } from './column-map.js';
import { isAllThere } from './copied.js';
import { countAttempts } from './copy-attempts.js';
import { startCopyLoop } from './copy-loop.js';
import { watchFreshness } from './freshness.js';
import { readMarks, setMark } from './marks.js';
import { migratedTable } from './migrated-table.js';
import { INITIAL_STATUS, type Migration, type MigrationStatus } from './migration.js';
import type { MigrationContext } from './migration-context.js';
import { openMigration } from './migration-notes.js';
import { marksOf } from './migrations.js';
import { removePlaintext } from './remove-plaintext.js';
import { countRows, differingRows } from './row-results.js';
import { switchOver } from './switch-over.js';
import { verifyRows } from './verify-rows.js';

/** Options of {@link migrateTable}. */
export interface MigrateTableOptions<T extends Table = Table> {
  /** The open database: its schema has the old table as it was, and `...encryptedTables(tables)`. */
  readonly db: CommonPowerSyncDatabase;
  /** The running mirror of that database: {@link migrations} is among its tables. */
  readonly mirror: Mirror;
  /** The name of the old table, which is synced as plaintext. */
  readonly from: string;
  /** The declared table that takes its place, under a name of its own. */
  readonly table: T;
  /**
   * How columns of the new table are made of an old row, by name; the others are taken from the old
   * column of their name.
   *
   * Values are as the plaintext table holds them. The same row must always give the same value, on
   * every device: no clock, no randomness, nothing of the user's settings.
   */
  readonly map?: ColumnMap<keyof T['columns'] & string>;
}

/**
 * Moves the rows of a synced plaintext table into an encrypted one, over weeks and on all devices.
 *
 * Call it at each start of the app, after `startMirror`, until the plaintext is gone. From then on each
 * row that the server has is copied in the background, and again when it changes. The app goes on with
 * the old table until `switchOver`. Killed anywhere, the next call goes on.
 *
 * Security: until `removePlaintext`, the server has the plaintext, can change it, and what it changes is
 * copied; backups and logs keep it for longer.
 *
 * @throws `TypeError` for what is no database, mirror or declared table, for a schema without the old
 * table, the new one or {@link migrations}, for a map of other columns, for a mirror with
 * `deletes: 'engine'`, and for options that do not exist.
 *
 * @example
 * ```ts
 * import { column, Schema, Table } from '@powersync/common';
 * import { PowerSyncDatabase } from '@powersync/node';
 * import { defineTable, encrypted } from 'rowseal';
 * import { encryptedTables, migrateTable, migrations, startMirror } from 'rowseal/powersync';
 * import { vaultForTesting } from 'rowseal/testing';
 *
 * const entries = defineTable('entries', { cents: encrypted.integer(), note: encrypted.text() });
 * const tables = [entries, migrations];
 * const schema = new Schema({
 *   transactions: new Table({ amount: column.real, note: column.text }), // as it was
 *   ...encryptedTables(tables),
 * });
 * const db = new PowerSyncDatabase({ schema, database: { dbFilename: 'migrate-table.db' } });
 * const { vault } = vaultForTesting('docs');
 * const mirror = await startMirror({ db, vault, tables });
 *
 * const migration = await migrateTable({
 *   db,
 *   mirror,
 *   from: 'transactions',
 *   table: entries,
 *   map: { cents: ({ amount }) => Math.round(Number(amount) * 100) },
 * });
 * console.assert(migration.status.phase === 'copying'); // the app goes on with `transactions`
 * ```
 */
export async function migrateTable<T extends Table>(
  options: MigrateTableOptions<T>,
): Promise<Migration> {
  assertOptions(options, ['db', 'from', 'map', 'mirror', 'table'], 'migrateTable');
  const { db, mirror, from, table, map = {} } = options;
  assertDatabase(db);
  assertGiven(typeof mirror?.flush === 'function', 'mirror: what startMirror resolved to');
  assertTable(table);
  assertColumnMap(table, map);
  const migrated = migratedTable(db, from, table);
  const isSealed = (await readDeletes(db)) === 'sealed';
  assertGiven(isSealed, "startMirror no deletes: 'engine' while a table is migrated");
  const freshness = watchFreshness(db);
  await db.writeTransaction(async (tx) => {
    await openMigration(tx, migrated, fingerprintOf(table, map));
    // Brings a checkpoint, which nothing else may do for hours.
    if (db.currentStatus.connected) await setMark(tx, migrated, marksOf(from).barrier);
  });
  const attempts = countAttempts();
  const { migration, loop } = runMigration({ db, mirror, migrated, map, freshness, attempts });
  await loop.look();
  return migration;
}

/** Of what a copy depends on: where it differs, all rows are compared again. */
function fingerprintOf(table: Table, map: ColumnMap): string {
  const parts = Object.entries(map).map(([name, convert]) => [name, String(convert)]);
  const text = JSON.stringify([table.name, declarationOf(table), parts]);
  return digestBytes(encodeUtf8(text) as Uint8Array);
}

function runMigration(context: MigrationContext) {
  const { db, migrated } = context;
  const status = createObservable<MigrationStatus>(INITIAL_STATUS);
  const loop = startCopyLoop(context, async ({ phase, error }) => {
    status.set({ error });
    if (phase === null) return;
    const marks = await readMarks(db, migrated);
    const isSwitchedElsewhere = phase === 'copying' && marks.isSwitched;
    status.set({ phase, isSwitchedElsewhere, ...(await countRows(db, migrated)) });
  });
  const migration: Migration = {
    get status() {
      return status.current;
    },
    subscribe: status.subscribe,
    async copy() {
      // In one snapshot: what comes back is the mirror's work from that moment on.
      await loop.until(
        async () =>
          context.freshness.isFresh() &&
          (await db.readTransaction((tx) => isAllThere(tx, migrated))),
      );
    },
    async verify() {
      await verifyRows(context);
      await loop.look();
      return status.current;
    },
    differences: (limit = 100) => differingRows(db, migrated, limit),
    async switchOver(switchOptions = {}) {
      assertOptions(switchOptions, ['leaveUnfit'], 'switchOver');
      await switchOver(context, loop, switchOptions.leaveUnfit ?? false);
      await loop.look();
    },
    async removePlaintext(removeOptions) {
      assertOptions(removeOptions, ['remove'], 'removePlaintext');
      assertGiven(typeof removeOptions?.remove === 'function', 'remove: a function');
      return removePlaintext(context, loop, removeOptions);
    },
    async close() {
      context.freshness.stop();
      await loop.close();
    },
  };
  return { migration, loop };
}
