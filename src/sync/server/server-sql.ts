/**
 * The server's side as Postgres text: what stands where rows arrive, so that even a careless
 * upload handler can neither store plaintext nor lose an edit.
 */
import { assertOptions } from '../../errors.js';
import type { LayoutColumn, Table } from '../../rows/table.js';
import { assertTables } from '../arguments.js';
import { sealedName } from '../sealed-name.js';
import { closedKeysSql } from './closed-keys-sql.js';
import { earlierTablesSql, keyUseSql } from './key-use-sql.js';
import { ownerColumn } from './owner-column.js';
import { sharedFunctions } from './siblings-sql.js';
import { sqlColumnName, sqlName, sqlText } from './sql-names.js';
import { vaultSql } from './vault-sql.js';

/** Options of {@link serverSql}. */
export interface ServerSqlOptions {
  /**
   * A column that says whose row it is, such as `'owner_id'`: text, never NULL, fixed at insert.
   *
   * Where a table declares it, it is that column; elsewhere it is added, and your server fills it
   * with what the token's `sub` is. An upsert that writes it is then refused for a row of another
   * user.
   *
   * Leave it out where something else says who receives a row, and write the sync config by hand:
   * {@link syncConfig} asks for an owner, since without one every user receives all rows.
   */
  readonly owner?: string;
  /**
   * `true` adds the table of vault headers and the function that `save` of `powerSyncVaultStore` calls.
   */
  readonly vault?: boolean;
}

const SQL_TYPES: Readonly<Record<string, string>> = {
  boolean: 'boolean',
  integer: 'bigint',
  text: 'text',
};

/**
 * Returns the Postgres text that makes the sealed tables of declarations, for a migration.
 *
 * It needs Postgres 14 or later and may be run again after each change of a declaration: columns
 * are added, functions and triggers replaced, nothing is dropped. A plain upsert of what arrives is
 * all that is asked of your server.
 *
 * For `dropRetiredKeys` it has `rowseal_close_keys`, which from then on refuses what is new under a key
 * (SQLSTATE 55000, for a while as the device sees it) and counts what there is, and `rowseal_key_use`.
 * Both take the owner, if there is a column for it, and cover the tables of every run.
 *
 * @throws `TypeError` for no tables or other ones than `defineTable` makes, a table whose payload is
 * `'bytes'`, names that Postgres can't hold, two tables of one name, or an owner column that is
 * encrypted or no text.
 *
 * @example
 * ```ts
 * import { cleartext, defineTable, encrypted } from 'rowseal';
 * import { serverSql } from 'rowseal/powersync';
 *
 * const notes = defineTable('notes', { body: encrypted.text(), folder: cleartext.text() });
 * const text = serverSql([notes], { owner: 'owner_id' });
 * console.assert(text.includes('CREATE TABLE IF NOT EXISTS "notes_sealed"'));
 * ```
 */
export function serverSql(tables: readonly Table[], options: ServerSqlOptions = {}): string {
  assertOptions(options, ['owner', 'vault'], 'serverSql');
  assertTables(tables);
  if (new Set(tables.map(({ name }) => name)).size < tables.length) {
    throw new TypeError('serverSql takes each table once: two of these have one name.');
  }
  return [
    HEAD,
    sharedFunctions(),
    closedKeysSql(),
    ...tables.map((table) => sealedTable(table, options.owner ?? null)),
    earlierTablesSql(),
    keyUseSql(options.owner !== undefined),
    ...(options.vault ? [vaultSql()] : []),
  ].join('\n');
}

const HEAD = `\
-- Sealed tables for rowseal, for Postgres 14 or later. May be run again.
--
-- All sealed tables of an app belong into one schema: there its keys are counted and closed.
-- There are no foreign keys between sealed tables, and there must be none: rows arrive one by one,
-- a delete is a payload like any other, and what a row refers to may be sealed or on its way.
-- Who may write which row is for your server or for row-level security to say.
`;

function sealedTable(table: Table, owner: string | null): string {
  if (table.payload !== 'text') {
    throw new TypeError(
      `Table '${table.name}' has a payload of bytes, which PowerSync can't hold. Leave the option 'payload' out.`,
    );
  }
  const name = sqlName(sealedName(table));
  const columns = declaredColumns(table, owner);
  return `\
CREATE TABLE IF NOT EXISTS ${name} (
  id text PRIMARY KEY CHECK (octet_length(id) BETWEEN 1 AND 256),
${columns.map((column) => `  ${column.definition}${column.required ? ' NOT NULL' : ''},\n`).join('')}\
  payload text NOT NULL CHECK (rowseal_is_envelope(payload)),
  parents text NOT NULL DEFAULT '' CHECK (rowseal_are_payload_ids(parents)),
  siblings text NOT NULL DEFAULT ''
);
${columns.map((column) => columnChange(name, column)).join('')}\
CREATE OR REPLACE TRIGGER rowseal_siblings BEFORE INSERT OR UPDATE ON ${name}
FOR EACH ROW EXECUTE FUNCTION rowseal_keep_siblings();
${owner === null ? '' : ownerTrigger(name, sqlColumnName(owner))}SELECT rowseal_add_sealed_table(${sqlText(name)}, ${owner === null ? 'NULL' : sqlText(owner)});
${purgeFunction(table)}`;
}

/** A row from before the column was added has no owner yet. */
function ownerTrigger(table: string, owner: string): string {
  return `\
CREATE OR REPLACE TRIGGER rowseal_owner BEFORE UPDATE ON ${table}
FOR EACH ROW WHEN (OLD.${owner} IS NOT NULL AND NEW.${owner} IS DISTINCT FROM OLD.${owner})
EXECUTE FUNCTION rowseal_refuse_owner();
`;
}

interface ColumnText {
  readonly name: string;
  /** Name and type. */
  readonly definition: string;
  readonly required: boolean;
}

/** Columns that the server sees, in the order of declaration, and the owner's. */
function declaredColumns(table: Table, owner: string | null): ColumnText[] {
  const columns = table.layout.columns.filter(({ kind }) => kind !== 'encrypted').map(columnText);
  if (owner === null) return columns;
  const own = { name: owner, definition: `${ownerColumn(table, owner)} text`, required: true };
  return [...columns.filter(({ name }) => name !== owner), own];
}

function columnText({ name, kind, codec, presence, fallback }: LayoutColumn): ColumnText {
  return {
    name,
    definition: `${sqlColumnName(name)} ${SQL_TYPES[codec.name]}`,
    // A column with a default was added later: older versions of the app don't send it.
    required: kind !== 'server-owned' && presence === 'required' && fallback === null,
  };
}

/** What a table needs that an earlier version of the declaration made. */
function columnChange(table: string, { name, definition, required }: ColumnText): string {
  const add = `ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${definition};\n`;
  if (required) return add;
  return `${add}ALTER TABLE ${table} ALTER COLUMN ${sqlName(name)} DROP NOT NULL;\n`;
}

/**
 * The server can't tell a delete from an edit, so a device names them. A row that changed since, or
 * that still has siblings, stays: something in it is not merged.
 */
function purgeFunction(table: Table): string {
  const name = sqlName(sealedName(table));
  const purge = `${sqlName(`rowseal_purge_${table.name}`)}(ids text[], payload_ids text[])`;
  return `\
-- Removes deleted rows that a device names by id and payload id, and returns how many. Call it for
-- deletes older than any device stays offline: a device that missed one would send the row again.
-- Nobody may call it until you grant it to your server's role.
CREATE OR REPLACE FUNCTION ${purge}
RETURNS bigint LANGUAGE sql
BEGIN ATOMIC
  WITH purged AS (
    DELETE FROM ${name} AS sealed
    USING unnest(ids, payload_ids) AS named (id, payload_id)
    WHERE sealed.id = named.id
      AND substr(sealed.payload, 45, 32) = named.payload_id
      AND sealed.siblings = ''
    RETURNING sealed.id
  )
  SELECT count(*) FROM purged;
END;
REVOKE ALL ON FUNCTION ${purge} FROM PUBLIC;
`;
}
