import type { CommonPowerSyncDatabase } from '@powersync/common';
import { assertOptions } from '../../errors.js';
import { assertVault, type Vault } from '../../keys/vault.js';
import type { Table } from '../../rows/table.js';
import type { Mirror } from '../../sync/mirror.js';
import { runMirror } from '../../sync/run-mirror.js';
import { createPowerSyncStore } from './powersync-store.js';
import { noteMirror } from './running-mirrors.js';

/** Options of {@link startMirror}. */
export interface MirrorOptions {
  /** The open database, whose schema has `...encryptedTables(tables)`. */
  readonly db: CommonPowerSyncDatabase;
  /** The user's vault; `null` while it is locked. */
  readonly vault: Vault | null;
  /** The declared tables. */
  readonly tables: readonly Table[];
  /**
   * `'sealed'` unless told: a delete is a payload like any other, which the server can neither
   * forge nor undo. `'engine'` sends DELETE, for backends that need it.
   */
  readonly deletes?: 'sealed' | 'engine';
}

/**
 * Starts keeping the plaintext tables and the sealed tables of a database in step.
 *
 * Call it at each start of the app, before or after `connect`, even while the vault is locked: then
 * the app reads and writes, and the work is done after `unlock`. It takes the database over from
 * any other mirror, and goes on where that one was killed.
 *
 * @throws `VAULT_MISMATCH` when the database holds another user's rows: `logOut` first;
 * `STORE_FAILED` when something keeps the bytes of a former user in the file; `TypeError` for a
 * table that the schema lacks or that is a raw one.
 */
export async function startMirror(options: MirrorOptions): Promise<Mirror> {
  assertOptions(options, ['db', 'deletes', 'tables', 'vault'], 'startMirror');
  const { db, vault, tables, deletes = 'sealed' } = options;
  if (deletes !== 'sealed' && deletes !== 'engine') {
    throw new TypeError("The deletes of a mirror are 'sealed' or 'engine'.");
  }
  if (vault !== null) assertVault(vault);
  await db.waitForReady();
  const store = createPowerSyncStore(db, tables);
  const firstSync = db.waitForFirstSync();
  const mirror = await runMirror(store, { vault, tables, deletes, firstSync });
  noteMirror(db, mirror);
  return mirror;
}
