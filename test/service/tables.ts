/** What the end-to-end suite keeps in a service's Postgres: two tables, and their server's side. */
import { Schema } from '@powersync/common';
import { encryptedTables, serverSql, syncConfig } from '../../src/adapters/powersync/powersync.js';
import { cleartext, defineTable, encrypted } from '../../src/index.js';

export const accounts = defineTable('service_test_accounts', {
  title: encrypted.text(),
  currency: cleartext.text(),
});

export const entries = defineTable('service_test_entries', {
  amount: encrypted.integer(),
  payee: encrypted.text(),
  note: encrypted.text().optional(),
  account_id: cleartext.text(),
});

export const tables = [accounts, entries];
export const OWNER = 'owner_id';
export const SEALED = tables.map(({ name }) => `${name}_sealed`);
export const VAULTS = 'rowseal_vaults';
/** Tables of Postgres that the service must be allowed to read. */
export const PUBLISHED = [...SEALED, VAULTS];

export const schema = new Schema(encryptedTables(tables));
export const SERVER_SQL = serverSql(tables, { owner: OWNER, vault: true });
export const SYNC_CONFIG = syncConfig(tables, { owner: OWNER, vault: true });
/** Where there is such a publication already: `ALTER PUBLICATION powersync ADD TABLE`, the same. */
export const PUBLICATION_SQL = `CREATE PUBLICATION powersync FOR TABLE ${PUBLISHED.join(', ')};`;
