/** Section 12: associated data, served values and row ids; section 11: padding lengths. */
import { fromHex, hex, named, utf8, utf16 } from '../bytes.js';
import { type BoundValue, type Place, prefixOf, rowAssociatedData } from '../places.js';
import {
  group,
  holds,
  invalid,
  type Json,
  type Operation,
  type Test,
  valid,
} from '../vector-file.js';
import { slotAssociatedDataTests } from './key-slots.js';

const PREFIX = prefixOf(named('key id', 32), named('nonce', 24), 0);
const PLACE: Place = { vaultId: named('vault id', 16), tableId: 'notes', rowId: 'n1', bound: [] };

const bound = (id: number, tag: number, value: Uint8Array): BoundValue => ({
  id: fromHex(id.toString(16).padStart(8, '0')),
  tag,
  value,
});
const word = (id: number, value: string) => bound(id, 2, utf8(value));

/** Neighbours: another encoding than the document's could give two of them the same bytes. */
const PLACES: readonly (readonly [comment: string, place: Partial<Place>, prefix?: Uint8Array])[] =
  [
    ['a row without bound columns', {}],
    ['bound set 1', {}, prefixOf(named('key id', 32), named('nonce', 24), 1)],
    ['another nonce', {}, prefixOf(named('key id', 32), named('nonce 2', 24), 0)],
    ['another vault', { vaultId: named('vault id 2', 16) }],
    ['a letter moved from the table id to the row id', { tableId: 'note', rowId: 'sn1' }],
    ['a letter moved from the row id to the table id', { tableId: 'notesn', rowId: '1' }],
    ['table id and row id swapped', { tableId: 'n1', rowId: 'notes' }],
    ['case of the row id', { rowId: 'N1' }],
    ['a separator in the row id', { rowId: 'n1|' }],
    ['a NUL in the row id', { rowId: 'n1\0' }],
    ['a number in another form', { rowId: '01' }],
    ['composed', { rowId: '\u00e9' }],
    ['decomposed', { rowId: 'e\u0301' }],
    ['ids of 127 bytes', { rowId: 'r'.repeat(127) }],
    ['ids of 128 bytes, whose length takes two', { rowId: 'r'.repeat(128) }],
    ['ids of 256 bytes', { tableId: 't'.repeat(256), rowId: 'r'.repeat(256) }],
    ['one bound column', { bound: [word(1, 'ada')] }],
    ['with another id', { bound: [word(2, 'ada')] }],
    ['with nothing in it', { bound: [word(1, '')] }],
    ['null', { bound: [bound(1, 1, utf8(''))] }],
    ['the integer 1', { bound: [bound(1, 3, Uint8Array.of(1))] }],
    ['the text 1', { bound: [word(1, '1')] }],
    ['the boolean true', { bound: [bound(1, 7, Uint8Array.of(1))] }],
    ['two columns', { bound: [word(1, 'a'), word(2, 'b')] }],
    ['their values swapped', { bound: [word(1, 'b'), word(2, 'a')] }],
    ['both values in the first', { bound: [word(1, 'ab'), word(2, '')] }],
    ['both values in the second', { bound: [word(1, ''), word(2, 'ab')] }],
    [
      'the second column inside the first',
      {
        bound: [bound(1, 2, Uint8Array.of(0x61, 0, 0, 0, 2, 2, 1, 0x62))],
      },
    ],
    ['a column that the row id swallowed', { rowId: 'n1\0\x01\0\0\0\x01\x02\x03ada' }],
    ['a bound value of 128 bytes', { bound: [word(1, 'a'.repeat(128))] }],
    ['255 columns', { bound: [...Array(255).keys()].map((id) => bound(id, 1, utf8(''))) }],
  ];

export const associatedDataVectors: Operation = {
  name: 'associated-data',
  algorithm: 'associated data',
  holds: [
    ...holds(
      '12',
      '| 58 | the envelope before the ciphertext |',
      '| sized | table id |',
      '| sized | row id as UTF-8 |',
      '| 1 | number of bound columns, at most 255 |',
      '| … | bound columns, ids strictly rising |',
      '| sized | value |',
    ),
    ...holds('6', '| … | the body from its beginning to the salt, salt included |'),
    ...holds('1', '- **sized**: a varint length, then that many bytes.'),
  ],
  flags: {},
  groups: [
    group(
      'RowAssociatedData',
      PLACES.map(([comment, change, prefix = PREFIX]) => {
        const place = { ...PLACE, ...change };
        const columns = place.bound.map(({ id, tag, value }) => ({
          id: hex(id),
          tag,
          value: hex(value),
        }));
        const { vaultId, tableId, rowId } = place;
        return valid(
          comment,
          { prefix: hex(prefix), vaultId: hex(vaultId), tableId, rowId, bound: columns },
          { associatedData: hex(rowAssociatedData(prefix, place)) },
        );
      }),
    ),
    group('SlotAssociatedData', slotAssociatedDataTests()),
  ],
};

const served = (value: Json, tag: number, bytes: string, comment = ''): Test =>
  valid(comment, { served: value }, { tag, value: bytes });
const noValue = (value: Json, comment = ''): Test =>
  invalid(comment, { served: value }, 'ROW_AUTH_FAILED');
const missing = invalid('missing', {}, 'ROW_AUTH_FAILED');
const asNull = (comment: string, inputs: { served?: null }) =>
  valid(comment, inputs, { tag: 1, value: '' });
const digits16 = (text: string) => noValue(text, 'no safe integer');

export const servedValueVectors: Operation = {
  name: 'served-values',
  algorithm: 'values as the server gives them',
  holds: holds(
    '12',
    '| any | NULL or missing | null (tag 1) if optional or nullable, else no value |',
    '| text | text without U+0000 | itself |',
    '| integer | a safe integer; text `0` or `-?[1-9][0-9]{0,15}` that is a safe integer | that integer |',
    '| boolean | true, false; the numbers 1, 0 | true, false |',
    'A safe integer may be a number or what a driver has for big integers; the number −0 is none.',
    'Anything else is no value, and the row is refused with `ROW_AUTH_FAILED`.',
  ),
  flags: {},
  groups: [
    group(
      'ReadServedValue',
      [
        ...[served('', 2, ''), served('ada', 2, '616461'), served('1', 2, '31'), missing],
        ...[served('\u00e9', 2, 'c3a9'), served('e\u0301', 2, '65cc81'), noValue(null)],
        ...[noValue(1), noValue(true), noValue([1]), noValue({ ada: 1 })],
        ...[noValue('a\0', 'U+0000'), noValue(utf16('\ud800'), 'a lone surrogate')],
      ],
      { valueType: 'text', presence: 'required' },
    ),
    group(
      'ReadServedValue',
      [
        ...[served(0, 3, '00'), served(-129, 3, 'ff7f'), served('0', 3, '00'), missing],
        ...[served('-1', 3, 'ff'), served('128', 3, '0080'), noValue(null), noValue('')],
        served(9_007_199_254_740_991, 3, '1fffffffffffff'),
        served('9007199254740991', 3, '1fffffffffffff'),
        served('-9007199254740991', 3, 'e0000000000001'),
        ...['9007199254740992', '-9007199254740992', '9999999999999999'].map(digits16),
        ...['12345678901234567', '-0', '00', '01', '+1', ' 1', '1 ', '1.0', '1e3', '0x1'].map(
          (text) => noValue(text, 'no text of an integer'),
        ),
        ...['1\n', '\u0661', 'one', 'null', 'true'].map((text) => noValue(text)),
        ...[noValue(0.5), noValue(9_007_199_254_740_992), noValue(true), noValue([1])],
        noValue({ number: '-0' }, 'the number −0'),
      ],
      { valueType: 'integer', presence: 'required' },
    ),
    group(
      'ReadServedValue',
      [
        ...[served(true, 7, '01'), served(false, 7, '00'), served(1, 7, '01'), missing],
        ...[served(0, 7, '00'), noValue(2), noValue(-1), noValue('true'), noValue('1')],
        ...[noValue('t'), noValue(''), noValue(null), noValue(0.5)],
      ],
      { valueType: 'boolean', presence: 'required' },
    ),
    ...['text', 'integer', 'boolean'].flatMap((valueType) =>
      ['optional', 'nullable'].map((presence) =>
        group(
          'ReadServedValue',
          [asNull('NULL', { served: null }), asNull('missing', {}), noValue({}, 'an object')],
          { valueType, presence },
        ),
      ),
    ),
  ],
};

const UUID = '0e37df36-f698-11e6-8dd4-cb9ced3df976';
const rowId = (id: string): Test => valid('', { id }, { bytes: hex(utf8(id)) });
const noRowId = (comment: string, id: Json): Test => invalid(comment, { id }, 'VALUE_UNSUPPORTED');

export const rowIdVectors: Operation = {
  name: 'row-ids',
  algorithm: 'row ids',
  holds: [
    ...holds('16', '| row id length | 256 | `VALUE_UNSUPPORTED` |'),
    ...holds(
      '9',
      'A **row id** is text of 1 to 256 bytes without U+0000; a UUID (8-4-4-4-12 hex digits) MUST be lower case. A writer refuses others with `VALUE_UNSUPPORTED`.',
    ),
  ],
  flags: {},
  groups: [
    group('WriteRowId', [
      ...['n1', 'N1', '1', ' ', '\u00e9', 'e\u0301', '\u{1f511}', 'a b', 'r'.repeat(256)].map(
        rowId,
      ),
      ...[UUID, UUID.replaceAll('-', '').toUpperCase(), `${UUID.toUpperCase()}x`].map(rowId),
      noRowId('empty', ''),
      noRowId('257 bytes', 'r'.repeat(257)),
      noRowId('257 bytes of 129 characters', `${'\u00e9'.repeat(128)}r`),
      noRowId('U+0000', 'a\0b'),
      noRowId('a lone surrogate', utf16('a\ud800')),
      noRowId('a UUID in upper case', UUID.toUpperCase()),
      noRowId('a UUID with one letter in upper case', `${UUID.slice(0, 1)}E${UUID.slice(2)}`),
    ]),
  ],
};

/** Length, floor and what the document's rule gives. */
const PADDED: readonly (readonly [number, number, number])[] = [
  ...([
    [1, 256, 256],
    [255, 256, 256],
    [256, 256, 256],
    [257, 256, 272],
  ] as const),
  ...([
    [1_000, 256, 1_024],
    [65_537, 256, 67_584],
    [1_048_576, 256, 1_048_576],
  ] as const),
  ...([
    [1, 16, 16],
    [16, 16, 16],
    [17, 16, 18],
    [18, 16, 18],
    [33, 16, 36],
    [63, 16, 64],
  ] as const),
  ...([
    [64, 16, 64],
    [65, 16, 72],
    [128, 16, 128],
    [129, 16, 144],
    [511, 16, 512],
  ] as const),
  ...([
    [512, 16, 512],
    [513, 16, 544],
    [65_535, 16, 65_536],
    [65_536, 16, 65_536],
  ] as const),
  ...([
    [65_537, 65_536, 67_584],
    [1, 65_536, 65_536],
    [100, 100, 100],
    [101, 100, 104],
  ] as const),
];

export const paddingVectors: Operation = {
  name: 'padding',
  algorithm: 'Padmé',
  holds: holds(
    '11',
    'the smallest multiple of step that is at least n',
    'A writer chooses the length; this version takes a floor per table (256 bytes unless told, 16 to 65,536), then Padmé, or no padding at all.',
  ),
  flags: {},
  groups: [
    group('PaddedLength', [
      ...PADDED.map(([length, floor, padded]) => valid('', { length, floor }, { padded })),
      ...[1, 255, 257, 1_000].map((length) =>
        valid('', { length, floor: 'none' }, { padded: length }),
      ),
    ]),
  ],
};
