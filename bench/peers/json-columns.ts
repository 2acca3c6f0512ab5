/** How peers that take text are given typed columns: JSON, and dates told apart by their name. */
import type { Columns } from '../rows.js';

/** One text for each column that is set. */
export type Fields = Record<string, string>;

export function columnsToJson(columns: Columns): string {
  return JSON.stringify(columns);
}

export function columnsFromJson(text: string): Columns {
  const columns = JSON.parse(text);
  columns.created_at = new Date(columns.created_at);
  return columns;
}

export function mapToFields(columns: Columns, encrypt: (text: string) => string): Fields {
  const fields: Fields = {};
  for (const [name, value] of Object.entries(columns)) {
    fields[name] = encrypt(JSON.stringify(value));
  }
  return fields;
}

export function mapFromFields(fields: Fields, decrypt: (text: string) => string): Columns {
  const columns: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(fields)) columns[name] = JSON.parse(decrypt(text));
  columns.created_at = new Date(columns.created_at as string);
  return columns as Columns;
}

export function fieldsLength(fields: Fields): number {
  return Object.values(fields).reduce((sum, text) => sum + text.length, 0);
}
