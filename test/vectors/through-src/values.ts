/** Values between their JSON in vector files and what apps have. */

import { RowsealError } from '../../../src/index.js';
import { parseJson } from '../../../src/rows/json-value.js';
import * as codecs from '../../../src/rows/value-codecs.js';
import { bytesOf, type Fields, type Handlers, hexOf, orRefuse, textOf } from './reading.js';

const CODECS: Readonly<Record<string, codecs.ValueCodec>> = {
  text: codecs.textCodec,
  integer: codecs.integerCodec,
  bigint: codecs.bigintCodec,
  decimal: codecs.decimalCodec,
  real: codecs.realCodec,
  boolean: codecs.booleanCodec,
  bytes: codecs.bytesCodec,
  date: codecs.dateCodec,
  timestamp: codecs.timestampCodec,
  json: codecs.jsonCodec,
};

export const codecOf = (type: unknown): codecs.ValueCodec =>
  CODECS[type as string] as codecs.ValueCodec;

const NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
};

export function fromJson(type: unknown, json: unknown): unknown {
  if (json === null || typeof json === 'boolean') return json;
  if (type === 'bigint') return BigInt(textOf(json));
  if (type === 'real' && typeof json === 'string') return NUMBERS[json];
  if (type === 'timestamp') return new Date(json as number);
  if (type === 'bytes') return bytesOf(json);
  if (type === 'json') return parseJson(textOf(json));
  return typeof json === 'number' ? json : textOf(json);
}

export function toJson(type: unknown, value: unknown): unknown {
  if (type === 'json') return JSON.stringify(value);
  if (value === null) return null;
  if (type === 'bigint') return (value as bigint).toString();
  if (type === 'timestamp') return (value as Date).getTime();
  if (type === 'bytes') return hexOf(value as Uint8Array);
  if (type !== 'real') return value;
  const named = Object.keys(NUMBERS).find((name) => Object.is(NUMBERS[name], value));
  return named ?? value;
}

function decode({ valueType, encoding }: Fields): Fields {
  const codec = codecOf(valueType);
  const value = codec.decode(bytesOf(encoding));
  if (value === undefined) throw new RowsealError('ROW_MALFORMED', 'refused');
  const again = codec.encode(value) as Uint8Array;
  return { value: toJson(valueType, value), encoding: hexOf(again) };
}

export const valueHandlers: Handlers = {
  DecodeValue: (test) => decode({ ...test, encoding: hexOf(bytesOf(test.encoding)) }),
  EncodeValue({ valueType, value }) {
    const bytes = codecOf(valueType).encode(fromJson(valueType, value));
    return { encoding: hexOf(orRefuse(bytes, 'VALUE_UNSUPPORTED')) };
  },
};
