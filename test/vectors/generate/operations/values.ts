/** Section 10: values of each type, canonical and not. */
import { hex, named, utf8, utf16 } from '../bytes.js';
import {
  group,
  holds,
  invalid,
  type Json,
  type Operation,
  type Test,
  valid,
} from '../vector-file.js';
import { jsonTests } from './json-values.js';

/** The value in JSON and its encoding in hex. */
type Pair = readonly [value: Json, encoding: string];

const text = (value: string): Pair => [value, hex(utf8(value))];

const ENCODED: Readonly<Record<string, readonly Pair[]>> = {
  text: ['', 'a', '\u00e9\u20ac', '\0', '\ufeff', 'e\u0301', '\u{10ffff}', '\uffff'].map(text),
  integer: [
    ...([
      [0, '00'],
      [1, '01'],
      [127, '7f'],
      [128, '0080'],
      [255, '00ff'],
    ] as const),
    ...([
      [256, '0100'],
      [32_767, '7fff'],
      [32_768, '008000'],
      [-1, 'ff'],
    ] as const),
    ...([
      [-128, '80'],
      [-129, 'ff7f'],
      [-256, 'ff00'],
      [-32_768, '8000'],
    ] as const),
    ...([
      [-32_769, 'ff7fff'],
      [2_147_483_648, '0080000000'],
    ] as const),
    ...([[9_007_199_254_740_991, '1fffffffffffff']] as const),
    ...([[-9_007_199_254_740_991, 'e0000000000001']] as const),
  ],
  bigint: [
    ...([
      ['0', '00'],
      ['-1', 'ff'],
      ['127', '7f'],
      ['128', '0080'],
      ['-128', '80'],
    ] as const),
    ['9007199254740992', '20000000000000'],
    ['-9223372036854775808', '8000000000000000'],
    ['18446744073709551615', '00ffffffffffffffff'],
    [(2n ** 8191n - 1n).toString(), `7f${'ff'.repeat(1023)}`],
    [(-(2n ** 8191n)).toString(), `80${'00'.repeat(1023)}`],
  ],
  decimal: [
    ...['0', '1', '-1', '0.0', '0.10', '1.0', '-12.50', '-0.001', '10', '100.00'].map(text),
    text('9'.repeat(1024)),
    text(`-0.${'0'.repeat(1020)}1`),
  ],
  real: [
    ...([
      [0, '0000000000000000'],
      ['-0', '8000000000000000'],
    ] as const),
    ...([
      [1, '3ff0000000000000'],
      [-0.5, 'bfe0000000000000'],
    ] as const),
    ...([
      [0.1, '3fb999999999999a'],
      [5e-324, '0000000000000001'],
    ] as const),
    ...([[2.2250738585072014e-308, '0010000000000000']] as const),
    ...([[1.7976931348623157e308, '7fefffffffffffff']] as const),
    ...([
      ['Infinity', '7ff0000000000000'],
      ['-Infinity', 'fff0000000000000'],
    ] as const),
    ['NaN', '7ff8000000000000'],
  ],
  boolean: [
    [false, '00'],
    [true, '01'],
  ],
  bytes: [
    ['', ''],
    ['00', '00'],
    ['ff00ff', 'ff00ff'],
    [hex(named('bytes', 40)), hex(named('bytes', 40))],
  ],
  date: [
    ...([
      ['1970-01-01', '00'],
      ['1969-12-31', 'ff'],
      ['2026-01-02', '4fe7'],
    ] as const),
    ...([
      ['2000-02-29', '2b08'],
      ['0000-01-01', 'f50558'],
      ['9999-12-31', '2cc0a0'],
    ] as const),
    ...([
      ['1582-10-10', 'fdd788'],
      ['0000-02-29', 'f50593'],
    ] as const),
  ],
  timestamp: [
    ...([
      [0, '00'],
      [-1, 'ff'],
      [1_767_323_045_678, '019b7ca98f2e'],
    ] as const),
    [8_640_000_000_000_000, '1eb208c2dc0000'],
    [-8_640_000_000_000_000, 'e14df73d240000'],
  ],
};

const integers = ['', '0000', '007f', 'ffff', 'ff80', '00007f', 'ffff7f'];
const MALFORMED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  text: ['ff', 'c080', 'eda080', 'f4908080', 'e282'].map((bytes) => [bytes, 'no UTF-8']),
  integer: [
    ...integers.map((bytes) => [bytes, 'not the fewest bytes'] as const),
    ...['20000000000000', 'e0000000000000', '7fffffffffffffff'].map(
      (bytes) => [bytes, 'no safe integer'] as const,
    ),
    ['000000000000000001', 'nine bytes'],
  ],
  bigint: [
    ...integers.map((bytes) => [bytes, 'not the fewest bytes'] as const),
    [`01${'00'.repeat(1024)}`, '1,025 bytes'],
  ],
  decimal: [
    ...['', '-', '+1', '01', '-01', '00', '1.', '.5', '-.5', '1e3', '1E3', '0x10', '1_000'],
    ...['-0', '-0.0', '-0.000', ' 1', '1 ', '1\n', '1,5', '1.2.3', '--1', 'NaN', 'Infinity'],
    ...['\u0661', '\uff11', '9'.repeat(1025)],
  ].map((wrong) => [hex(utf8(wrong)), JSON.stringify(wrong.slice(0, 20))] as const),
  real: [
    ...['7ff8000000000001', '7ff0000000000001', 'fff8000000000000', '7fffffffffffffff'].map(
      (bytes) => [bytes, 'another NaN'] as const,
    ),
    ...['', '00', '00000000000000', '000000000000000000'].map(
      (bytes) => [bytes, 'not eight bytes'] as const,
    ),
  ],
  boolean: ['', '02', 'ff', '0000', '0100'].map((bytes) => [bytes, 'neither 0 nor 1'] as const),
  date: [
    ...integers.map((bytes) => [bytes, 'not the fewest bytes'] as const),
    ['f50557', 'the day before 0000-01-01'],
    ['2cc0a1', 'the day after 9999-12-31'],
    ['1fffffffffffff', 'no date at all'],
  ],
  timestamp: [
    ...integers.map((bytes) => [bytes, 'not the fewest bytes'] as const),
    ['1eb208c2dc0001', 'a millisecond too late'],
    ['e14df73d23ffff', 'a millisecond too early'],
  ],
};

const unsupported = (valueType: string, value: Json, comment = ''): Test =>
  invalid(comment, { valueType, value }, 'VALUE_UNSUPPORTED');

const UNSUPPORTED: readonly Test[] = [
  unsupported('text', utf16('a\ud800'), 'a lone surrogate'),
  ...[0.5, 9_007_199_254_740_992, -9_007_199_254_740_992].map((value) =>
    unsupported('integer', value, 'no safe integer'),
  ),
  unsupported('bigint', (2n ** 8191n).toString(), '1,025 bytes'),
  ...['', '01', '1.', '.5', '+1', '1e3', '-0', '-0.0', '9'.repeat(1025)].map((value) =>
    unsupported('decimal', value, 'not as the table says'),
  ),
  ...['2026-02-29', '2026-13-01', '2026-00-10', '2026-1-2', '10000-01-01', '-0001-01-01'].map(
    (value) => unsupported('date', value, 'no date'),
  ),
];

export const valueVectors: Operation = {
  name: 'values',
  algorithm: 'values',
  holds: [
    ...holds(
      '16',
      '| JSON depth | 64 | `ROW_MALFORMED` |',
      '| bigint length | 1,024 | `ROW_MALFORMED` |',
      '| decimal length | 1,024 | `ROW_MALFORMED` |',
    ),
    ...holds(
      '10',
      "| integer | 3 | two's complement in the fewest bytes, at least one; −(2^53 − 1) to 2^53 − 1 |",
      "| bigint | 4 | two's complement in the fewest bytes, at least one; at most 1,024 bytes |",
      '| decimal | 5 | ASCII, at most 1,024: `-?(0\\|[1-9][0-9]*)(\\.[0-9]+)?`, and no `-` before nothing but zeros |',
      '| real | 6 | IEEE 754 binary64, big-endian; the only NaN is 7ff8000000000000 |',
      '| boolean | 7 | one byte, 0 or 1 |',
      '| date | 9 | days since 1970-01-01 as an integer; 0000-01-01 to 9999-12-31, proleptic Gregorian |',
      '| timestamp | 10 | milliseconds since 1970-01-01T00:00Z as an integer; ±8,640,000,000,000,000 at most |',
      "Bytes that no honest writer makes for the column's type are `ROW_MALFORMED` on opening; a value that the type can't hold exactly is `VALUE_UNSUPPORTED` on sealing.",
      'Two decimals with different digits, such as `1` and `1.0`, are different values.',
      "**Canonical JSON** is what ECMAScript's `JSON.stringify` writes without white space:",
      'numbers as ECMAScript prints them, finite, and never −0; strings well-formed, escaped only as `\\"`, `\\\\`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t`, and `\\u00xx` in lower case for the other characters below U+0020;',
      'no name twice in an object. Names that are the plain decimal form of 0 to 4,294,967,294 come first, rising; the others follow in any order, which is kept;',
      'at most 64 arrays and objects inside each other.',
    ),
  ],
  flags: {},
  groups: [
    ...Object.entries(ENCODED).map(([valueType, pairs]) =>
      group('DecodeValue', decodings(pairs, MALFORMED[valueType] ?? []), { valueType }),
    ),
    group('DecodeValue', jsonTests, { valueType: 'json' }),
    group('EncodeValue', UNSUPPORTED),
  ],
};

function decodings(pairs: readonly Pair[], wrong: readonly (readonly [string, string])[]): Test[] {
  return [
    ...pairs.map(([value, encoding]) => valid('', { encoding }, { value })),
    ...wrong.map(([encoding, comment]) => invalid(comment, { encoding }, 'ROW_MALFORMED')),
  ];
}
