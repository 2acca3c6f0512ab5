/** The synced table of vault headers, in an app's PowerSync schema. */
import { type CommonPowerSyncDatabase, column, Table as PowerSyncTable } from '@powersync/common';
import { assertGiven } from '../../sync/arguments.js';
import { VAULT_TABLE } from '../../sync/vault-table.js';
import type { SchemaTable } from './schema-check.js';

type TextColumn = (typeof column)['text'];
type NumberColumn = (typeof column)['integer'];

/** What {@link vaultTable} adds to a schema. */
export interface VaultTable {
  /** One row: its id is the user's, and nothing on the device writes it. */
  readonly [VAULT_TABLE]: PowerSyncTable<{
    readonly epoch: NumberColumn;
    readonly hash: TextColumn;
    readonly header: TextColumn;
  }>;
}

/**
 * Makes the synced PowerSync table that brings the user's vault header to each device.
 *
 * Add it with one spread, beside `encryptedTables`. The server's side of it comes from `serverSql` and
 * `syncConfig` with `{ vault: true }`.
 *
 * @example
 * ```ts
 * import { Schema } from '@powersync/common';
 * import { defineTable, encrypted } from 'rowseal';
 * import { encryptedTables, vaultTable } from 'rowseal/powersync';
 *
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const schema = new Schema({ ...encryptedTables([notes]), ...vaultTable() });
 * console.assert(!schema.props.rowseal_vaults.localOnly);
 * ```
 */
export function vaultTable(): VaultTable {
  const { integer, text } = column;
  return { [VAULT_TABLE]: new PowerSyncTable({ epoch: integer, hash: text, header: text }) };
}

/** The table as the database has it. Throws `TypeError` where the schema lacks it. */
export function vaultTableIn({ schema }: CommonPowerSyncDatabase): SchemaTable {
  const found = schema.tables.find(({ name }) => name === VAULT_TABLE);
  const names = found?.columns.map(({ name }) => name) ?? [];
  const isMade = ['epoch', 'hash', 'header'].every((name) => names.includes(name));
  const isSynced = isMade && !found?.localOnly && !found?.insertOnly;
  assertGiven(isSynced, 'db: a database whose schema has ...vaultTable()');
  return found as SchemaTable;
}
