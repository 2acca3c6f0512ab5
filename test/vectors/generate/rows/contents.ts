/** What a payload says, and what the declaration makes of it. */
import {
  type Bytes as ByteList,
  cell,
  group,
  payloadBytes,
  stamp,
} from '../../../support/payload-bytes.js';
import { hex, utf8 } from '../bytes.js';
import { columnIdOf } from '../operations/derivations.js';
import { type Fields, holds } from '../vector-file.js';
import {
  ADA,
  AT,
  AT_HEX,
  boundText,
  byId,
  CELLS,
  COLUMNS,
  column,
  idOf,
  inserted,
  TIME,
  tableOf,
  textCell,
} from './notes.js';
import { CHECKS, type NamedScenario, openedRow, refusedRow } from './scenario.js';

const { body, folder, owner, stars } = COLUMNS;
const LATER = stamp(TIME + 1_000);
const LATER_HEX = hex(LATER);
const ROW = { id: 'n1', body: 'hello', stars: 5, folder: 'inbox', owner: 'ada' };
const { stars: _stars, ...UNRATED } = ROW;
const stamps = (...names: string[]): Fields =>
  Object.fromEntries(names.map((name) => [name, AT_HEX]));
const ALL = stamps('body', 'stars', 'folder', 'owner');
const starsCell = (tag: number, value: ByteList = []): ByteList =>
  cell({ id: idOf('stars', 'integer'), tag, value });
const withStars = (tag: number, value: ByteList = []) =>
  inserted([CELLS[0] as ByteList, starsCell(tag, value), CELLS[2] as ByteList]);
const withoutStars = inserted([CELLS[0] as ByteList, CELLS[2] as ByteList]);

const FROM_PAYLOAD = holds(
  '13',
  'A mirrored column whose served value differs is a finding (`metadata-mismatch`).',
);
const MISSING = holds(
  '13',
  'A declared column that the payload lacks, or that is absent or null where the declaration does not allow it, reads as the declaration says (default, null, not set), else `ROW_MALFORMED`.',
);
const UNKNOWN = holds(
  '13',
  'Columns that the declaration does not have are kept with tag, value and stamp, and written back.',
);
const LIFE = holds('11', "The life's stamp is that of the last insert or delete.");
const PADDING = holds('11', 'A reader accepts any number of zeros.');
const EXTENSIONS = holds('1', 'It keeps every other one and writes it back with critical 0.');
const mismatch = { findings: [{ code: 'metadata-mismatch', column: 'folder' }] };

const plain = [
  openedRow('inserted', { comment: 'a row that was just inserted', holds: CHECKS[14] }),
  openedRow(
    'edited',
    {
      comment: 'a column was edited after the insert',
      holds: LIFE,
      sealing: {
        payload: payloadBytes({
          groups: [
            group(AT, byId([CELLS[1] as ByteList, CELLS[2] as ByteList])),
            group(LATER, [textCell('body', 'hello')]),
          ],
        }),
      },
    },
    { stamps: { ...ALL, body: LATER_HEX } },
  ),
  openedRow(
    'inserted-again',
    {
      comment: 'deleted, then inserted again: life 3, whose stamp is later than nothing else',
      holds: LIFE,
      sealing: {
        payload: payloadBytes({
          life: [3],
          groups: [group(AT, byId(CELLS)), group(LATER, [])],
          lifeGroup: [1],
        }),
      },
    },
    { life: 3, lifeStamp: LATER_HEX, stamps: { ...ALL, owner: LATER_HEX } },
  ),
  ...[0, 1, 1000].map((length) =>
    openedRow(`padding-${length}`, {
      comment: `${length} bytes of padding`,
      holds: PADDING,
      sealing: { payload: inserted(CELLS, { padding: Array(length).fill(0) }) },
    }),
  ),
  openedRow(
    'extension',
    {
      comment: 'an extension that this version does not know and need not know',
      holds: EXTENSIONS,
      sealing: { payload: inserted(CELLS, { extensions: [1, 0, 7, 0, 2, 0xab, 0xcd] }) },
    },
    { extensions: [{ id: 7, bytes: 'abcd' }] },
  ),
  openedRow(
    'row-id-unicode',
    {
      comment: 'a row id of characters beyond ASCII',
      holds: CHECKS[7],
      sealing: { rowId: 'e\u0301\u{1f511}' },
      serve: { id: 'e\u0301\u{1f511}' },
    },
    { row: { ...ROW, id: 'e\u0301\u{1f511}' } },
  ),
];

const mirrored = [
  ...(
    [
      ['mirror-changed', 'the server changed a mirrored column', 'trash'],
      ['mirror-null', 'the server made NULL of a mirrored column', null],
      ['mirror-missing', 'the server left a mirrored column out', undefined],
      ['mirror-number', 'the server gives a number for a mirrored text', 1],
    ] as const
  ).map(([name, comment, value]) =>
    openedRow(name, { comment, holds: FROM_PAYLOAD, serve: { folder: value } }, mismatch),
  ),
  openedRow('server-owned', {
    comment: 'a server-owned column is no value of the row, and no finding',
    holds: holds('9', '| server-owned | visible, not authenticated | – |'),
    table: tableOf([body, stars, folder, owner, column('updated_at', 'text', 'server-owned')]),
    serve: { updated_at: 'whenever', something: 'else' },
  }),
];

const notSet = { row: UNRATED, stamps: ALL };
const rated = (presence: string, more: Fields = {}) =>
  tableOf([body, column('stars', 'integer', 'encrypted', presence, more), folder, owner]);

const presence = [
  openedRow(
    'optional-absent',
    {
      comment: 'an optional column that is not set',
      holds: MISSING,
      sealing: { payload: withStars(0) },
    },
    notSet,
  ),
  openedRow(
    'optional-null',
    {
      comment: 'an optional column that is null reads as not set',
      holds: MISSING,
      sealing: { payload: withStars(1) },
    },
    notSet,
  ),
  openedRow(
    'optional-missing',
    {
      comment: 'an optional column that was never written',
      holds: MISSING,
      sealing: { payload: withoutStars },
    },
    { row: UNRATED },
  ),
  openedRow(
    'nullable-null',
    {
      comment: 'a nullable column that is null',
      holds: MISSING,
      table: rated('nullable'),
      sealing: { payload: withStars(1) },
    },
    { row: { ...ROW, stars: null } },
  ),
  openedRow(
    'nullable-absent',
    {
      comment: 'a nullable column that is absent reads as null',
      holds: MISSING,
      table: rated('nullable'),
      sealing: { payload: withStars(0) },
    },
    { row: { ...ROW, stars: null } },
  ),
  openedRow(
    'nullable-missing',
    {
      comment: 'a nullable column that was never written reads as null',
      holds: MISSING,
      table: rated('nullable'),
      sealing: { payload: withoutStars },
    },
    { row: { ...ROW, stars: null }, stamps: stamps('body', 'folder', 'owner') },
  ),
  ...(
    [
      ['missing', withoutStars],
      ['absent', withStars(0)],
      ['null', withStars(1)],
    ] as const
  ).flatMap(([what, payload]) => [
    openedRow(
      `default-${what}`,
      {
        comment: `a column with a default: ${what}`,
        holds: MISSING,
        table: rated('required', { default: 3 }),
        sealing: { payload },
      },
      {
        row: { ...ROW, stars: 3 },
        stamps: what === 'missing' ? stamps('body', 'folder', 'owner') : ALL,
      },
    ),
    refusedRow(`required-${what}`, 'ROW_MALFORMED', 14, {
      comment: `a required column without a default: ${what}`,
      holds: MISSING,
      table: rated('required'),
      sealing: { payload },
    }),
  ]),
];

const UNKNOWN_CELLS = [
  cell({ id: 1, tag: 2, value: [0xff] }),
  cell({ id: 0xffffffff, tag: 200, value: [1] }),
];
const NOTHING_DECLARED = tableOf([owner]);

const declared = [
  openedRow(
    'unknown-columns',
    {
      comment: 'columns that no declaration has, of any tag and with bytes of no type',
      holds: UNKNOWN,
      sealing: { payload: inserted([...CELLS, ...UNKNOWN_CELLS]) },
    },
    {
      unknownColumns: [
        { id: '00000001', tag: 2, value: 'ff', stamp: AT_HEX },
        { id: 'ffffffff', tag: 200, value: '01', stamp: AT_HEX },
      ],
    },
  ),
  openedRow(
    'all-columns-unknown',
    {
      comment: 'a declaration without any column of the payload',
      holds: UNKNOWN,
      table: NOTHING_DECLARED,
      serve: { folder: undefined },
    },
    {
      row: { id: 'n1', owner: 'ada' },
      unknownColumns: [
        { id: columnIdOf('text', 'body'), tag: 2, value: hex(utf8('hello')), stamp: AT_HEX },
        { id: columnIdOf('integer', 'stars'), tag: 3, value: '05', stamp: AT_HEX },
        { id: columnIdOf('text', 'folder'), tag: 2, value: hex(utf8('inbox')), stamp: AT_HEX },
      ].sort((a, b) => (a.id < b.id ? -1 : 1)),
    },
  ),
  openedRow(
    'stored-as',
    {
      comment: 'a column that was renamed keeps its stored name',
      holds: holds('9', "with the type's name from section 10 and the name as UTF-8."),
      table: tableOf([
        column('text', 'text', 'encrypted', 'required', { storedName: 'body' }),
        stars,
        folder,
        owner,
      ]),
    },
    { row: { id: 'n1', text: 'hello', stars: 5, folder: 'inbox', owner: 'ada' } },
  ),
  refusedRow('renamed', 'ROW_MALFORMED', 14, {
    comment: 'a column that was renamed without its stored name is another column',
    holds: MISSING,
    table: tableOf([column('text', 'text', 'encrypted'), stars, folder, owner]),
  }),
  refusedRow('retyped', 'ROW_MALFORMED', 14, {
    comment: 'a column whose type changes is a new column, which the payload lacks',
    holds: holds(
      '9',
      'Whether a column is encrypted or visible does not enter its id; a column whose type changes is a new column.',
    ),
    table: tableOf([column('body', 'bytes', 'encrypted'), stars, folder, owner]),
  }),
  openedRow('mirrored-now-encrypted', {
    comment: 'a column that was mirrored and is encrypted now',
    holds: holds('9', 'Whether a column is encrypted or visible does not enter its id;'),
    table: tableOf([body, stars, column('folder', 'text', 'encrypted'), owner]),
  }),
];

const SETS = [[], ['owner']];
const formerly = tableOf(
  [body, stars, folder, column('owner', 'text', 'mirrored')],
  [['owner'], []],
);
const withOwner = inserted([...CELLS, textCell('owner', 'ada')]);

const boundSets = [
  openedRow(
    'formerly-bound',
    {
      comment: "a column that was bound in the row's set and is mirrored now",
      holds: holds(
        '13',
        "A column that was bound in the row's bound set and no longer is becomes a column of the payload, with the life's stamp.",
      ),
      table: formerly,
      sealing: { payload: payloadBytes({ groups: [group(AT, []), group(LATER, byId(CELLS))] }) },
    },
    { stamps: { body: LATER_HEX, stars: LATER_HEX, folder: LATER_HEX, owner: AT_HEX } },
  ),
  refusedRow('formerly-bound-changed', 'ROW_AUTH_FAILED', 10, {
    comment: "what was bound in the row's set is authenticated still",
    holds: CHECKS[10],
    table: formerly,
    serve: { owner: 'eve' },
  }),
  openedRow('bound-later', {
    comment: 'a column that is bound now stands in the payload of a row of the set before',
    holds: holds('12', '| 1 | 57 | number of the bound set |'),
    table: tableOf([body, stars, folder, owner], SETS),
    sealing: { bound: [], payload: withOwner },
  }),
  openedRow('second-bound-set', {
    comment: 'a row of the second bound set',
    holds: CHECKS[8],
    table: tableOf([body, stars, folder, owner], SETS),
    sealing: { boundSet: 1 },
  }),
  openedRow(
    'two-bound-columns',
    {
      comment: 'two bound columns, by rising id whatever their order in the declaration',
      holds: holds('12', '| … | bound columns, ids strictly rising |'),
      table: tableOf(
        [body, stars, folder, owner, column('team', 'text', 'bound')],
        [['team', 'owner']],
      ),
      sealing: {
        bound: [ADA, boundText('team', 'red')].sort((a, b) => Buffer.compare(a.id, b.id)),
      },
      serve: { team: 'red' },
    },
    { row: { ...ROW, team: 'red' } },
  ),
  refusedRow('bound-in-payload', 'ROW_MALFORMED', 11, {
    comment: 'a column of its own bound set stands in the payload',
    holds: holds('11', 'A payload never holds a column of its own bound set.'),
    sealing: { payload: withOwner },
  }),
];

const DEAD = payloadBytes({ life: [2], groups: [group(LATER, [])], padding: Array(30).fill(0) });
const dead = { row: null, life: 2, lifeStamp: LATER_HEX, stamps: { owner: LATER_HEX } };

const lives = [
  refusedRow('deleted', 'ROW_DELETED', 13, {
    comment: 'a deleted row, of which the app wants the values',
    holds: CHECKS[13],
    sealing: { payload: DEAD },
  }),
  openedRow(
    'deleted-details',
    {
      comment:
        'a deleted row, of which the app wants the details; its mirrored column says nothing',
      holds: CHECKS[13],
      ask: 'details',
      sealing: { payload: DEAD },
      serve: { folder: 'trash' },
    },
    dead,
  ),
  refusedRow('deleted-twice', 'ROW_DELETED', 13, {
    comment: 'the greatest life, which is even',
    holds: holds(
      '11',
      '| varint | life counter, 1 to 2,147,483,646: odd, the row lives; even, it was deleted |',
    ),
    sealing: {
      payload: payloadBytes({ life: [0xfe, 0xff, 0xff, 0xff, 0x07], groups: [group(AT, [])] }),
    },
  }),
];

const DAY = 86_400_000;
const AHEAD = holds(
  '10',
  'one that is more than 86,400,000 ms ahead of its clock is a finding (`clock-ahead`) and no error.',
);
const clocks = [
  openedRow('clock-a-day-behind', {
    comment: "a stamp a day ahead of the reader's clock",
    holds: AHEAD,
    ask: 'details',
    now: TIME - DAY,
  }),
  openedRow(
    'clock-ahead',
    {
      comment: "a stamp more than a day ahead of the reader's clock",
      holds: AHEAD,
      ask: 'details',
      now: TIME - DAY - 1,
    },
    { findings: [{ code: 'clock-ahead' }] },
  ),
];

export const contentVectors: readonly NamedScenario[] = [
  ...[...plain, ...mirrored, ...presence, ...declared, ...boundSets, ...lives, ...clocks],
];
