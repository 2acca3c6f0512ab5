/**
 * JSON values, exactly: what comes out equals what went in, or it is refused on the way in.
 *
 * `JSON.stringify` alone drops `undefined`, turns NaN into null and -0 into 0, and calls `toJSON`.
 * So the value is walked first, and only what JSON can hold exactly is let through.
 */
import { isWellFormed } from '../bytes/utf8.js';

/** What an `encrypted.json()` column holds unless told more exactly. */
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
  if (isDeeper(text, JSON_DEPTH_LIMIT)) return undefined;
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
  // A subclass would come back as a plain array: only Array.prototype itself, of any realm, is one.
  if (!Array.isArray(value) || !Array.isArray(Object.getPrototypeOf(value))) return false;
  if ('toJSON' in value) return false;
  // Holes, named properties and symbols would all be lost.
  const isDense = Reflect.ownKeys(value).every(
    (key, i) => key === (i < value.length ? String(i) : 'length'),
  );
  return isDense && Object.keys(value).every((key) => isExactProperty(value, key, depth));
}

function isExactObject(value: object, depth: number): boolean {
  if (Array.isArray(value) || !isPlain(value)) return false;
  if (typeof Reflect.get(value, 'toJSON') === 'function') return false;
  // Symbols and properties that are not enumerable would be lost.
  const keys = Object.keys(value);
  if (Reflect.ownKeys(value).length !== keys.length) return false;
  return keys.every((key) => isWellFormed(key) && isExactProperty(value, key, depth));
}

/** A getter could answer differently when the text is made. */
function isExactProperty(value: object, key: string, depth: number): boolean {
  const property = Object.getOwnPropertyDescriptor(value, key);
  return property !== undefined && 'value' in property && isExact(property.value, depth + 1);
}

/** Object literals of any realm; class instances (Date, Map) would come back as something else. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === null) return true;
  // Object.prototype of any realm, or one that has nothing to inherit.
  const isHarmless =
    Object.hasOwn(prototype, 'isPrototypeOf') || Reflect.ownKeys(prototype).length === 0;
  return isHarmless && Object.getPrototypeOf(prototype) === null;
}

/**
 * Whether JSON text has more arrays and objects inside each other, or more commas between values,
 * told before it is parsed.
 */
export function isDeeper(
  text: string,
  limit: number,
  commaLimit = Number.POSITIVE_INFINITY,
): boolean {
  let depth = 0;
  let commas = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    else if (character === ',') commas += 1;
    if (depth > limit || commas > commaLimit) return true;
  }
  return false;
}
