/** A sealed row as a line of an export, with nothing in it that the server must not see. */
import { decodeUtf8, encodeUtf8 } from '../bytes/utf8.js';
import { RowsealError } from '../errors.js';
import { parseEnvelope } from '../rows/envelope.js';
import { type AnyRow, ownValue, rowIdBytes } from '../rows/row-values.js';
import type { Table } from '../rows/table.js';
import { formatRowLine, LINE_LIMIT } from './export-line.js';
import { isCrowded, isDate, type LineValue, toLineValue } from './export-value.js';

/** The name that a table has in formats, whatever it is called now. */
export function storedNameOf({ layout }: Table): string {
  return decodeUtf8(layout.tableId) as string;
}

/**
 * The line of a row. What is no sealed row must not be written, whoever put it there: it may be
 * plaintext. Throws `NOT_ENCRYPTED`, `ROW_MALFORMED`, `ROW_AUTH_FAILED`, `LIMIT_EXCEEDED`;
 * `TypeError` for a value that no database has.
 */
export function sealedLine(table: Table, row: AnyRow): string {
  assertSealed(table, row);
  const values = lineValues(table, row);
  const line = formatRowLine(storedNameOf(table), values);
  const fits = (encodeUtf8(line) as Uint8Array).length <= LINE_LIMIT;
  if (fits && !isCrowded(Object.values(values))) return line;
  throw new RowsealError(
    'LIMIT_EXCEEDED',
    'This row and its siblings are larger than a line of an export may be. Let a device merge them, then export again.',
  );
}

function assertSealed(table: Table, row: AnyRow): void {
  try {
    parseEnvelope(ownValue(row, 'payload'), table.payload);
  } catch (error) {
    // Of a later version: it is kept for one.
    if (!(error instanceof RowsealError) || error.code !== 'UNSUPPORTED_VERSION') throw error;
  }
  if (rowIdBytes(ownValue(row, 'id')) !== null) return;
  throw new RowsealError(
    'ROW_AUTH_FAILED',
    'This row has no id, or one that no row may have, so that it would never open.',
  );
}

/** Declared columns that the server may see, and no other: what is undeclared may be plaintext. */
function lineValues({ name, layout }: Table, row: AnyRow): Record<string, LineValue> {
  const visible = layout.columns.filter(({ kind }) => kind !== 'encrypted');
  const values: Record<string, LineValue> = {};
  for (const column of ['id', ...visible.map((each) => each.name), 'payload', 'siblings']) {
    const value = ownValue(row, column);
    if (value === undefined || (column === 'siblings' && !value)) continue;
    const held = toLineValue(value);
    values[column] = held === undefined ? noValue(name, column, value) : held;
  }
  return values;
}

/** JSON and dates are the server's choice, and one of its values must not stop the others' backup. */
function noValue(table: string, column: string, value: unknown): never {
  if (isServed(value)) {
    throw new RowsealError(
      'ROW_MALFORMED',
      'A visible column of this row has JSON or a date that no file can hold exactly. Put it right on the server, then export again.',
    );
  }
  throw new TypeError(`'${column}' of a row of '${table}' is no value that a database has.`);
}

/** What drivers make of JSON and of dates, of any realm; other objects are the app's. */
function isServed(value: unknown): boolean {
  if (typeof value !== 'object' || Array.isArray(value)) return Array.isArray(value);
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.hasOwn(prototype, 'isPrototypeOf') || isDate(value);
}
