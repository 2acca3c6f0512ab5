/** What a payload says. */
import { type Bytes as ByteList, group, payloadBytes } from '../../../support/payload-bytes.js';
import { holds } from '../vector-file.js';
import { ALL, EXTENSIONS, LATER, LATER_HEX, LIFE, PADDING, ROW } from './expected.js';
import { AT, byId, CELLS, inserted, TIME, textCell } from './notes.js';
import { CHECKS, type NamedScenario, openedRow, refusedRow } from './scenario.js';

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
  'A reader refuses a stamp at or above 2^47 ms; one that is more than 86,400,000 ms ahead of its clock is a finding (`clock-ahead`) and no error.',
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

export const contentVectors: readonly NamedScenario[] = [...plain, ...lives, ...clocks];
