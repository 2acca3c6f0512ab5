/**
 * JSON values, exactly: what comes out equals what went in, or it is refused on the way in.
 *
 * `JSON.stringify` alone drops `undefined`, turns NaN into null and -0 into 0, and calls `toJSON`.
 * So the value is walked first, and only what JSON can hold exactly is let through.
 */
import { isWellFormed } from '../bytes/utf8.js';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** Arrays and objects inside each other: JSON text deeper than this is refused unread. */
export const JSON_DEPTH_LIMIT = 64;

/** The JSON text, or `null` when it would not be exact. */
export function formatJson(value: unknown): string | null {
  return isExact(value, 0) ? JSON.stringify(value) : null;
}

/** The value of text that `formatJson` wrote, or `undefined` for any other text. */
export function parseJson(text: string): JsonValue | undefined {
  if (isTooDeep(text)) return undefined;
  try {
    const value = JSON.parse(text) as JsonValue;
    return formatJson(value) === text ? value : undefined;
  } catch {
    return undefined;
  }
}

function isExact(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'boolean':
      return true;
    case 'string':
      return isWellFormed(value);
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'object':
      if (value === null) return true;
      return (
        depth < JSON_DEPTH_LIMIT && (isExactArray(value, depth) || isExactObject(value, depth))
      );
    default:
      return false;
  }
}

function isExactArray(value: object, depth: number): boolean {
  if (!Array.isArray(value) || 'toJSON' in value) return false;
  // Holes, named properties and symbols would all be lost.
  const isDense = Reflect.ownKeys(value).every(
    (key, i) => key === (i < value.length ? String(i) : 'length'),
  );
  return isDense && value.every((item) => isExact(item, depth + 1));
}

function isExactObject(value: object, depth: number): boolean {
  if (
    Array.isArray(value) ||
    !isPlain(value) ||
    typeof Reflect.get(value, 'toJSON') === 'function'
  ) {
    return false;
  }
  // Symbols and properties that are not enumerable would be lost.
  if (Reflect.ownKeys(value).length !== Object.keys(value).length) return false;
  return Object.entries(value).every(
    ([key, item]) => isWellFormed(key) && isExact(item, depth + 1),
  );
}

/** Object literals of any realm; class instances (Date, Map) would come back as something else. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > JSON_DEPTH_LIMIT) return true;
  }
  return false;
}
