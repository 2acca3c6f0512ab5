/** The start of a mirror, as an app on PowerSync calls it. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { assertOptions } from '../../errors.js';
import { assertVault, type Vault } from '../../keys/vault.js';
import type { Table } from '../../rows/table.js';
import { assertGiven, assertTables } from '../../sync/arguments.js';
import type { Mirror } from '../../sync/mirror.js';
import { runMirror } from '../../sync/run-mirror.js';
import type { VaultSource } from '../../sync/vault-source.js';
import { assertOwnTables } from './also-clear.js';
import { assertDatabase } from './database-check.js';
import { createPowerSyncStore } from './powersync-store.js';
import { noteMirror } from './running-mirrors.js';
import { assertAllMirrored } from './schema-check.js';

/** Options of {@link startMirror}. */
export interface MirrorOptions {
  /** The open database, whose schema has `...encryptedTables(tables)`. */
  readonly db: CommonPowerSyncDatabase;
  /** The user's vault; `null` while it is locked. */
  readonly vault: Vault | null;
  /**
   * Tells the mirror of new headers, as the store of `powerSyncVaultStore` does.
   *
   * Without one, a change made elsewhere is in use after the app's next `openVault` and `unlock`.
   */
  readonly vaultStore?: VaultSource;
  /** The declared tables. */
  readonly tables: readonly Table[];
  /**
   * How a delete reaches the server: `'sealed'` unless told.
   *
   * A sealed delete is a payload like any other, which the server can neither forge nor undo.
   * `'engine'` sends DELETE, for servers that need it; `uploadWith` learns of it from the database.
   */
  readonly deletes?: 'sealed' | 'engine';
  /**
   * Tables that the app made with `CREATE TABLE` and that hold plaintext, such as full-text indexes.
   *
   * They are emptied at log-out, and after any other clear by the next start.
   */
  readonly alsoClear?: readonly string[];
}

/**
 * Starts keeping the plaintext tables and the sealed tables of a database in step.
 *
 * Call it at each start of the app, before or after `connect`, even while the vault is locked: then
 * the app reads and writes, and the work is done after `unlock`. It goes on where an earlier one was
 * killed.
 *
 * Call it in each tab and process of the app, too: the one that was given an open vault last works for
 * all of them, the others stand by and take over when it ends. A second mirror on the same database
 * object ends the first.
 *
 * @throws `VAULT_MISMATCH` when the database holds another user's rows: `logOut` first;
 * `UNSUPPORTED_VERSION` when a newer version of the app was here;
 * `STORE_FAILED` when something keeps the bytes of a former user in the file; `TypeError` for what is
 * no database, no vault or no list of declared tables, when the schema does not have just the tables that
 * `encryptedTables` makes of these, and for a table that can't be cleared.
 *
 * @example
 * ```ts
 * import { Schema } from '@powersync/common';
 * import { PowerSyncDatabase } from '@powersync/node';
 * import { defineTable, encrypted } from 'rowseal';
 * import { encryptedTables, startMirror } from 'rowseal/powersync';
 * import { vaultForTesting } from 'rowseal/testing';
 *
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const schema = new Schema({ ...encryptedTables([notes]) });
 * const db = new PowerSyncDatabase({ schema, database: { dbFilename: 'start-mirror.db' } });
 * const { vault } = vaultForTesting('docs'); // in an app: openVault
 *
 * const mirror = await startMirror({ db, vault, tables: [notes] });
 * await db.execute("INSERT INTO notes (id, body) VALUES (uuid(), 'Ada was born in 1815.')");
 * await mirror.flush();
 * const sealed = await db.get<{ payload: string }>('SELECT payload FROM notes_sealed');
 * console.assert(sealed.payload.length === 440); // what the server gets
 * ```
 */
export async function startMirror(options: MirrorOptions): Promise<Mirror> {
  assertOptions(options, OPTION_NAMES, 'startMirror');
  const { db, vault, tables, deletes = 'sealed', alsoClear = [], vaultStore } = options;
  assertDatabase(db);
  assertTables(tables);
  assertGiven(deletes === 'sealed' || deletes === 'engine', "deletes: 'sealed' or 'engine'");
  assertGiven(vault !== undefined, 'vault: an open one, or null while it is locked');
  if (vault !== null) assertVault(vault);
  const isSource = [vaultStore?.refresh, vaultStore?.onHeader].every(
    (each) => typeof each === 'function',
  );
  assertGiven(
    vaultStore === undefined || isSource,
    'vaultStore: what powerSyncVaultStore returned, or an object with refresh and onHeader',
  );
  await db.waitForReady();
  await assertOwnTables(db, alsoClear);
  assertAllMirrored(db, tables);
  const store = createPowerSyncStore(db, tables, { alsoClear, deletes });
  const firstSync = db.waitForFirstSync();
  const mirror = await runMirror(store, { vault, tables, deletes, firstSync, vaultStore });
  noteMirror(db, mirror);
  return mirror;
}

const OPTION_NAMES = ['alsoClear', 'db', 'deletes', 'tables', 'vault', 'vaultStore'];
