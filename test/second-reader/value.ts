import { fromHex, fromUtf8, toHex, toUtf8 } from './bytes.js';
import { isCanonicalJson } from './canonical-json.js';
import { decodeReal, encodeReal, fromTwosComplement, toTwosComplement } from './number-bytes.js';
import { demand } from './refusal.js';

// Section 10. Values stand in the form that JSON files of test vectors use: see the README.

export type Value = string | number | boolean;

export const tags = {
  text: 2,
  integer: 3,
  bigint: 4,
  decimal: 5,
  real: 6,
  boolean: 7,
  bytes: 8,
  date: 9,
  timestamp: 10,
  json: 11,
} as const;

export type ValueType = keyof typeof tags;

export const isValueType = (name: string): name is ValueType => Object.hasOwn(tags, name);

/** What a payload and the associated data hold. Tags 0 (absent) and 1 (null) have no bytes. */
export interface Encoded {
  readonly tag: number;
  readonly value: Uint8Array;
}

export const nothing = new Uint8Array();
export const absent: Encoded = { tag: 0, value: nothing };
export const nullValue: Encoded = { tag: 1, value: nothing };
export const isSet = ({ tag }: Encoded): boolean => tag > nullValue.tag;

export function decodeValue(type: ValueType, bytes: Uint8Array): Value {
  const value = codecs[type].decode(bytes);
  demand(value !== undefined, 'ROW_MALFORMED');
  return value;
}

export function encodeValue(type: ValueType, value: Value): Encoded {
  const bytes = codecs[type].encode(value);
  demand(bytes !== undefined, 'VALUE_UNSUPPORTED');
  return { tag: tags[type], value: bytes };
}

/** Each gives nothing for what the type does not hold. */
interface Codec {
  readonly decode: (bytes: Uint8Array) => Value | undefined;
  readonly encode: (value: Value) => Uint8Array | undefined;
}

const greatestInteger = 2n ** 53n - 1n;
const greatestTime = 8_640_000_000_000_000n;
const day = 86_400_000;
const firstDay = BigInt(Date.parse('0000-01-01') / day);
const lastDay = BigInt(Date.parse('9999-12-31') / day);

const text: Codec = {
  decode: (bytes) => fromUtf8(bytes, 'ROW_MALFORMED'),
  encode: (value) => (typeof value === 'string' ? toUtf8(value) : undefined),
};

const codecs: Record<ValueType, Codec> = {
  text,
  integer: numbers(-greatestInteger, greatestInteger),
  bigint: {
    decode: (bytes) => (bytes.length <= 1024 ? fromTwosComplement(bytes)?.toString() : undefined),
    encode(value) {
      if (typeof value !== 'string' || !/^(0|-?[1-9][0-9]*)$/.test(value)) return undefined;
      const bytes = toTwosComplement(BigInt(value));
      return bytes.length <= 1024 ? bytes : undefined;
    },
  },
  decimal: texts((value) => value.length <= 1024 && isDecimal(value)),
  real: { decode: decodeReal, encode: encodeReal },
  boolean: {
    decode: ([byte = 2, ...rest]) => (byte < 2 && rest.length === 0 ? byte === 1 : undefined),
    encode: (value) => (typeof value === 'boolean' ? Uint8Array.of(Number(value)) : undefined),
  },
  bytes: {
    decode: toHex,
    encode: (value) => (typeof value === 'string' ? fromHex(value) : undefined),
  },
  date: {
    decode(bytes) {
      const days = numbers(firstDay, lastDay).decode(bytes);
      return days === undefined ? undefined : dateOf(Number(days) * day);
    },
    encode(value) {
      if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
      const time = Date.parse(value);
      return dateOf(time) === value ? toTwosComplement(BigInt(time / day)) : undefined;
    },
  },
  timestamp: numbers(-greatestTime, greatestTime),
  json: texts(isCanonicalJson),
};

const dateOf = (time: number): string | undefined =>
  Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, 10);

const isDecimal = (value: string): boolean =>
  /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/.test(value) && !/^-[0.]*$/.test(value);

function texts(accepts: (value: string) => boolean): Codec {
  const accepted = (value: Value | undefined) =>
    typeof value === 'string' && accepts(value) ? value : undefined;
  return {
    decode: (bytes) => accepted(text.decode(bytes)),
    encode: (value) => (accepted(value) === undefined ? undefined : text.encode(value)),
  };
}

function numbers(least: bigint, greatest: bigint): Codec {
  return {
    decode(bytes) {
      if (bytes.length > 8) return undefined;
      const value = fromTwosComplement(bytes);
      if (value === undefined || value < least || value > greatest) return undefined;
      return Number(value);
    },
    encode(value) {
      if (!Number.isInteger(value) || Object.is(value, -0)) return undefined;
      const whole = BigInt(value);
      return whole < least || whole > greatest ? undefined : toTwosComplement(whole);
    },
  };
}
