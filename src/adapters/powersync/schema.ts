/** The tables that an app adds to its PowerSync schema. */
import { column, type IndexShorthand, Table as PowerSyncTable } from '@powersync/common';
import { assertOptions } from '../../errors.js';
import type { Column } from '../../rows/column.js';
import type { Columns, LayoutColumn, Table } from '../../rows/table.js';
import { assertGiven, assertTables } from '../../sync/arguments.js';
import { sealedName } from '../../sync/sealed-name.js';

/** `& {}` makes editors show the columns and not this alias. */
type Flat<T> = { [K in keyof T]: T[K] } & {};
/** They differ by nothing but the alias that names them, so an alias of our own would lose it. */
type TextColumn = (typeof column)['text'];
type NumberColumn = (typeof column)['integer'];
type IsAny<T> = 0 extends 1 & T ? true : false;

/** Integers, reals and booleans are numbers in SQLite, all else is text. */
type EngineColumn<C> =
  C extends Column<infer _Kind, infer Value>
    ? IsAny<Value> extends false
      ? [Value] extends [number | boolean]
        ? NumberColumn
        : TextColumn
      : TextColumn
    : never;

type PlaintextTable<C extends Columns> = PowerSyncTable<
  Flat<{ [K in keyof C & string]: EngineColumn<C[K]> }>
>;

type SealedTable<C extends Columns> = PowerSyncTable<
  Flat<
    {
      [K in keyof C & string as C[K] extends Column<'encrypted'> ? never : K]: EngineColumn<C[K]>;
    } & { payload: TextColumn; parents: TextColumn; siblings: TextColumn }
  >
>;

/** The PowerSync tables of declared tables: `x`, which the app uses, and `x_sealed`, which syncs. */
export type EncryptedTables<T extends Table> = Flat<
  { [E in T as E['name']]: PlaintextTable<E['columns']> } & {
    [E in T as `${E['name']}_sealed`]: SealedTable<E['columns']>;
  }
>;

/** The sealed tables alone of declared tables: `x_sealed`, which syncs. */
export type SealedTables<T extends Table> = Flat<{
  [E in T as `${E['name']}_sealed`]: SealedTable<E['columns']>;
}>;

/** Options of {@link encryptedTables}. */
export interface EncryptedTablesOptions<Name extends string = string> {
  /** By table: indexes of the plaintext table, as PowerSync's own tables take them. */
  readonly indexes?: { readonly [N in Name]?: IndexShorthand };
}

/** What PowerSync can't have in a name, and what would end a name in a JSON path. */
const UNUSABLE = /["'%,.#\s[\]\\]/;
/** In a view, SQLite reads the last three as NULL, whatever columns it has. */
const EVERY_ROW_HAS = ['id', 'rowid', 'oid', '_rowid_'];
/** What every sealed table has, beside its visible columns. */
export const MIRROR_COLUMNS = { payload: column.text, parents: column.text, siblings: column.text };

/**
 * Makes the two PowerSync tables of each declared table: the plaintext one, which never leaves the
 * device and which the app reads and writes with plain SQL, and the sealed one, which syncs.
 *
 * Add them with one spread. Integers, reals and booleans are numbers there, every other type is
 * text: `bytes` as base64url, `timestamp` as `YYYY-MM-DDTHH:mm:ss.sssZ`, `json` as JSON.
 *
 * @throws `TypeError` for no tables or other ones than `defineTable` makes, names that collide or that
 * PowerSync can't have, tables with `payload: 'bytes'`, indexes of what there is not, and options that
 * do not exist.
 *
 * @example
 * ```ts
 * import { Schema } from '@powersync/common';
 * import { cleartext, defineTable, encrypted } from 'rowseal';
 * import { encryptedTables } from 'rowseal/powersync';
 *
 * const transactions = defineTable('transactions', {
 *   amount: encrypted.integer(),
 *   booked_on: encrypted.date(),
 *   account_id: cleartext.text(),
 * });
 * const schema = new Schema({
 *   ...encryptedTables([transactions], { indexes: { transactions: { by_date: ['booked_on'] } } }),
 * });
 * console.assert(schema.props.transactions.localOnly);
 * console.assert(!schema.props.transactions_sealed.localOnly);
 * ```
 */
export function encryptedTables<const T extends readonly Table[]>(
  tables: T,
  options: EncryptedTablesOptions<T[number]['name']> = {},
): EncryptedTables<T[number]> {
  assertOptions(options, ['indexes'], 'encryptedTables');
  assertTables(tables);
  const indexes: Readonly<Record<string, IndexShorthand | undefined>> = options.indexes ?? {};
  assertNames(tables, Object.keys(indexes));
  const made = tables.flatMap((table) => [
    [table.name, plaintextTable(table, indexes[table.name] ?? {})],
    [sealedName(table), sealedTable(table)],
  ]);
  return Object.fromEntries(made) as EncryptedTables<T[number]>;
}

/**
 * Makes the sealed PowerSync table of each declared table, without a plaintext one beside it.
 *
 * For an app that keeps what it decrypts elsewhere, such as in memory, and follows it with
 * `trackDecryptedDiff`. It seals rows with `encryptRow`, and no mirror can be started.
 *
 * @throws `TypeError` for what `encryptedTables` throws one for, but for indexes.
 *
 * @example
 * ```ts
 * import { Schema } from '@powersync/common';
 * import { cleartext, defineTable, encrypted } from 'rowseal';
 * import { sealedTables } from 'rowseal/powersync';
 *
 * const notes = defineTable('notes', { body: encrypted.text(), folder: cleartext.text() });
 * const schema = new Schema({ ...sealedTables([notes]) });
 * const [sealed] = schema.tables;
 * const columns = sealed?.columns.map(({ name }) => name);
 * console.assert(sealed?.name === 'notes_sealed');
 * console.assert(columns?.join() === 'folder,payload,parents,siblings');
 * ```
 */
export function sealedTables<const T extends readonly Table[]>(tables: T): SealedTables<T[number]> {
  assertTables(tables);
  assertNames(tables, []);
  const made = tables.map((table) => [sealedName(table), sealedTable(table)]);
  return Object.fromEntries(made) as SealedTables<T[number]>;
}

function plaintextTable({ name, layout }: Table, indexes: IndexShorthand): PowerSyncTable {
  const columns = columnsOf(layout.columns);
  const all = Object.values(indexes).flatMap((list) => (Array.isArray(list) ? list : null));
  for (const indexed of all) {
    const of = typeof indexed === 'string' ? indexed.replace(/^-/, '') : String(indexed?.name);
    const isColumn = of === 'id' || Object.hasOwn(columns, of);
    assertGiven(isColumn, `indexes of '${name}' as lists of its columns, not of '${of}'`);
  }
  return PowerSyncTable.createLocalOnly(columns, { indexes });
}

function sealedTable({ name, payload, layout }: Table): PowerSyncTable {
  assertGiven(payload === 'text', `'${name}' a payload of text: PowerSync has no column for bytes`);
  return new PowerSyncTable({ ...columnsOf(visibleOf(layout.columns)), ...MIRROR_COLUMNS });
}

function visibleOf(columns: readonly LayoutColumn[]): readonly LayoutColumn[] {
  return columns.filter(({ kind }) => kind !== 'encrypted');
}

function namesOf(columns: readonly LayoutColumn[]): readonly string[] {
  return columns.map(({ name }) => name);
}

function columnsOf(columns: readonly LayoutColumn[]): Record<string, TextColumn | NumberColumn> {
  return Object.fromEntries(columns.map(({ name, codec }) => [name, engineColumn(codec.name)]));
}

/** The PowerSync column of a type. */
export function engineColumn(type: string): TextColumn | NumberColumn {
  if (type === 'integer' || type === 'boolean') return column.integer;
  return type === 'real' ? column.real : column.text;
}

/** SQLite compares names without regard to case. */
function assertNames(tables: readonly Table[], indexed: readonly string[]): void {
  const names = tables.flatMap((table) => [table.name, sealedName(table)]);
  assertUsable(names, 'Two tables are');
  for (const { name, layout } of tables) {
    const what = `Two columns of '${name}' are`;
    assertUsable(namesOf(layout.columns), what, EVERY_ROW_HAS);
    assertUsable(namesOf(visibleOf(layout.columns)), what, Object.keys(MIRROR_COLUMNS));
  }
  for (const name of indexed) {
    const isTable = tables.some((table) => table.name === name);
    assertGiven(isTable, `indexes of the tables given, not of '${name}'`);
  }
}

function assertUsable(names: readonly string[], what: string, taken: readonly string[] = []): void {
  const seen = new Set(taken);
  for (const name of names) {
    if (UNUSABLE.test(name)) throw new TypeError(`PowerSync can't have the name '${name}'.`);
    if (seen.has(name.toLowerCase())) throw new TypeError(`${what} named '${name}'.`);
    seen.add(name.toLowerCase());
  }
}
