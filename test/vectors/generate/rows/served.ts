/** What the server gives beside the payload, and what the reader makes of it. */
import type { Bytes as ByteList } from '../../../support/payload-bytes.js';
import { holds } from '../vector-file.js';
import { ALL, FROM_PAYLOAD, mismatch, ROW, UNRATED, withStars } from './expected.js';
import { CELLS, COLUMNS, column, inserted, tableOf, textCell } from './notes.js';
import { type NamedScenario, openedRow, refusedRow } from './scenario.js';

const { body, folder, owner, stars } = COLUMNS;
const UNFOLDED = { id: 'n1', body: 'hello', stars: 5, owner: 'ada' };
const SHELVED = {
  table: tableOf([
    body,
    stars,
    folder,
    owner,
    column('shelf', 'text', 'mirrored', 'required', { default: 'top' }),
  ]),
};
const SHELF = { row: { ...ROW, shelf: 'top' }, stamps: ALL };

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
  openedRow(
    'server-owned-in-payload',
    {
      comment: 'a column of the payload that is server-owned now is kept and not read',
      holds: holds('9', '| server-owned | visible, not authenticated | – |'),
      table: tableOf([body, stars, column('folder', 'text', 'server-owned'), owner]),
      serve: { folder: 'whatever' },
    },
    { row: UNFOLDED, stamps: ALL },
  ),
  openedRow(
    'mirror-default',
    {
      comment: 'a mirrored column that the payload lacks, served as its default',
      holds: FROM_PAYLOAD,
      ...SHELVED,
      serve: { shelf: 'top' },
    },
    SHELF,
  ),
  openedRow(
    'mirror-default-null',
    {
      comment: 'a mirrored column that the payload lacks, served as NULL and not as its default',
      holds: FROM_PAYLOAD,
      ...SHELVED,
      serve: { shelf: null },
    },
    { ...SHELF, findings: [{ code: 'metadata-mismatch', column: 'shelf' }] },
  ),
  openedRow('mirror-integer-as-text', {
    comment: 'a mirrored integer, served as text',
    holds: holds('12', 'Databases change the types of visible values.'),
    table: tableOf([body, column('stars', 'integer', 'mirrored'), folder, owner]),
    serve: { stars: '5' },
  }),
  openedRow(
    'mirror-integer-changed',
    {
      comment: 'a mirrored integer, served as text of another one',
      holds: FROM_PAYLOAD,
      table: tableOf([body, column('stars', 'integer', 'mirrored'), folder, owner]),
      serve: { stars: '05' },
    },
    { findings: [{ code: 'metadata-mismatch', column: 'stars' }] },
  ),
  openedRow(
    'mirror-optional-null',
    {
      comment: 'an optional mirrored column that is not set, served as NULL',
      holds: FROM_PAYLOAD,
      table: tableOf([body, column('stars', 'integer', 'mirrored', 'optional'), folder, owner]),
      sealing: { payload: withStars(0) },
      serve: { stars: null },
    },
    { row: UNRATED, stamps: ALL },
  ),
  openedRow(
    'mirror-optional-set',
    {
      comment: 'an optional mirrored column that is not set, and the server gives a value',
      holds: FROM_PAYLOAD,
      table: tableOf([body, column('stars', 'integer', 'mirrored', 'optional'), folder, owner]),
      sealing: { payload: withStars(0) },
      serve: { stars: 5 },
    },
    { row: UNRATED, stamps: ALL, findings: [{ code: 'metadata-mismatch', column: 'stars' }] },
  ),
  refusedRow('mirrored-text-with-nul', 'ROW_MALFORMED', 14, {
    comment: 'U+0000 in a mirrored text, under a valid tag',
    holds: holds('9', 'Visible columns are text (without U+0000), integer or boolean.'),
    sealing: {
      payload: inserted([
        CELLS[0] as ByteList,
        CELLS[1] as ByteList,
        textCell('folder', 'in\0box'),
      ]),
    },
  }),
];

export const servedVectors: readonly NamedScenario[] = [...mirrored];
