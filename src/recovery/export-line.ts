/**
 * The lines of an export file (`docs/format.md`, section 20): the first one, one for each row, and
 * the last.
 */
import { decodeBase64url, encodeBase64url } from '../bytes/base64url.js';
import { encodeUtf8 } from '../bytes/utf8.js';
import { HASH_LENGTH } from '../crypto/derive.js';
import { RowsealError, refuseNewer } from '../errors.js';
import { isDeeper } from '../rows/json-value.js';
import type { AnyRow } from '../rows/row-values.js';
import { fromLineValue, isCrowded, type LineValue } from './export-value.js';

/** Bytes of the first line without its line feed: a header at its limit, and the words around it. */
export const FIRST_LINE_LIMIT = 128 * 1024;
/** Bytes of any other line: a payload and all siblings that a server keeps, and visible columns. */
export const LINE_LIMIT = 16 * 1024 * 1024;

const VERSION = 1;
const ABOUT =
  'Encrypted backup made by rowseal. It opens with the password or the recovery key of its vault, without any server. Keep the file exactly as it is.';
/** Line, row, wrapped value. */
const DEPTH_LIMIT = 3;
/** The columns that a table may have, and `id`, `payload` and `siblings`. */
const NAME_LIMIT = 256 + 3;
const NAME_LENGTH_LIMIT = 256;
/** Between a row's names, and between table and row. */
const COMMA_LIMIT = NAME_LIMIT;

/** A sealed row as a file holds it. */
export interface RowLine {
  /** The table's stored name. */
  readonly table: string;
  readonly row: AnyRow;
}

/** What the last line says. */
export interface EndLine {
  readonly rows: number;
  readonly mac: Uint8Array;
}

export function formatFirstLine(header: string): string {
  return `${JSON.stringify({ rowseal: 'export', version: VERSION, about: ABOUT, header })}\n`;
}

export function formatRowLine(table: string, row: Readonly<Record<string, LineValue>>): string {
  return `${JSON.stringify({ table, row })}\n`;
}

export function formatEndLine({ rows, mac }: EndLine): string {
  return `${JSON.stringify({ rows, mac: encodeBase64url(mac) })}\n`;
}

/** The header's text. Throws `EXPORT_DAMAGED`, `UNSUPPORTED_VERSION`. */
export function parseFirstLine(text: string | null): string {
  const line = text === null ? null : parseObject(text.replace(/^\ufeff/, ''));
  if (line?.rowseal !== 'export') noExport();
  const { version, header } = line;
  if (Number.isSafeInteger(version) && (version as number) > VERSION) refuseNewer('This export');
  if (version !== VERSION || typeof line.about !== 'string') noExport();
  if (typeof header !== 'string' || !hasOnly(line, ['rowseal', 'version', 'about', 'header'])) {
    noExport();
  }
  return header;
}

/** A row or the end; `null` for anything else. */
export function parseLine(text: string): RowLine | EndLine | null {
  const line = parseObject(text);
  if (!line) return null;
  return 'row' in line ? rowLine(line) : endLine(line);
}

function rowLine(line: AnyRow): RowLine | null {
  const { table } = line;
  if (!isName(table) || !hasOnly(line, ['table', 'row'])) return null;
  const row = readRow(line.row);
  return row && { table, row };
}

/** A plain object; a name that would set its prototype is no column's. */
function readRow(held: unknown): AnyRow | null {
  if (typeof held !== 'object' || held === null || Array.isArray(held)) return null;
  const row: Record<string, unknown> = {};
  const entries = Object.entries(held);
  if (entries.length > NAME_LIMIT || isCrowded(Object.values(held))) return null;
  for (const [name, value] of entries) {
    if (name === '__proto__' || !isName(name)) return null;
    row[name] = fromLineValue(value);
    if (row[name] === undefined) return null;
  }
  return typeof row.id === 'string' ? row : null;
}

function endLine(line: AnyRow): EndLine | null {
  const { rows } = line;
  const mac = typeof line.mac === 'string' ? decodeBase64url(line.mac) : null;
  if (mac?.length !== HASH_LENGTH || !hasOnly(line, ['rows', 'mac'])) return null;
  return Number.isSafeInteger(rows) && (rows as number) >= 0 ? { rows: rows as number, mac } : null;
}

function isName(name: unknown): name is string {
  const bytes = typeof name === 'string' ? encodeUtf8(name) : null;
  return bytes !== null && bytes.length > 0 && bytes.length <= NAME_LENGTH_LIMIT;
}

function hasOnly(line: AnyRow, names: readonly string[]): boolean {
  return Object.keys(line).every((name) => names.includes(name));
}

/** Deep nesting would be the parser's own stack, and small values many times their text in memory. */
function parseObject(text: string): AnyRow | null {
  if (isDeeper(text, DEPTH_LIMIT, COMMA_LIMIT)) return null;
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? (value as AnyRow) : null;
  } catch {
    return null;
  }
}

function noExport(): never {
  throw new RowsealError(
    'EXPORT_DAMAGED',
    'This is no export of a vault, or its first line is damaged. Nothing of it was used: take another copy of the file.',
  );
}
