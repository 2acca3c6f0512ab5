/** Section 11: payloads, and what breaks them under a valid tag. */
import {
  type Bytes,
  bigEndian,
  cell,
  group as groupBytes,
  type PayloadParts,
  payloadBytes,
  stamp,
  varint,
} from '../../../support/payload-bytes.js';
import { hex } from '../bytes.js';
import {
  type Fields,
  group,
  holds,
  invalid,
  type Operation,
  type Test,
  valid,
} from '../vector-file.js';
import { brokenPayloads } from './broken-payloads.js';

export const AT = [1_000, 2_000, 3_000].map((time) => stamp(time)) as [Bytes, Bytes, Bytes];
const [first, second, third] = AT;

/** A text column with one letter in it. */
export const letter = (id: number, value: string): Bytes =>
  cell({ id, tag: 2, value: [...Buffer.from(value)] });
const column = (id: number, at: Bytes, value: Bytes, tag = 2) => ({
  id: hex(bigEndian(id, 4)),
  tag,
  value: hex(value),
  stamp: hex(at),
});

export const extension = (id: number, bytes: Bytes, critical = 0): Bytes => [
  ...bigEndian(id, 2),
  critical,
  ...varint(bytes.length),
  ...bytes,
];

interface Content extends Fields {
  readonly life?: number;
  readonly lifeStamp?: string;
}

function parsed(comment: string, parts: PayloadParts, content: Content, ...flags: string[]): Test {
  const expected = { life: 1, lifeStamp: hex(first), extensions: [], columns: [], ...content };
  const paddingLength = parts.padding?.length ?? 0;
  return valid(
    comment,
    { payload: hex(payloadBytes(parts)) },
    { ...expected, paddingLength },
    ...flags,
  );
}

const empty = groupBytes(first, []);
const oneColumn = { columns: [column(1, first, [0x61])] };

const WELL_FORMED: readonly Test[] = [
  parsed('no columns', { groups: [empty] }, {}),
  parsed('one column', { groups: [groupBytes(first, [letter(1, 'a')])] }, oneColumn),
  parsed(
    'columns of one group by rising id, from 0 to 2^32 − 1',
    {
      groups: [
        groupBytes(first, [letter(0, 'a'), letter(0x7fffffff, 'b'), letter(0xffffffff, 'c')]),
      ],
    },
    {
      columns: [
        column(0, first, [0x61]),
        column(0x7fffffff, first, [0x62]),
        column(0xffffffff, first, [0x63]),
      ],
    },
  ),
  parsed(
    'groups by rising stamp, the life first',
    { groups: [groupBytes(first, [letter(9, 'a')]), groupBytes(second, [letter(1, 'b')])] },
    { columns: [column(1, second, [0x62]), column(9, first, [0x61])] },
  ),
  parsed(
    "the life's group has no columns and stands last",
    { groups: [groupBytes(first, [letter(1, 'a')]), groupBytes(third, [])], lifeGroup: [1] },
    { ...oneColumn, lifeStamp: hex(third) },
  ),
  parsed(
    'stamps that differ only in the counter, and only in the writer',
    {
      groups: [
        groupBytes(stamp(5), [letter(1, 'a')]),
        groupBytes(stamp(5, 1), [letter(2, 'a')]),
        groupBytes([...stamp(5, 1).slice(0, 15), 9], []),
      ],
      lifeGroup: [2],
    },
    {
      lifeStamp: hex([...stamp(5, 1).slice(0, 15), 9]),
      columns: [column(1, stamp(5), [0x61]), column(2, stamp(5, 1), [0x61])],
    },
  ),
  parsed(
    'absent, null, a tag of no version, and a value of another type',
    {
      groups: [
        groupBytes(first, [
          cell({ id: 1, tag: 0, value: [] }),
          cell({ id: 2, tag: 1, value: [] }),
          cell({ id: 3, tag: 255, value: [1, 2] }),
          cell({ id: 4, tag: 7, value: [9] }),
        ]),
      ],
    },
    {
      columns: [
        column(1, first, [], 0),
        column(2, first, [], 1),
        column(3, first, [1, 2], 255),
        column(4, first, [9], 7),
      ],
    },
  ),
  parsed(
    'a value of 128 bytes, whose length takes two',
    { groups: [groupBytes(first, [cell({ id: 1, tag: 8, value: Array(128).fill(7) })])] },
    { columns: [column(1, first, Array(128).fill(7), 8)] },
  ),
  parsed('a deleted row', { life: [2], groups: [empty] }, { life: 2 }),
  parsed(
    'the greatest life',
    { life: varint(2_147_483_646), groups: [empty] },
    { life: 2_147_483_646 },
  ),
  parsed(
    'the latest stamp there is',
    { groups: [groupBytes(stamp(2 ** 47 - 1, 65_535), [])] },
    { lifeStamp: hex(stamp(2 ** 47 - 1, 65_535)) },
  ),
  parsed(
    'extensions that may be skipped',
    {
      extensions: [3, ...extension(0, []), ...extension(1, [1, 2]), ...extension(65_535, [0])],
      groups: [empty],
    },
    {
      extensions: [
        { id: 0, bytes: '' },
        { id: 1, bytes: '0102' },
        { id: 65_535, bytes: '00' },
      ],
    },
    'Extension',
  ),
  parsed(
    '16 extensions',
    {
      extensions: [16, ...[...Array(16).keys()].flatMap((id) => extension(id, []))],
      groups: [empty],
    },
    { extensions: [...Array(16).keys()].map((id) => ({ id, bytes: '' })) },
    'Extension',
  ),
  ...[1, 2, 100].map((length) =>
    parsed(
      `${length} bytes of padding`,
      { groups: [empty], padding: Array(length).fill(0) },
      {},
      'Padding',
    ),
  ),
  parsed(
    '256 columns',
    {
      groups: [
        groupBytes(
          first,
          [...Array(256).keys()].map((id) => letter(id, 'a')),
        ),
      ],
    },
    { columns: [...Array(256).keys()].map((id) => column(id, first, [0x61])) },
  ),
  parsed(
    '257 groups: 256 columns and the life, each at a time of its own',
    {
      groups: [
        ...[...Array(256).keys()].map((id) => groupBytes(stamp(id), [letter(id, 'a')])),
        groupBytes(stamp(256), []),
      ],
      lifeGroup: varint(256),
    },
    {
      lifeStamp: hex(stamp(256)),
      columns: [...Array(256).keys()].map((id) => column(id, stamp(id), [0x61])),
    },
  ),
];

export const payloadVectors: Operation = {
  name: 'payloads',
  algorithm: 'payload',
  holds: [
    ...holds(
      '1',
      '| 1 | critical: 1 if a reader that does not know the id must refuse the whole, else 0 |',
    ),
    ...holds(
      '16',
      '| extensions in a list | 16 | `HEADER_MALFORMED`, `ROW_MALFORMED` |',
      '| columns in a payload | 256 | `ROW_MALFORMED` |',
      '| life counter | 2,147,483,646 | `ROW_MALFORMED` |',
      '| stamp milliseconds, exclusive | 140,737,488,355,328 | `ROW_MALFORMED`, `HEADER_TAMPERED` |',
    ),
    ...holds(
      '11',
      '| varint | life counter, 1 to 2,147,483,646: odd, the row lives; even, it was deleted |',
      '| varint | number of stamp groups, 1 to 257 |',
      '| … | stamp groups, stamps strictly rising |',
      "| varint | index, from 0, of the group that has the life's stamp |",
      '| … | padding: zeros to the end |',
      "| varint | number of columns; 0 only in the life's group |",
      '| … | columns, ids strictly rising within the group |',
      '| 4 | column id, once in the payload |',
      '| varint | length; 0 for tags 0 and 1 |',
      'At most 256 columns. The index names a group that exists. An even life has no columns, and a writer gives it no extensions.',
      'What breaks a rule is `ROW_MALFORMED`; a critical extension is `UNSUPPORTED_VERSION`.',
      'A reader accepts any number of zeros.',
    ).concat(
      holds(
        '1',
        '| 1 | number of extensions, at most 16 |',
        '| … | extensions, with strictly rising ids |',
        'A reader refuses a critical one that it does not know with `UNSUPPORTED_VERSION`, as soon as it has read it.',
        'A list that breaks these rules makes the whole malformed.',
      ),
      holds(
        '10',
        'A reader refuses a stamp at or above 2^47 ms; one that is more than 86,400,000 ms ahead of its clock is a finding (`clock-ahead`) and no error.',
        'Other tags are kept (section 13).',
      ),
    ),
  ],
  flags: {
    Extension: 'the extension list',
    Padding: 'the zeros at the end',
    Truncated: 'the payload ends too early',
    Order: 'something is not in rising order, or stands twice',
    Limit: 'more than the document allows',
    Varint: 'a number is not in its shortest form',
  },
  groups: [
    group('ParsePayload', [
      ...WELL_FORMED,
      ...brokenPayloads().map(({ comment, payload, expect = 'ROW_MALFORMED', flags = [] }) =>
        invalid(comment, { payload: hex(payload) }, expect, ...flags),
      ),
    ]),
  ],
};
