/** The rows that the vectors of exports are about, sealed, and what they say. */
import { cell, group, payloadBytes, stamp } from '../../../support/payload-bytes.js';
import { base64url, named } from '../bytes.js';
import {
  AT,
  CELLS,
  column,
  envelope,
  inserted,
  type Sealing,
  served,
  TIME,
  textCell,
} from '../rows/notes.js';
import type { Fields, Json } from '../vector-file.js';
import { NEXT_DEK } from '../worlds.js';
import { rowLine } from './lines.js';

const [BODY, STARS, FOLDER] = CELLS as [number[], number[], number[]];
const LATER = stamp(TIME + 1000);
const [HELLO, EDITED] = ['hello', 'edited'];

/** Each with a nonce of its own. */
function seal(name: string, sealing: Sealing): string {
  return base64url(envelope({ nonce: named(`nonce of export ${name}`, 24), ...sealing }));
}

export const rowOf = (id: string, change: Fields = {}): Fields => ({
  id,
  body: HELLO,
  stars: 5,
  folder: 'inbox',
  owner: 'ada',
  ...change,
});

const servedAs = (id: string, payload: Json, change: Fields = {}): Fields =>
  served(payload, { id, ...change });

const PLAIN = seal('plain', { rowId: 'n1' });
const DELETED = seal('deleted', {
  rowId: 'n2',
  payload: payloadBytes({ life: [2], groups: [group(LATER, [])] }),
});
/** Two devices' edits of one row: one changed the body, the other the stars. */
const BODY_EDIT = seal('body edit', {
  rowId: 'n3',
  payload: payloadBytes({
    groups: [group(AT, [STARS, FOLDER]), group(LATER, [textCell('body', EDITED)])],
  }),
});
const STARS_EDIT = seal('stars edit', {
  rowId: 'n3',
  payload: payloadBytes({
    groups: [group(AT, [BODY, FOLDER]), group(LATER, [starsCell(3)])],
  }),
});
const UNKNOWN = seal('unknown', { rowId: 'n4', dek: NEXT_DEK });

function starsCell(value: number): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = STARS;
  const id = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  return [...cell({ id, tag: 3, value: [value] })];
}

/** A table whose payload column holds bytes, with a column of the server's own. */
export const BINARY: Fields = {
  name: 'files',
  payload: 'bytes',
  columns: [column('body', 'text', 'encrypted'), column('at', 'text', 'server-owned', 'optional')],
  boundSets: [[]],
};
const FILE = envelope({
  nonce: named('nonce of export file', 24),
  tableId: 'files',
  rowId: 'f1',
  bound: [],
  payload: inserted([BODY]),
});

const bytesOf = (bytes: Uint8Array): Fields => ({ bytes: base64url(bytes) });

/** Lines, by what is in them. */
export const LINES = {
  plain: rowLine(servedAs('n1', PLAIN)),
  mismatched: rowLine(servedAs('n1', PLAIN, { folder: 'trash' })),
  moved: rowLine(servedAs('n5', PLAIN)),
  deleted: rowLine(servedAs('n2', DELETED)),
  merged: rowLine({ ...servedAs('n3', BODY_EDIT), siblings: STARS_EDIT }),
  halfMerged: rowLine({
    ...servedAs('n3', BODY_EDIT),
    siblings: `${STARS_EDIT.slice(0, -4)}AAAA ${STARS_EDIT}`,
  }),
  siblingOnly: rowLine({
    ...servedAs('n3', `${BODY_EDIT.slice(0, -4)}AAAA`),
    siblings: STARS_EDIT,
  }),
  manySiblings: rowLine({
    ...servedAs('n3', BODY_EDIT),
    siblings: Array(65).fill(STARS_EDIT).join(' '),
  }),
  unknown: rowLine(servedAs('n4', UNKNOWN)),
  ofNoTable: rowLine(servedAs('n1', PLAIN), 'tasks'),
  binary: rowLine(
    { id: 'f1', payload: bytesOf(FILE), at: { timestamp: '2026-01-02T03:04:05.678Z' } },
    'files',
  ),
} as const;

/** What a line gives. */
export const ENTRIES = {
  plain: opened('n1', rowOf('n1')),
  deleted: opened('n2', null),
  merged: opened('n3', rowOf('n3', { body: EDITED, stars: 3 })),
  halfMerged: opened('n3', rowOf('n3', { body: EDITED, stars: 3 }), ['ROW_AUTH_FAILED']),
  siblingOnly: opened('n3', rowOf('n3', { stars: 3 }), ['ROW_AUTH_FAILED']),
  manySiblings: opened('n3', rowOf('n3', { body: EDITED, stars: 3 }), ['LIMIT_EXCEEDED']),
  binary: { ...opened('f1', { id: 'f1', body: HELLO }), table: 'files' },
  moved: { expect: 'ROW_AUTH_FAILED' },
  unknown: { expect: 'UNKNOWN_KEY' },
  ofNoTable: { expect: 'UNSUPPORTED_VERSION' },
  damaged: { expect: 'EXPORT_DAMAGED' },
} as const;

function opened(id: string, row: Fields | null, refusals: readonly string[] = []): Fields {
  return { expect: 'success', table: 'notes', id, row, refusals };
}
