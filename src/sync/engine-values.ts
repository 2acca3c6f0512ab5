/**
 * Between an engine's values and a table's: SQLite has text, numbers and NULL, so the other types
 * stand there as text, exactly or not at all.
 *
 * | type | in the engine |
 * | --- | --- |
 * | text, decimal, date | as it is |
 * | integer, real | a finite number |
 * | boolean | 1 or 0 |
 * | bigint | decimal digits |
 * | bytes | unpadded base64url |
 * | timestamp | `YYYY-MM-DDTHH:mm:ss.sssZ` |
 * | json | JSON text |
 */
import { decodeBase64url, encodeBase64url } from '../bytes/base64url.js';
import { formatJson, type JsonValue } from '../rows/json-value.js';
import type { EncodedValue } from '../rows/row-content.js';
import { type AnyRow, encodeValue } from '../rows/row-values.js';
import type { LayoutColumn, Table } from '../rows/table.js';
import type { EngineRow } from './sync-store.js';

/** What no codec takes: it stands for text that says nothing of the column's type. */
const UNREADABLE = Symbol('unreadable');

/** Types whose text or number in the engine is no value of theirs yet. */
const FROM_ENGINE: Readonly<Record<string, (value: unknown) => unknown>> = {
  // An engine's JSON can't give them back, so that sealing them would take them from the plaintext.
  real: (value) => (Number.isFinite(value) ? value : UNREADABLE),
  boolean: (value) => (value === 0 || value === 1 ? value === 1 : value),
  bigint: (value) => (isText(value) && /^(0|-?[1-9]\d*)$/.test(value) ? BigInt(value) : UNREADABLE),
  bytes: (value) => (isText(value) && decodeBase64url(value)) || UNREADABLE,
  timestamp: (value) => (isText(value) && timestampOf(value)) || UNREADABLE,
  json: (value) => (isText(value) ? parsed(value) : UNREADABLE),
};

const TO_ENGINE: Readonly<Record<string, (value: never) => unknown>> = {
  boolean: (value: boolean) => (value ? 1 : 0),
  bigint: (value: bigint) => String(value),
  bytes: encodeBase64url,
  timestamp: (value: Date) => value.toISOString(),
  json: (value: JsonValue) => formatJson(value),
  // Another engine may have sealed NaN or an infinity: the row still says it, this plaintext can't.
  real: (value: number) => (Number.isFinite(value) ? value : null),
};

/** An engine's value as a payload has it. Throws `VALUE_UNSUPPORTED`. */
export function encodeEngineValue(
  table: Table,
  column: LayoutColumn,
  value: unknown,
): EncodedValue {
  return encodeValue(table, column, typedValue(column, value));
}

/** The typed values of a row's bound columns, with its id. */
export function typedRow(columns: readonly LayoutColumn[], id: string, row: EngineRow): AnyRow {
  const typed: Record<string, unknown> = { id };
  for (const column of columns) typed[column.name] = typedValue(column, row[column.name]);
  return typed;
}

/** A typed value as the engine holds it; what is absent is `null`. */
export function engineValue({ codec }: LayoutColumn, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  const convert = Object.hasOwn(TO_ENGINE, codec.name) ? TO_ENGINE[codec.name] : undefined;
  return convert ? convert(value as never) : value;
}

/**
 * A visible column as a server gave it, or `null` for what no engine holds.
 *
 * SQLite has no booleans, but a server's JSON may; and it may have anything else.
 */
export function servedEngineValue(value: unknown): string | number | null {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' ? value : null;
}

function typedValue({ codec, presence }: LayoutColumn, value: unknown): unknown {
  if (value === undefined || value === null) return presence === 'nullable' ? null : undefined;
  const convert = Object.hasOwn(FROM_ENGINE, codec.name) ? FROM_ENGINE[codec.name] : undefined;
  return convert ? convert(value) : value;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** Only text that this time would be written as: nothing may come back as something else. */
function timestampOf(text: string): Date | undefined {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString() === text ? date : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return UNREADABLE;
  }
}
