/** Checks 11 and 14: malformed payloads and values under a valid tag. */
import { type Bytes as ByteList, cell } from '../../../support/payload-bytes.js';
import { fromHex, hex, utf8 } from '../bytes.js';
import { brokenPayloads } from '../operations/broken-payloads.js';
import { type Fields, holds, type Json } from '../vector-file.js';
import { AT_HEX, CELLS, COLUMNS, column, idOf, inserted, tableOf } from './notes.js';
import { CHECKS, type NamedScenario, openedRow, refusedRow } from './scenario.js';

const { body, folder, owner, stars } = COLUMNS;
const TAGS = [
  'absent',
  'null',
  'text',
  'integer',
  'bigint',
  'decimal',
  'real',
  'boolean',
  'bytes',
  'date',
  'timestamp',
  'json',
];

interface Typed {
  readonly type: string;
  readonly value: Json;
  readonly encoding: string;
  /** Bytes that no honest writer makes. */
  readonly wrong: string;
}

const TYPED: readonly Typed[] = [
  { type: 'text', value: 'a\u0000\u{1f511}', encoding: hex(utf8('a\0\u{1f511}')), wrong: 'eda080' },
  { type: 'integer', value: -9_007_199_254_740_991, encoding: 'e0000000000001', wrong: '0001' },
  { type: 'bigint', value: '18446744073709551615', encoding: '00ffffffffffffffff', wrong: 'ffff' },
  { type: 'decimal', value: '-0.10', encoding: hex(utf8('-0.10')), wrong: hex(utf8('1e3')) },
  { type: 'real', value: '-0', encoding: '8000000000000000', wrong: '7ff8000000000001' },
  { type: 'boolean', value: true, encoding: '01', wrong: '02' },
  { type: 'bytes', value: '00ff', encoding: '00ff', wrong: '' },
  { type: 'date', value: '2000-02-29', encoding: '2b08', wrong: '2cc0a1' },
  { type: 'timestamp', value: -1, encoding: 'ff', wrong: '1eb208c2dc0001' },
  {
    type: 'json',
    value: '{"b":[1,null],"a":"\\n"}',
    encoding: hex(utf8('{"b":[1,null],"a":"\\n"}')),
    wrong: hex(utf8('{ }')),
  },
];

const CANONICAL = holds(
  '10',
  "Bytes that no honest writer makes for the column's type are `ROW_MALFORMED` on opening; a value that the type can't hold exactly is `VALUE_UNSUPPORTED` on sealing.",
);

function typedRow(name: string, { type }: Typed, tag: number, bytes: string) {
  const table = tableOf([body, stars, folder, owner, column('x', type, 'encrypted')]);
  const payload = inserted([
    ...CELLS,
    cell({ id: idOf('x', type), tag, value: [...fromHex(bytes)] }),
  ]);
  return { name: `${type}-${name}`, table, sealing: { payload } };
}

const typed = TYPED.flatMap((each) => {
  const { type, value, encoding, wrong } = each;
  const tag = TAGS.indexOf(type);
  const { name, ...parts } = typedRow('value', each, tag, encoding);
  const row: Fields = {
    id: 'n1',
    body: 'hello',
    stars: 5,
    folder: 'inbox',
    owner: 'ada',
    x: value,
  };
  const stamps = Object.fromEntries(
    ['body', 'stars', 'folder', 'owner', 'x'].map((column) => [column, AT_HEX]),
  );
  const bad = typedRow('not-canonical', each, tag, wrong);
  const otherTag = typedRow('other-tag', each, tag === 8 ? 2 : 8, encoding);
  const noTag = typedRow('tag-of-no-version', each, 200, encoding);
  const refuse = ({ name: file, ...vector }: typeof bad, comment: string) =>
    refusedRow(file, 'ROW_MALFORMED', 14, {
      comment,
      holds: [...CHECKS[14], ...CANONICAL],
      ...vector,
    });
  return [
    openedRow(
      name,
      { comment: `a column of type ${type}`, holds: CHECKS[14], ...parts },
      { row, stamps },
    ),
    refuse(otherTag, `the right bytes with the tag of another type than ${type}`),
    refuse(noTag, `the right bytes with a tag of no version in a column of type ${type}`),
    ...(type === 'bytes' ? [] : [refuse(bad, `bytes that are no ${type}`)]),
  ];
});

/** One of each way to break a payload; `operations/payloads.json` has all of them. */
const broken = brokenPayloads()
  .filter(
    ({ flags = [], comment }) =>
      !flags.includes('Truncated') || /^cut to (0|1|5|40) /.test(comment),
  )
  .map(({ comment, payload, expect = 'ROW_MALFORMED' }) =>
    refusedRow(`payload-${slug(comment)}`, expect, 11, {
      comment: `under a valid tag: ${comment}`,
      holds: CHECKS[11],
      sealing: { payload },
    }),
  );

function slug(comment: string): string {
  return comment
    .toLowerCase()
    .replaceAll('−', 'minus')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

const nulls = ['required', 'nullable'].map((presence) => {
  const table = tableOf([body, stars, folder, owner, column('x', 'json', 'encrypted', presence)]);
  const x = cell({ id: idOf('x', 'json'), tag: 11, value: [...utf8('null')] });
  const row: Fields = {
    id: 'n1',
    body: 'hello',
    stars: 5,
    folder: 'inbox',
    owner: 'ada',
    x: 'null',
  };
  const names = ['body', 'stars', 'folder', 'owner', 'x'];
  return openedRow(
    `json-null-${presence}`,
    {
      comment: `the JSON value null in a ${presence} column, which is no null of tag 1`,
      holds: holds(
        '10',
        "**Canonical JSON** is what ECMAScript's `JSON.stringify` writes without white space:",
      ),
      table,
      sealing: { payload: inserted([...CELLS, x]) },
    },
    { row, stamps: Object.fromEntries(names.map((name) => [name, AT_HEX])) },
  );
});

const early = [
  refusedRow('critical-extension', 'UNSUPPORTED_VERSION', 11, {
    comment: 'a critical extension in a row that is whole otherwise',
    holds: [
      ...CHECKS[11],
      ...holds(
        '1',
        'A reader refuses a critical one that it does not know with `UNSUPPORTED_VERSION`, as soon as it has read it.',
      ),
    ],
    sealing: { payload: inserted(CELLS, { extensions: [1, 0, 7, 1, 2, 0xab, 0xcd] as ByteList }) },
  }),
  refusedRow('payload-json-text', 'ROW_MALFORMED', 11, {
    comment: 'JSON where a payload belongs, under a valid tag',
    holds: CHECKS[11],
    sealing: { payload: utf8('{"body":"hello","stars":5}') },
  }),
];

export const valueRowVectors: readonly NamedScenario[] = [...typed, ...nulls, ...broken, ...early];
