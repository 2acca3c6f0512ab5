/**
 * The types a column can have: one row per type, with everything the code must know about it.
 *
 * A codec is exact (`Object.is`, byte equality) or refuses: `encode` returns `null` for what it
 * can't hold, `decode` returns `undefined` for bytes that `encode` never makes.
 */
import { isBytes } from '../bytes/is-bytes.js';
import { decodeUtf8, encodeUtf8 } from '../bytes/utf8.js';
import { dateOfDays, daysOfDate } from './civil-date.js';
import { decodeBigint, decodeInteger, encodeBigint, encodeInteger } from './integer-codec.js';
import { formatJson, type JsonValue, parseJson } from './json-value.js';

/** How the values of one type become bytes and come back, exactly or not at all. */
export interface ValueCodec<Value = unknown> {
  /** Enters the column's id: a column whose type changes is a new column. */
  readonly name: string;
  /** The byte before the value in a payload and in associated data. */
  readonly tag: number;
  /** For messages: what the column takes. */
  readonly takes: string;
  /** The value's bytes, or `null` for what the type can't hold. */
  encode(value: unknown): Uint8Array | null;
  /** The value, or `undefined` for bytes that `encode` never makes. */
  decode(bytes: Uint8Array): Value | undefined;
}

/** Tag of an optional column that is not set. */
export const ABSENT_TAG = 0;
/** Tag of `null` in a nullable column. */
export const NULL_TAG = 1;

export const textCodec: ValueCodec<string> = {
  name: 'text',
  tag: 2,
  takes: 'a string without lone surrogates',
  encode: (value) => (typeof value === 'string' ? encodeUtf8(value) : null),
  decode: (bytes) => decodeUtf8(bytes) ?? undefined,
};

export const integerCodec: ValueCodec<number> = {
  name: 'integer',
  tag: 3,
  takes: 'a safe integer (and not -0)',
  encode: (value) =>
    Number.isSafeInteger(value) && !Object.is(value, -0) ? encodeInteger(value as number) : null,
  decode: decodeInteger,
};

export const bigintCodec: ValueCodec<bigint> = {
  name: 'bigint',
  tag: 4,
  takes: 'a bigint of at most 1,024 bytes',
  encode: (value) => (typeof value === 'bigint' ? encodeBigint(value) : null),
  decode: decodeBigint,
};

const DECIMAL = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/;
const DECIMAL_LENGTH_LIMIT = 1024;

export const decimalCodec: ValueCodec<string> = {
  name: 'decimal',
  tag: 5,
  takes: "decimal text such as '-12.50': no sign but '-', no leading zeros, no exponent, no -0",
  encode: (value) => (isDecimal(value) ? encodeUtf8(value) : null),
  decode(bytes) {
    const text = decodeUtf8(bytes);
    return isDecimal(text) ? text : undefined;
  },
};

function isDecimal(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= DECIMAL_LENGTH_LIMIT &&
    DECIMAL.test(value) &&
    !(value.startsWith('-') && /^[-0.]*$/.test(value))
  );
}

export const realCodec: ValueCodec<number> = {
  name: 'real',
  tag: 6,
  takes: 'a number',
  encode(value) {
    if (typeof value !== 'number') return null;
    const bytes = new Uint8Array(8);
    // JavaScript can't tell NaNs apart, so all of them are stored as one.
    if (Number.isNaN(value)) bytes.set([0x7f, 0xf8]);
    else new DataView(bytes.buffer).setFloat64(0, value);
    return bytes;
  },
  decode(bytes) {
    if (bytes.length !== 8) return undefined;
    const value = new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0);
    const oneNaN =
      bytes[0] === 0x7f && bytes[1] === 0xf8 && bytes.subarray(2).every((b) => b === 0);
    return Number.isNaN(value) && !oneNaN ? undefined : value;
  },
};

export const booleanCodec: ValueCodec<boolean> = {
  name: 'boolean',
  tag: 7,
  takes: 'true or false',
  encode: (value) => (typeof value === 'boolean' ? Uint8Array.of(value ? 1 : 0) : null),
  decode: (bytes) => (bytes.length === 1 && (bytes[0] as number) <= 1 ? bytes[0] === 1 : undefined),
};

export const bytesCodec: ValueCodec<Uint8Array> = {
  name: 'bytes',
  tag: 8,
  takes: 'a Uint8Array',
  encode: (value) => (isBytes(value) ? value : null),
  // A copy: a view would keep the whole payload alive, and share memory with other columns.
  decode: (bytes) => Uint8Array.from(bytes),
};

export const dateCodec: ValueCodec<string> = {
  name: 'date',
  tag: 9,
  takes: "a calendar date as 'YYYY-MM-DD'",
  encode(value) {
    const days = typeof value === 'string' ? daysOfDate(value) : null;
    return days === null ? null : encodeInteger(days);
  },
  decode: (bytes) => dateOfDays(decodeInteger(bytes) ?? NaN) ?? undefined,
};

export const timestampCodec: ValueCodec<Date> = {
  name: 'timestamp',
  tag: 10,
  takes: 'a valid Date',
  encode(value) {
    const time = timeOf(value);
    return Number.isNaN(time) ? null : encodeInteger(time);
  },
  decode(bytes) {
    const date = new Date(decodeInteger(bytes) ?? NaN);
    return Number.isNaN(date.getTime()) ? undefined : date;
  },
};

/** The time of a `Date` of any realm; NaN for whatever else, even if it says that it is one. */
function timeOf(value: unknown): number {
  try {
    return Date.prototype.getTime.call(value);
  } catch {
    return NaN;
  }
}

export const jsonCodec: ValueCodec<JsonValue> = {
  name: 'json',
  tag: 11,
  takes:
    'JSON of plain objects, arrays, strings, finite numbers, booleans and null, at most 64 deep',
  encode(value) {
    const text = formatJson(value);
    return text === null ? null : encodeUtf8(text);
  },
  decode(bytes) {
    const text = decodeUtf8(bytes);
    return text === null ? undefined : parseJson(text);
  },
};
