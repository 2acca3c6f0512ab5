/** Rows of other versions of the app: columns and bound sets that changed. */
import { cell, group, payloadBytes } from '../../../support/payload-bytes.js';
import { hex, utf8 } from '../bytes.js';
import { columnIdOf } from '../operations/derivations.js';
import { holds } from '../vector-file.js';
import { LATER, LATER_HEX, MISSING, ROW, UNKNOWN } from './expected.js';
import {
  ADA,
  AT,
  AT_HEX,
  boundText,
  byId,
  CELLS,
  COLUMNS,
  column,
  inserted,
  tableOf,
  textCell,
} from './notes.js';
import { CHECKS, type NamedScenario, openedRow, refusedRow } from './scenario.js';

const { body, folder, owner, stars } = COLUMNS;
const UNKNOWN_CELLS = [
  cell({ id: 1, tag: 2, value: [0xff] }),
  cell({ id: 0xffffffff, tag: 200, value: [1] }),
];
const NOTHING_DECLARED = tableOf([owner]);

const ID = holds(
  '9',
  'Whether a column is encrypted or visible does not enter its id; a column whose type changes is a new column.',
);

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
    holds: ID,
    table: tableOf([column('body', 'bytes', 'encrypted'), stars, folder, owner]),
  }),
  openedRow('mirrored-now-encrypted', {
    comment: 'a column that was mirrored and is encrypted now',
    holds: ID,
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

export const declarationVectors: readonly NamedScenario[] = [...declared, ...boundSets];
