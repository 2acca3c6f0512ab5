/** What PowerSync's service is told: which sealed rows each user's devices receive. */
import { assertOptions } from '../../errors.js';
import type { Table } from '../../rows/table.js';
import { assertTables } from '../arguments.js';
import { sealedName } from '../sealed-name.js';
import { VAULT_TABLE } from '../vault-table.js';
import { ownerColumn } from './owner-column.js';
import { sqlName } from './sql-names.js';

/** Options of {@link syncConfig}. */
export interface SyncConfigOptions {
  /**
   * The column that says whose row it is, as in {@link serverSql}.
   *
   * It holds what the user's token has as `sub`. Without one every user would receive all rows.
   */
  readonly owner: string;
  /** `true` adds the stream of vault headers, for `powerSyncVaultStore`. */
  readonly vault?: boolean;
}

/** What would end a line of YAML, or is refused in it. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\ufeff]/u;

/**
 * Returns the text of PowerSync's sync config (edition 3), one stream for all sealed tables, and with
 * `vault` another one for the user's vault header.
 *
 * Devices receive it without subscribing, and only rows whose owner is the token's `sub`. Where
 * your config has other streams, copy these in. The tables must be in the publication that the
 * service reads.
 *
 * @throws `TypeError` for no tables or other ones than `defineTable` makes, without `owner` or for
 * one that is declared as anything but visible text, and for names that Postgres or a line of YAML
 * can't hold.
 *
 * @example
 * ```ts
 * import { defineTable, encrypted } from 'rowseal';
 * import { syncConfig } from 'rowseal/powersync';
 *
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const text = syncConfig([notes], { owner: 'owner_id' });
 * console.assert(text.includes('FROM "notes_sealed" WHERE "owner_id" = auth.user_id()'));
 * ```
 */
export function syncConfig(tables: readonly Table[], options: SyncConfigOptions): string {
  assertOptions(options, ['owner', 'vault'], 'syncConfig');
  assertTables(tables);
  const { owner } = options;
  const queries = tables.map((table) => yamlText(ownRows(table, owner)));
  return `\
config:
  edition: 3

streams:
  rowseal:
    auto_subscribe: true
    queries:
${queries.map((query) => `      - ${query}\n`).join('')}${options.vault ? VAULT_STREAM : ''}`;
}

/** Its priority brings it before the rows, so that a new device can ask for the password meanwhile. */
const VAULT_STREAM = `
  rowseal_vault:
    auto_subscribe: true
    priority: 1
    query: 'SELECT * FROM "${VAULT_TABLE}" WHERE "id" = auth.user_id()'
`;

/** One stream, and so one bucket for each user, in which a transaction over tables stays whole. */
function ownRows(table: Table, owner: string): string {
  return `SELECT * FROM ${sqlName(sealedName(table))} WHERE ${ownerColumn(table, owner)} = auth.user_id()`;
}

/** In single quotes nothing but a quote has a meaning. */
function yamlText(text: string): string {
  if (UNPRINTABLE.test(text)) {
    throw new TypeError(`A line of YAML can't hold these names: ${JSON.stringify(text)}.`);
  }
  return `'${text.replaceAll("'", "''")}'`;
}
