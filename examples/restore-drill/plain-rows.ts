/** Plain rows as text: one line each, JSON or CSV. */
import type { Table } from 'rowseal';

export type PlainRow = Readonly<Record<string, unknown>>;
export type RowFormat = 'jsonl' | 'csv';

/** What comes before the first row. */
export function headOf(table: Table, format: RowFormat): string {
  return format === 'csv' ? `${columnsOf(table).map(quote).join(',')}\n` : '';
}

export function lineOf(table: Table, row: PlainRow, format: RowFormat): string {
  const names = columnsOf(table).filter((name) => format === 'csv' || Object.hasOwn(row, name));
  const values = names.map((name) => plainValue(row[name]));
  if (format === 'csv') return `${values.map((value) => quote(asText(value))).join(',')}\n`;
  return `${JSON.stringify(Object.fromEntries(names.map((name, i) => [name, values[i]])))}\n`;
}

function columnsOf({ columns }: Table): readonly string[] {
  return ['id', ...Object.keys(columns)];
}

/** What JSON has no value for, as text. */
function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64url');
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return Object.is(value, -0) ? '-0' : String(value);
  }
  return value;
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}

/** RFC 4180: quoted only where it must be, quotes doubled. */
function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
