import { fromBase64url, toUtf8 } from './bytes.js';
import { isCanonicalJson } from './canonical-json.js';
import { demand, Refusal, refuse } from './refusal.js';

// Section 20, the lines.

export type Row = Readonly<Record<string, unknown>>;

export type Line =
  | { readonly table: string; readonly row: Row }
  | { readonly rows: number; readonly mac: Uint8Array };

const greatestNames = 259;
const greatestCommas = 524_288;

/** The header's text. */
export function readFirstLine(line: string): string {
  const { rowseal, version, about, header, ...more } = objectIn(line);
  demand(rowseal === 'export', 'EXPORT_DAMAGED');
  demand(!(Number.isSafeInteger(version) && Number(version) > 1), 'UNSUPPORTED_VERSION');
  demand(version === 1 && typeof about === 'string', 'EXPORT_DAMAGED');
  demand(Object.keys(more).length === 0, 'EXPORT_DAMAGED');
  return typeof header === 'string' ? header : refuse('EXPORT_DAMAGED');
}

export function readLine(line: string): Line {
  const { table, row, rows, mac, ...more } = objectIn(line);
  demand(Object.keys(more).length === 0, 'EXPORT_DAMAGED');
  if (row !== undefined) {
    demand(rows === undefined && mac === undefined, 'EXPORT_DAMAGED');
    return { table: nameIn(table), row: readRow(row) };
  }
  demand(table === undefined && Number.isSafeInteger(rows) && Number(rows) >= 0, 'EXPORT_DAMAGED');
  const bytes = fromBase64url(textIn(mac), 'EXPORT_DAMAGED');
  demand(bytes.length === 32, 'EXPORT_DAMAGED');
  return { rows: Number(rows), mac: bytes };
}

function readRow(json: unknown): Row {
  demand(typeof json === 'object' && json !== null && !Array.isArray(json), 'EXPORT_DAMAGED');
  const entries = Object.entries(json);
  demand(entries.length <= greatestNames, 'EXPORT_DAMAGED');
  const texts = entries.map(([, value]) => (value as { json?: unknown } | null)?.json);
  const commas = texts.map((text) => (typeof text === 'string' ? text.split(',').length - 1 : 0));
  demand(commas.reduce((a, b) => a + b, 0) <= greatestCommas, 'EXPORT_DAMAGED');
  const values = entries.map(([name, value]) => {
    demand(name !== '__proto__', 'EXPORT_DAMAGED');
    return [nameIn(name), valueIn(value)] as const;
  });
  const row = Object.fromEntries(values);
  textIn(row.id);
  return row;
}

function valueIn(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json;
  const [[kind, text] = [], ...more] = Object.entries(json) as [string, unknown][];
  demand(more.length === 0 && kind !== undefined, 'EXPORT_DAMAGED');
  return (kinds[kind] ?? refuse('EXPORT_DAMAGED'))(textIn(text));
}

const kinds: Readonly<Record<string, ((text: string) => unknown) | undefined>> = {
  number(text) {
    demand(['NaN', 'Infinity', '-Infinity', '-0'].includes(text), 'EXPORT_DAMAGED');
    return Number(text);
  },
  bigint(text) {
    demand(text.length <= 1024 && /^(0|-?[1-9][0-9]*)$/.test(text), 'EXPORT_DAMAGED');
    return BigInt(text);
  },
  bytes: (text) => fromBase64url(text, 'EXPORT_DAMAGED'),
  timestamp(text) {
    const moment = new Date(text);
    demand(!Number.isNaN(moment.getTime()), 'EXPORT_DAMAGED');
    demand(moment.toISOString() === text, 'EXPORT_DAMAGED');
    return moment;
  },
  json(text) {
    demand(isCanonicalJson(text), 'EXPORT_DAMAGED');
    return JSON.parse(text) as unknown;
  },
};

/** A list is not looked for: it has none of the names. */
function objectIn(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    demand(typeof value === 'object' && value !== null, 'EXPORT_DAMAGED');
    return { ...value };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return refuse('EXPORT_DAMAGED');
  }
}

const textIn = (json: unknown): string =>
  typeof json === 'string' ? json : refuse('EXPORT_DAMAGED');

function nameIn(json: unknown): string {
  const name = textIn(json);
  const length = toUtf8(name)?.length ?? 0;
  demand(length >= 1 && length <= 256, 'EXPORT_DAMAGED');
  return name;
}
