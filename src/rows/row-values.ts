/**
 * Between typed rows and encoded values, column by column; the only place where a schema meets a
 * value.
 */
import { encodeUtf8 } from '../bytes/utf8.js';
import { RowsealError } from '../errors.js';
import { malformedRow, PAYLOAD_LENGTH_LIMIT } from './payload.js';
import type { EncodedValue } from './row-content.js';
import type { LayoutColumn, Table } from './table.js';
import { ABSENT_TAG, NULL_TAG } from './value-codecs.js';

/** A row whose types are not known here; only own properties of it are ever read. */
export type AnyRow = Readonly<Record<string, unknown>>;

const NOTHING = new Uint8Array(0);
const ABSENT: EncodedValue = { tag: ABSENT_TAG, bytes: NOTHING };
export const NULL: EncodedValue = { tag: NULL_TAG, bytes: NOTHING };
const ROW_ID_LENGTH_LIMIT = 256;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A row's own value: an inherited `constructor` or `toString` is not one (threat D01). */
export function ownValue(row: AnyRow, name: string): unknown {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

/** Throws `VALUE_UNSUPPORTED` unless the codec holds the value exactly. */
export function encodeValue(table: Table, column: LayoutColumn, value: unknown): EncodedValue {
  if (value === undefined && column.presence === 'optional') return ABSENT;
  if (value === null && column.presence === 'nullable') return NULL;
  const bytes = column.codec.encode(value);
  if (bytes) return { tag: column.codec.tag, bytes };
  const problem = value === undefined ? 'is missing; it takes' : 'takes';
  throw new RowsealError(
    'VALUE_UNSUPPORTED',
    `Column '${column.name}' of '${table.name}' ${problem} ${column.codec.takes}${orNothing(column)}. The row was not sealed; nothing was lost.`,
  );
}

/** The value of a column; `undefined` when it is absent. Throws `ROW_MALFORMED`. */
export function decodeValue(column: LayoutColumn, encoded: EncodedValue | undefined): unknown {
  const { tag, bytes } = readableValue(column, encoded);
  if (tag === ABSENT_TAG) return undefined;
  if (tag === NULL_TAG) return null;
  const value = tag === column.codec.tag ? column.codec.decode(bytes) : undefined;
  if (value !== undefined) return value;
  return malformedRow(`column '${column.name}' is not ${column.codec.takes}`);
}

/** What a row reads that was written before the column was added. Throws `ROW_MALFORMED`. */
export function valueWhenMissing({ name, presence, fallback }: LayoutColumn): EncodedValue {
  if (fallback) return fallback;
  if (presence === 'nullable') return NULL;
  if (presence === 'optional') return ABSENT;
  return malformedRow(`no column '${name}': declare it with default, optional or nullable`);
}

/** What a column reads as: its value, or what it reads when it has none that it may have. */
export function readableValue(
  column: LayoutColumn,
  encoded: EncodedValue | undefined,
): EncodedValue {
  return isReadable(column, encoded) ? encoded : valueWhenMissing(column);
}

/** Not when the column is missing, or was left empty by a version that declared it otherwise. */
export function isReadable(
  column: LayoutColumn,
  encoded: EncodedValue | undefined,
): encoded is EncodedValue {
  if (encoded?.tag === ABSENT_TAG) return column.presence === 'optional';
  if (encoded?.tag === NULL_TAG) return column.presence === 'nullable';
  return encoded !== undefined;
}

/** The UTF-8 of what may be a row's id: 1 to 256 bytes without NUL; `null` for anything else. */
export function rowIdBytes(id: unknown): Uint8Array | null {
  if (typeof id !== 'string' || id.length > ROW_ID_LENGTH_LIMIT || id.includes('\0')) return null;
  const bytes = encodeUtf8(id);
  return bytes && bytes.length > 0 && bytes.length <= ROW_ID_LENGTH_LIMIT ? bytes : null;
}

/**
 * A row's id as UTF-8. Throws `VALUE_UNSUPPORTED` for one that a database would not give back
 * unchanged.
 */
export function encodeRowId(table: Table, id: unknown): Uint8Array {
  const bytes = rowIdBytes(id);
  if (!bytes) {
    throw new RowsealError(
      'VALUE_UNSUPPORTED',
      `The id of a row of '${table.name}' takes text of 1 to ${ROW_ID_LENGTH_LIMIT} bytes without NUL.`,
    );
  }
  if (UUID.test(id as string) && id !== (id as string).toLowerCase()) {
    throw new RowsealError(
      'VALUE_UNSUPPORTED',
      `The id of a row of '${table.name}' takes a UUID in lower case only: Postgres returns lower case, and the row would never open again.`,
    );
  }
  return bytes;
}

/**
 * A visible value as the server gives it, as the declared type: databases return integers as
 * bigint or text, and SQLite booleans as 1 and 0. `undefined` when it is none.
 */
export function servedValue(column: LayoutColumn, served: unknown): EncodedValue | undefined {
  if (served === undefined || served === null) {
    if (column.presence === 'required') return undefined;
    return column.presence === 'nullable' ? NULL : ABSENT;
  }
  if (typeof served === 'string' && served.length > PAYLOAD_LENGTH_LIMIT) return undefined;
  const bytes = column.codec.encode(normalised(column.codec.name, served));
  return bytes ? { tag: column.codec.tag, bytes } : undefined;
}

function normalised(type: string, served: unknown): unknown {
  if (type === 'boolean' && (served === 0 || served === 1)) return served === 1;
  if (type === 'integer' && typeof served === 'bigint') return Number(served);
  if (type === 'integer' && typeof served === 'string' && /^(0|-?[1-9]\d{0,15})$/.test(served)) {
    return Number(served);
  }
  return served;
}

function orNothing({ presence }: LayoutColumn): string {
  if (presence === 'required') return '';
  return presence === 'nullable' ? ', or null' : ', or is left out';
}
