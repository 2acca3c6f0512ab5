/** Rows as an engine has them: each column of the table, text, a number or `null`. */
import type { Table } from '../rows/table.js';
import type { EngineRow } from '../sync/sync-store.js';

/** The columns of both tables, by the declared name. */
export interface MemoryColumns {
  readonly plain: ReadonlyMap<string, readonly string[]>;
  readonly sealed: ReadonlyMap<string, readonly string[]>;
}

export function memoryColumns(tables: readonly Table[]): MemoryColumns {
  const plain = new Map<string, readonly string[]>();
  const sealed = new Map<string, readonly string[]>();
  for (const { name, layout } of tables) {
    const visible = layout.columns.filter(({ kind }) => kind !== 'encrypted');
    plain.set(name, namesOf(layout.columns));
    sealed.set(name, [...namesOf(visible), 'payload', 'parents', 'siblings']);
  }
  return { plain, sealed };
}

function namesOf(columns: readonly { readonly name: string }[]): string[] {
  return columns.map(({ name }) => name);
}

/** The columns that there are; those that are not set are `null`. */
export function projected(row: EngineRow, names: readonly string[]): EngineRow {
  return Object.freeze(Object.fromEntries(names.map((name) => [name, engineValue(row[name])])));
}

/** Throws `TypeError` for a table that there is not. */
export function columnsOf(
  columns: ReadonlyMap<string, readonly string[]>,
  table: string,
): readonly string[] {
  const names = columns.get(table);
  if (names) return names;
  throw new TypeError(`There is no table '${table}'.`);
}

/** Throws `TypeError` for what the app writes into a column that there is not. */
export function assertColumns(table: string, names: readonly string[], row: EngineRow): void {
  const unknown = Object.keys(row).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TypeError(`'${table}' has no column '${unknown}'.`);
}

export function equalRows(a: EngineRow, b: EngineRow): boolean {
  return Object.keys(a).every((name) => Object.is(a[name], b[name]));
}

function engineValue(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'string' || Number.isFinite(value)) return value;
  throw new TypeError('A column holds text, a finite number or null.');
}
