/** Columns that are absent, null or missing. */
import type { Fields } from '../vector-file.js';
import { ALL, MISSING, ROW, stamps, UNRATED, withoutStars, withStars } from './expected.js';
import { COLUMNS, column, tableOf } from './notes.js';
import { type NamedScenario, openedRow, refusedRow } from './scenario.js';

const { body, folder, owner } = COLUMNS;
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

export const presenceVectors: readonly NamedScenario[] = [...presence];
