/** Whether a database's schema is the one that the declared tables ask for. */
import type { CommonPowerSyncDatabase, Table as PowerSyncTable } from '@powersync/common';
import type { Table } from '../../rows/table.js';
import { assertGiven } from '../../sync/arguments.js';
import { sealedName } from '../../sync/sealed-name.js';
import { encryptedTables, MIRROR_COLUMNS, sealedTables } from './schema.js';

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
  const find = (name: string) => findTable(db, name, made[name] as PowerSyncTable);
  return [find(table.name), find(sealedName(table))];
}

/**
 * The sealed PowerSync table of a declared one, whether there is a plaintext one or not.
 *
 * @throws `TypeError` when it is missing or is not what `sealedTables` makes.
 */
export function sealedTableOf(db: CommonPowerSyncDatabase, table: Table): SchemaTable {
  const made: Readonly<Record<string, PowerSyncTable>> = sealedTables([table]);
  const name = sealedName(table);
  return findTable(db, name, made[name] as PowerSyncTable);
}

function findTable(db: CommonPowerSyncDatabase, name: string, wanted: PowerSyncTable): SchemaTable {
  const found = tableIn(db, name);
  assertKind(found, wanted.localOnly);
  assertColumns(found, wanted);
  return found;
}

/**
 * Refuses a schema with tables that look like those of `encryptedTables` and that are not declared.
 *
 * @throws `TypeError` for a plaintext table that nobody would seal.
 */
export function assertAllMirrored(db: CommonPowerSyncDatabase, tables: readonly Table[]): void {
  const isMade = (name: string) =>
    db.schema.tables.some((table) => table.localOnly && sealedName(table) === name);
  assertNoneLeft(undeclaredTables(db, tables).filter(isMade));
}

/**
 * Refuses to upload from a schema with a sealed table that is not declared.
 *
 * @throws `TypeError` for one that nobody would guard.
 */
export function assertAllGuarded(db: CommonPowerSyncDatabase, tables: readonly Table[]): void {
  assertNoneLeft(undeclaredTables(db, tables));
}

function assertNoneLeft([name]: readonly string[]): void {
  assertGiven(
    name === undefined,
    `startMirror and uploadWith all tables of encryptedTables: these lack '${name}'`,
  );
}

/** By name: the synced tables that have what a mirror needs, beside those that are declared. */
function undeclaredTables(
  { schema }: CommonPowerSyncDatabase,
  tables: readonly Table[],
): readonly string[] {
  const declared = tables.map(sealedName);
  return schema.tables.flatMap(({ name, columns, localOnly }) => {
    const names = columns.map((column) => column.name);
    const isSealed = Object.keys(MIRROR_COLUMNS).every((each) => names.includes(each));
    return isSealed && !localOnly && !declared.includes(name) ? [name] : [];
  });
}

function tableIn({ schema }: CommonPowerSyncDatabase, name: string): SchemaTable {
  if (schema.rawTables.some((raw) => raw.name === name)) refuse(name, 'is a raw table');
  return schema.tables.find((each) => each.name === name) ?? refuse(name, 'is missing');
}

function assertKind({ name, localOnly, insertOnly }: SchemaTable, isLocal: boolean): void {
  if (insertOnly) refuse(name, 'is insert-only');
  const [is, must] = isLocal ? ['synced', 'local-only'] : ['local-only', 'synced'];
  if (localOnly !== isLocal) refuse(name, `is ${is}, and has to be ${must}`);
}

function assertColumns({ name, columns }: SchemaTable, wanted: PowerSyncTable): void {
  const types = new Map(columns.map((column) => [column.name, String(column.type)]));
  for (const column of wanted.columns) {
    const type = types.get(column.name) ?? refuse(name, `has no column '${column.name}'`);
    const must = String(column.type);
    if (type !== must) refuse(name, `has '${column.name}' as ${type}, which has to be ${must}`);
    types.delete(column.name);
  }
  for (const other of types.keys()) {
    refuse(name, `has a column '${other}', which its declaration lacks`);
  }
}

function refuse(name: string, why: string): never {
  throw new TypeError(
    `In the schema '${name}' ${why}. Make it of the very tables given here: with ...encryptedTables(tables), or with sealedTables where no mirror runs.`,
  );
}
