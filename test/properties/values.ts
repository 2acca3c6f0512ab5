import fc from 'fast-check';
import { encrypted } from '../../src/index.js';

/** Text in all its forms: astral characters, combining marks, controls, NUL, noncharacters, BOM. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    '\0',
    '\ufeffbom',
    'e\u0301',
    '\u00e9',
    '\u{10ffff}',
    '\uffff',
    '👩‍👩‍👧',
    'ﬁ',
    '\u2028',
  ),
);

/** What `cleartext.text()` takes. */
export const visibleTexts = texts.filter((text) => !text.includes('\0'));

export const safeIntegers = fc.oneof(
  fc.maxSafeInteger().map((value) => value + 0), // never -0
  fc.integer({ min: -70_000, max: 70_000 }),
  fc
    .tuple(fc.integer({ min: 0, max: 52 }), fc.integer({ min: -1, max: 1 }), fc.boolean())
    .map(([bits, offset, negative]) => (negative ? -1 : 1) * (2 ** bits + offset) + 0),
  fc.constantFrom(0, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);

const LARGEST_BIGINT = 2n ** (8n * 1024n - 1n);
const bigints = fc.oneof(
  fc.bigInt(),
  fc
    .tuple(fc.bigInt(0n, 8190n), fc.bigInt(-1n, 1n), fc.boolean())
    .map(([bits, offset, negative]) => (negative ? -1n : 1n) * (2n ** bits + offset)),
  fc.constantFrom(LARGEST_BIGINT - 1n, -LARGEST_BIGINT),
);

const digits = fc.stringMatching(/^[0-9]{1,30}$/);
const decimals = fc.oneof(
  fc
    .tuple(fc.bigInt(-(10n ** 40n), 10n ** 40n), fc.option(digits))
    .map(([whole, fraction]) => (fraction === null ? `${whole}` : `${whole}.${fraction}`)),
  fc.constantFrom('0', '0.00', '-0.01', '1.10', '-12.50', `0.${'9'.repeat(1022)}`),
);

const reals = fc.oneof(
  fc.double(),
  fc.constantFrom(
    NaN,
    Infinity,
    -Infinity,
    -0,
    0,
    5e-324,
    -5e-324,
    2.2250738585072014e-308,
    Number.MAX_VALUE,
  ),
);

const dates = fc.oneof(
  fc
    .date({
      min: new Date('0000-01-01T00:00Z'),
      max: new Date('9999-12-31T23:59Z'),
      noInvalidDate: true,
    })
    .map((date) => date.toISOString().slice(0, 10)),
  fc.constantFrom(
    '0000-01-01',
    '9999-12-31',
    '1969-12-31',
    '1970-01-01',
    '2000-02-29',
    '0004-02-29',
  ),
);

const timestamps = fc.oneof(
  fc.date({ noInvalidDate: true }),
  fc.constantFrom(8.64e15, -8.64e15, 0, -1).map((time) => new Date(time)),
);

const jsonKeys = fc.oneof(
  texts,
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    '0',
    '-1',
    '"',
    'length',
  ),
);
const jsonNumbers = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => (value === 0 ? 0 : value));

/** JSON with odd keys, own `__proto__` properties included. */
export const jsons: fc.Arbitrary<unknown> = fc.oneof(
  fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      fc.constantFrom(null, true, false),
      jsonNumbers,
      texts,
      fc.array(tie('value'), { maxLength: 5 }),
      fc
        .array(fc.tuple(jsonKeys, tie('value')), { maxLength: 5 })
        .map((entries) => Object.fromEntries(entries)),
    ),
  })).value,
  fc.nat({ max: 63 }).map(nestedArrays),
);

/** Arrays within arrays, `levels` deep below the outermost. */
export function nestedArrays(levels: number): unknown {
  let value: unknown = [];
  for (let i = 0; i < levels; i++) value = i % 2 ? [value] : { inner: value };
  return value;
}

/** A type of column with values from all its corners. */
export const TYPES = [
  { name: 'text', values: texts, declare: () => encrypted.text() },
  { name: 'integer', values: safeIntegers, declare: () => encrypted.integer() },
  { name: 'bigint', values: bigints, declare: () => encrypted.bigint() },
  { name: 'decimal', values: decimals, declare: () => encrypted.decimal() },
  { name: 'real', values: reals, declare: () => encrypted.real() },
  { name: 'boolean', values: fc.boolean(), declare: () => encrypted.boolean() },
  { name: 'bytes', values: fc.uint8Array({ maxLength: 400 }), declare: () => encrypted.bytes() },
  { name: 'date', values: dates, declare: () => encrypted.date() },
  { name: 'timestamp', values: timestamps, declare: () => encrypted.timestamp() },
  { name: 'json', values: jsons, declare: () => encrypted.json<unknown>() },
] as const;
