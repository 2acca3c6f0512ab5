/** The end of a user's stay on a device: nothing readable of theirs is left. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { assertOptions } from '../../errors.js';
import { assertOwnTables, emptyTables, noteTables } from './also-clear.js';
import { awaitClear, hasBookkeeping } from './bookkeeping.js';
import { assertDatabase } from './database-check.js';
import { prepareWriter, shredDeleted } from './leftovers.js';
import { closeMirror } from './running-mirrors.js';

/** Options of {@link logOut}. */
export interface LogOutOptions {
  /**
   * Tables that the app made with `CREATE TABLE` and that hold plaintext, such as full-text indexes:
   * emptied too, beside those that `startMirror` was given.
   */
  readonly alsoClear?: readonly string[];
}

/**
 * Forgets the user on this device: stops the mirror, clears the database, and leaves no plaintext
 * in its file or its WAL.
 *
 * Nothing of it reaches the server: clearing is never taken for deletes. Edits that were not
 * uploaded yet are lost, so look at the mirror's `status` and at the upload queue first. Killed in
 * between, the next `startMirror` finishes it.
 *
 * `disconnectAndClear` alone sends no deletes either, but the next `startMirror` has to remove what it
 * leaves: bytes in the file, and the plaintext tables themselves after `clearLocal: false`.
 *
 * The device's pin of the vault stays: it is what tells an old header from the newest one.
 *
 * @throws `STORE_FAILED` while something else reads the file: the rows are deleted, but their bytes
 * are still there until it is called again; `TypeError` for what is no database, and for a table that
 * can't be cleared.
 *
 * @example
 * ```ts
 * import { Schema } from '@powersync/common';
 * import { PowerSyncDatabase } from '@powersync/node';
 * import { defineTable, encrypted } from 'rowseal';
 * import { encryptedTables, logOut, startMirror } from 'rowseal/powersync';
 * import { vaultForTesting } from 'rowseal/testing';
 *
 * const tables = [defineTable('notes', { body: encrypted.text() })];
 * const schema = new Schema({ ...encryptedTables(tables) });
 * const db = new PowerSyncDatabase({ schema, database: { dbFilename: 'log-out.db' } });
 * const { vault } = vaultForTesting('docs');
 * const mirror = await startMirror({ db, vault, tables });
 * await db.execute("INSERT INTO notes (id, body) VALUES (uuid(), 'mine')");
 *
 * await logOut(db);
 * console.assert(mirror.status.state === 'closed');
 * console.assert((await db.getAll('SELECT * FROM notes')).length === 0);
 * ```
 */
export async function logOut(
  db: CommonPowerSyncDatabase,
  options: LogOutOptions = {},
): Promise<void> {
  assertOptions(options, ['alsoClear'], 'logOut');
  assertDatabase(db);
  const { alsoClear = [] } = options;
  await assertOwnTables(db, alsoClear);
  await closeMirror(db);
  await prepareWriter(db);
  await db.writeTransaction((tx) => noteTables(tx, alsoClear));
  await db.disconnectAndClear();
  await db.writeTransaction(emptyTables);
  await shredDeleted(db);
  if (await hasBookkeeping(db)) await db.writeTransaction(awaitClear);
}
