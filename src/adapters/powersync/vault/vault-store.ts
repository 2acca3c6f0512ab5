/** A vault's header through PowerSync, and this device's pin beside it. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { assertOptions } from '../../../errors.js';
import { refreshVault } from '../../../keys/refresh-vault.js';
import type { HeaderChange, HeaderVersion, VaultStore } from '../../../keys/vault-store.js';
import { assertGiven } from '../../../sync/arguments.js';
import type { VaultSource } from '../../../sync/vault-source.js';
import { assertDatabase } from '../database-check.js';
import { type AnsweredChange, answered, hasArrived } from './vault-answers.js';
import { readPin, writePin } from './vault-pins.js';
import { lookUntil, readVaultRow, syncedVaultRow, watchVaultRow } from './vault-rows.js';

/** Options of {@link powerSyncVaultStore}. */
export interface PowerSyncVaultOptions {
  /** Whose vault it is: what the user's PowerSync token has as `sub`. */
  readonly user: string;
  /**
   * Calls your server, which calls `rowseal_save_vault`, and resolves with the row that this returns,
   * or with `null` when it returns none; rejects when it is offline.
   *
   * Your server takes the owner from the session, never from the request. It may be called twice with
   * the same change.
   */
  save(change: HeaderChange): Promise<HeaderVersion | null>;
  /** How long to wait for the sync before a call fails, in milliseconds: 15,000. */
  readonly timeout?: number;
}

const TIMEOUT_MS = 15_000;

/**
 * Keeps the user's vault with PowerSync: the header is read by sync and written by a call of your
 * server; the pin lies in the database file, and survives log-out.
 *
 * The server's side is what `serverSql` and `syncConfig` make with `{ vault: true }`; the schema needs
 * nothing. On a new device `openVault` waits for the sync, so connect the database first; later it opens
 * the header that was synced last, offline too. Changing the vault needs the server, and counts once the
 * sync has brought it back; what fails becomes `STORE_FAILED`. Edits that wait to be uploaded hold up
 * neither.
 *
 * It is a {@link VaultSource} too: `refresh` is `refreshVault`, and `onHeader` calls back when a header
 * arrives.
 *
 * Security: a server that hides the row looks like a user without a vault. Never create one without
 * asking.
 *
 * @throws `TypeError` for what is no database, and for options that it does not have or that are of
 * another type.
 *
 * @example
 * ```ts
 * import { Schema } from '@powersync/common';
 * import { PowerSyncDatabase } from '@powersync/node';
 * import { powerSyncVaultStore } from 'rowseal/powersync';
 *
 * const schema = new Schema({}); // in an app: ...encryptedTables(tables)
 * const db = new PowerSyncDatabase({ schema, database: { dbFilename: 'vault-store.db' } });
 * const store = powerSyncVaultStore(db, {
 *   user: 'ada',
 *   async save(change) {
 *     const body = JSON.stringify(change);
 *     const response = await fetch('https://api.example/vault', { method: 'POST', body });
 *     if (!response.ok) throw new Error(`The server said ${response.status}.`);
 *     return response.json();
 *   },
 * });
 * // await db.connect(connector); await openVault(store, byPassword(password));
 * console.assert((await store.loadPin()) === null); // this device has seen no vault
 * ```
 */
export function powerSyncVaultStore(
  db: CommonPowerSyncDatabase,
  options: PowerSyncVaultOptions,
): VaultStore & VaultSource {
  assertOptions(options, ['save', 'timeout', 'user'], 'powerSyncVaultStore');
  const { user, save, timeout = TIMEOUT_MS } = options;
  assertDatabase(db);
  assertGiven(typeof user === 'string' && user !== '', 'user: what the token has as sub');
  assertGiven(typeof save === 'function', 'save: a function');
  assertGiven(timeout >= 0, 'timeout: milliseconds');

  /** The change whose effect has not been synced yet. */
  let awaited: AnsweredChange | null = null;
  /** Changes of which nobody can say whether they are in effect, until that was said. */
  const doubts: unknown[] = [];

  const pins = {
    loadPin: () => readPin(db, user),
    savePin: (pin: string) => writePin(db, user, pin),
  };
  const synced = async () => (await syncedVaultRow(db, user, timeout))?.header;
  const saveHeader = async (change: HeaderChange) => {
    try {
      awaited = await answered(change, save);
    } catch (error) {
      doubts.push(error);
      throw error;
    }
  };
  const readBack = async (change: AnsweredChange) => {
    try {
      await lookUntil(timeout, 'What the server says it stored did not arrive.', async () =>
        hasArrived(change, await readVaultRow(db, user)) ? true : undefined,
      );
    } finally {
      if (awaited === change) awaited = null;
    }
  };
  return {
    ...pins,
    saveHeader,
    async loadHeader() {
      if (doubts.length > 0) throw doubts.pop();
      if (awaited) await readBack(awaited);
      return synced();
    },
    // Not through `loadHeader`: what that says of a change is for whoever made it.
    refresh: (vault) => refreshVault({ ...pins, saveHeader, loadHeader: synced }, vault),
    onHeader: (listener) => watchVaultRow(db, user, listener),
  };
}
