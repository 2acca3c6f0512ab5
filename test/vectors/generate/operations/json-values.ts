/** Section 10: canonical JSON. */
import { hex, utf8 } from '../bytes.js';
import { invalid, type Test, valid } from '../vector-file.js';

const nested = (open: string, close: string, depth: number, inside = ''): string =>
  open.repeat(depth) + inside + close.repeat(depth);

const CANONICAL = [
  ...['null', 'true', 'false', '0', '-1', '1.5', '1e+21', '1e-7', '123456789012345680000'],
  ...['100000000000000000000', '0.000001', '5e-324', '1.7976931348623157e+308', '""', '"a"'],
  ...['[]', '{}', '[null,[],{}]', '{"a":1,"b":[2]}', '{"b":1,"a":2}', '{"":0}', '"\u2028\u007f"'],
  '"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f"',
  '"\u00e9\u{1f511}/\ufeff"',
  '{"9":2,"10":1,"a":0}',
  '{"0":0,"1":1,"4294967294":2,"4294967295":3,"a":4}',
  '{"4294967296":0,"01":1,"-1":2,"1.5":3}',
  '{"a":0,"4294967295":1}',
  '{"__proto__":1,"constructor":2}',
  nested('[', ']', 64),
  nested('{"a":', '}', 64, '0'),
  nested('[{"a":', '}]', 32, '[0]').replace('[0]', '0'),
];

const NOT_CANONICAL: readonly (readonly [string, string])[] = [
  ...[' 1', '1 ', '\n1', '[1, 2]', '{"a": 1}', '[ ]', '{ }', '\ufeff1'].map(
    (text) => [text, 'white space'] as const,
  ),
  ...['-0', '1.0', '1.50', '01', '+1', '1E5', '1e5', '1e21', '1E+21', '1e+07', '.5', '1.'].map(
    (text) => [text, 'a number that ECMAScript prints otherwise'] as const,
  ),
  ...['0.0000001', '1000000000000000000000', '0.1000000000000000055', '1e400', '-0.0'].map(
    (text) => [text, 'a number that ECMAScript prints otherwise'] as const,
  ),
  ...['NaN', 'Infinity', '-Infinity', '0x10', 'undefined', 'nul', 'True', ''].map(
    (text) => [text, 'no JSON'] as const,
  ),
  ...['[1,]', '[,1]', '{"a":1,}', '{a:1}', "{'a':1}", "'a'", '[1', '1]', '"a', '1 2', '/**/1'].map(
    (text) => [text, 'no JSON'] as const,
  ),
  ...['"\\/"', '"\\u0041"', '"\\u00e9"', '"\\u0008"', '"\\u000A"', '"\\u001F"', '"\\u2028"'].map(
    (text) => [text, 'an escape that is not needed, or another one is'] as const,
  ),
  ...['"\\ud83d\\udd11"', '"\\ud800"', '"\\x41"', '"\\u12"', '"\n"', '"\u0000"', '"\t"'].map(
    (text) => [text, 'an escape that is not needed, or another one is'] as const,
  ),
  ['{"a":1,"a":1}', 'a name twice'],
  ['{"a":1,"b":2,"a":3}', 'a name twice'],
  ['{"__proto__":1,"__proto__":2}', 'a name twice'],
  ['[{"1":0,"1":0}]', 'a name twice'],
  ['{"10":1,"9":2}', 'numeric names that do not rise'],
  ['{"a":0,"1":1}', 'a numeric name after another one'],
  ['{"a":0,"4294967294":1}', 'a numeric name after another one'],
  [nested('[', ']', 65), '65 deep'],
  [nested('{"a":', '}', 65, '0'), '65 deep'],
];

export const jsonTests: readonly Test[] = [
  ...CANONICAL.map((value) => valid('', { encoding: hex(utf8(value)) }, { value })),
  ...NOT_CANONICAL.map(([wrong, comment]) =>
    invalid(comment, { encoding: hex(utf8(wrong)) }, 'ROW_MALFORMED'),
  ),
  invalid(
    '20,000 deep',
    {
      encoding: [
        { repeat: '5b', times: 20_000 },
        { repeat: '5d', times: 20_000 },
      ],
    },
    'ROW_MALFORMED',
  ),
  invalid('no UTF-8', { encoding: '22ff22' }, 'ROW_MALFORMED'),
  invalid('a surrogate as UTF-8', { encoding: '22eda08022' }, 'ROW_MALFORMED'),
];
