/**
 * Values of a sealed row as JSON, the way they came from a database or its driver.
 *
 * | in the row | in the file |
 * | --- | --- |
 * | text, boolean, null | the same |
 * | number | the same; NaN, the infinities and −0 are `{ "number": text }` |
 * | bigint | `{ "bigint": decimal digits }` |
 * | bytes | `{ "bytes": base64url }` |
 * | date object | `{ "timestamp": ISO 8601 text }` |
 * | array or plain object | `{ "json": JSON text }` |
 *
 * What is wrapped is text, so that no line nests deeper than three objects.
 */
import { decodeBase64url, encodeBase64url } from '../bytes/base64url.js';
import { isBytes } from '../bytes/is-bytes.js';
import { formatJson, parseJson } from '../rows/json-value.js';

/** A value as a line holds it. */
export type LineValue = string | number | boolean | null | Readonly<Record<string, string>>;

const SPECIAL_NUMBERS = ['NaN', 'Infinity', '-Infinity', '-0'];

/** Small values take many times their text in memory: no more than 1 MiB of JSON can have. */
export const JSON_COMMA_LIMIT = 512 * 1024;

/** Whether the JSON among the values of a line has more commas than a row may. */
export function isCrowded(values: readonly unknown[]): boolean {
  let commas = 0;
  for (const value of values) {
    const text = (value as { readonly json?: unknown } | null)?.json;
    if (typeof text !== 'string') continue;
    for (let at = text.indexOf(','); at >= 0; at = text.indexOf(',', at + 1)) commas += 1;
  }
  return commas > JSON_COMMA_LIMIT;
}

/** How a value stands in a line; `undefined` when no database has such a value. */
export function toLineValue(value: unknown): LineValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { number: Object.is(value, -0) ? '-0' : String(value) };
    case 'bigint':
      return { bigint: String(value) };
    default:
      return value === null ? null : objectToLine(value);
  }
}

function objectToLine(value: unknown): LineValue | undefined {
  if (isBytes(value)) return { bytes: encodeBase64url(value) };
  if (isDate(value)) {
    return Number.isNaN(value.getTime()) ? undefined : { timestamp: value.toISOString() };
  }
  const json = formatJson(value);
  return json === null ? undefined : { json };
}

/** Of any realm. */
export function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]';
}

/** The value that a line holds; `undefined` for what no line holds. */
export function fromLineValue(held: unknown): unknown {
  if (typeof held !== 'object' || held === null) return held;
  const [entry, ...others] = Object.entries(held);
  const [kind, text] = entry ?? [];
  if (others.length > 0 || typeof text !== 'string') return undefined;
  switch (kind) {
    case 'bytes':
      return decodeBase64url(text) ?? undefined;
    case 'bigint':
      return readBigInt(text);
    case 'number':
      return SPECIAL_NUMBERS.includes(text) ? Number(text) : undefined;
    case 'timestamp':
      return readTimestamp(text);
    case 'json':
      return parseJson(text);
    default:
      return undefined;
  }
}

/** No database has longer ones, and reading digits costs more than their number. */
const BIGINT_LENGTH_LIMIT = 1024;

function readBigInt(text: string): bigint | undefined {
  if (text.length > BIGINT_LENGTH_LIMIT || !/^(0|-?[1-9]\d*)$/.test(text)) return undefined;
  return BigInt(text);
}

function readTimestamp(text: string): Date | undefined {
  const date = new Date(text);
  return !Number.isNaN(date.getTime()) && date.toISOString() === text ? date : undefined;
}
