/** Whether a database's schema is the one that the declared tables ask for. */
import type { CommonPowerSyncDatabase, Table as PowerSyncTable } from '@powersync/common';
import type { Table } from '../../rows/table.js';
import { sealedName } from '../../sync/sealed-name.js';
import { encryptedTables, MIRROR_COLUMNS } from './schema.js';

const ADVICE =
  'Make the schema with ...encryptedTables([…]), of the same tables that startMirror is given.';

/** A table as the database has it. */
export type SchemaTable = CommonPowerSyncDatabase['schema']['tables'][number];

/**
 * The two PowerSync tables of a declared one.
 *
 * @throws `TypeError` when they are missing or are not what `encryptedTables` makes.
 */
export function schemaTablesOf(
  db: CommonPowerSyncDatabase,
  table: Table,
): readonly [plain: SchemaTable, sealed: SchemaTable] {
  const made: Readonly<Record<string, PowerSyncTable>> = encryptedTables([table]);
  const find = (name: string) => {
    const found = tableIn(db, name);
    const wanted = made[name] as PowerSyncTable;
    assertKind(found, wanted.localOnly);
    assertColumns(found, wanted);
    return found;
  };
  return [find(table.name), find(sealedName(table))];
}

/**
 * Refuses a schema with tables that look like those of `encryptedTables` and that are not declared.
 *
 * @throws `TypeError` for a plaintext table that nobody would seal.
 */
export function assertAllMirrored(db: CommonPowerSyncDatabase, tables: readonly Table[]): void {
  const declared = new Set(tables.map(({ name }) => name));
  const sealed = new Set(sealedTables(db));
  const left = db.schema.tables.find(
    (each) => each.localOnly && !declared.has(each.name) && sealed.has(sealedName(each)),
  );
  if (left) {
    throw new TypeError(
      `The schema has '${left.name}' from encryptedTables, but the tables given to startMirror lack it: nobody would seal its rows. Give startMirror and uploadWith all of them.`,
    );
  }
}

/**
 * Refuses to upload from a schema with a sealed table that is not declared.
 *
 * @throws `TypeError` for one that nobody would guard.
 */
export function assertAllGuarded(db: CommonPowerSyncDatabase, tables: readonly Table[]): void {
  const declared = new Set(tables.map(sealedName));
  const left = sealedTables(db).find((name) => !declared.has(name));
  if (left !== undefined) {
    throw new TypeError(
      `The schema has '${left}', but the tables given to uploadWith lack it: nobody would look at what leaves in it. Give startMirror and uploadWith all tables of encryptedTables.`,
    );
  }
}

/** By name: the synced tables that have what a mirror needs. */
function sealedTables({ schema }: CommonPowerSyncDatabase): readonly string[] {
  const has = ({ columns }: SchemaTable, name: string) =>
    columns.some((column) => column.name === name);
  return schema.tables.flatMap((table) =>
    !table.localOnly && Object.keys(MIRROR_COLUMNS).every((name) => has(table, name))
      ? [table.name]
      : [],
  );
}

function tableIn({ schema }: CommonPowerSyncDatabase, name: string): SchemaTable {
  if (schema.rawTables.some((raw) => raw.name === name)) {
    throw new TypeError(`'${name}' is a raw table. Encrypted tables are made by encryptedTables.`);
  }
  const found = schema.tables.find((each) => each.name === name);
  if (!found) throw new TypeError(`The schema has no table '${name}'. ${ADVICE}`);
  return found;
}

function assertKind({ name, localOnly, insertOnly }: SchemaTable, isLocal: boolean): void {
  if (insertOnly) throw new TypeError(`In the schema '${name}' is insert-only. ${ADVICE}`);
  if (localOnly === isLocal) return;
  const [is, must] = isLocal ? ['synced', 'local-only'] : ['local-only', 'synced'];
  throw new TypeError(`In the schema '${name}' is ${is}, and has to be ${must}. ${ADVICE}`);
}

function assertColumns({ name, columns }: SchemaTable, wanted: PowerSyncTable): void {
  const types = new Map(columns.map((column) => [column.name, String(column.type)]));
  for (const column of wanted.columns) {
    const type = types.get(column.name);
    if (type === undefined) {
      throw new TypeError(`In the schema '${name}' has no column '${column.name}'. ${ADVICE}`);
    }
    if (type !== String(column.type)) {
      throw new TypeError(
        `In the schema the column '${column.name}' of '${name}' is ${type}, and has to be ${column.type}. ${ADVICE}`,
      );
    }
    types.delete(column.name);
  }
  for (const other of types.keys()) {
    throw new TypeError(
      `In the schema '${name}' has a column '${other}', which its declaration lacks. ${ADVICE}`,
    );
  }
}
