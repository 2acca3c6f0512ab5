/**
 * A table of the app's as PowerSync keeps it: two views, each over a table of ids and JSON.
 */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { decodeValue } from '../../rows/row-values.js';
import type { LayoutColumn, Table } from '../../rows/table.js';
import { engineValue } from '../../sync/engine-values.js';
import type { EngineRow } from '../../sync/sync-store.js';
import { type SchemaTable, schemaTablesOf } from './schema-check.js';

/** A column as the view gives it. */
export interface SideColumn {
  readonly name: string;
  /** `TEXT`, `INTEGER` or `REAL`. */
  readonly type: string;
}

/** The plaintext table or the sealed one. */
export interface Side {
  /** Name of the view. */
  readonly name: string;
  /** What the app reads and writes, quoted. */
  readonly view: string;
  /** What is below it: `(id TEXT PRIMARY KEY, data TEXT)`, quoted. */
  readonly table: string;
  readonly columns: readonly SideColumn[];
}

/** Both sides of a declared table. */
export interface MirroredTable {
  readonly name: string;
  readonly plain: Side;
  readonly sealed: Side;
  readonly declared: readonly DeclaredColumn[];
}

/** A column as the app declares it. */
export interface DeclaredColumn {
  readonly name: string;
  /** Its id in payloads, which stays when its name changes. */
  readonly id: number;
  /** What rows say that have no value for it, as the view gives it. */
  readonly fallback: unknown;
}

/** SQLite takes 127 arguments at most, unless it was built to take more. */
const ARGUMENT_LIMIT = 100;
/** In characters: twice what a payload of the greatest length and the siblings beside it take. */
export const SERVED_LENGTH_LIMIT = 16 * 1024 * 1024;

/**
 * Finds both sides in the database's schema.
 *
 * @throws `TypeError` when they are missing or are not what `encryptedTables` makes.
 */
export function mirroredTable(db: CommonPowerSyncDatabase, table: Table): MirroredTable {
  const [plain, sealed] = schemaTablesOf(db, table);
  const declared = table.layout.columns.map(declaredColumn);
  return { name: table.name, plain: sideOf(plain), sealed: sideOf(sealed), declared };
}

function declaredColumn(column: LayoutColumn): DeclaredColumn {
  const { name, id, fallback } = column;
  return { name, id, fallback: engineValue(column, fallback && decodeValue(column, fallback)) };
}

function sideOf({ viewName, internalName, columns }: SchemaTable): Side {
  return {
    name: viewName,
    view: quoted(viewName),
    table: quoted(internalName),
    columns: columns.map(({ name, type }) => ({ name, type: String(type) })),
  };
}

/** An SQL identifier. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** An SQL string. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * SQL for a row's columns as a JSON array, read from its JSON just as the view reads them; NULL
 * where `json` is NULL.
 *
 * What is no JSON, which a server can send, reads as an empty row and not as an error.
 */
export function projection(columns: readonly SideColumn[], json: string): string {
  const object = `iif(json_valid(${json}), ${json}, '{}')`;
  const values = columns.map(({ name, type }) => {
    const value = `json_extract(${object}, ${literal(`$."${name}"`)})`;
    // As text from CAST, an array would still be JSON: part of ours, and one level too deep for it.
    return type === 'TEXT' ? `${value} || ''` : `CAST(${value} AS ${type})`;
  });
  const parts: string[] = [];
  for (let at = 0; at < values.length; at += ARGUMENT_LIMIT) {
    parts.push(`json_array(${values.slice(at, at + ARGUMENT_LIMIT).join(', ')})`);
  }
  return `iif(${json} IS NULL, NULL, json_array(${parts.join(', ')}))`;
}

/** The same of what sync brought: a row that is larger than any device writes reads as empty. */
export function servedProjection(columns: readonly SideColumn[], json: string): string {
  return projection(columns, `iif(length(${json}) > ${SERVED_LENGTH_LIMIT}, '{}', ${json})`);
}

/** The row that a {@link projection} made. */
export function projectedRow(
  columns: readonly SideColumn[],
  text: string | null,
): EngineRow | null {
  if (text === null) return null;
  const values = (JSON.parse(text) as unknown[][]).flat();
  return Object.fromEntries(columns.map(({ name }, index) => [name, values[index]]));
}
