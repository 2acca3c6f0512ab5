/** Check 12: rows under DEKs that stopped being primary. */
import {
  type Bytes as ByteList,
  cell,
  group,
  payloadBytes,
  stamp,
} from '../../../support/payload-bytes.js';
import { hex, join, named } from '../bytes.js';
import { type Fields, holds, type Json } from '../vector-file.js';
import { DEK, NEXT_DEK } from '../worlds.js';
import { AT, AT_HEX, byId, CELLS, TIME } from './notes.js';
import { CHECKS, type NamedScenario, openedRow, refusedRow } from './scenario.js';

const BEFORE = stamp(TIME - 1);
const LATER = stamp(TIME + 1);
const writer = (byte: number): ByteList => [...AT.slice(0, 15), byte];
const keys = (status: string, retiredAt: ByteList): Json => [
  { dek: hex(NEXT_DEK), status: 'primary' },
  { dek: hex(DEK), status, stamp: hex(retiredAt) },
];
const LATE = { findings: [{ code: 'retired-key' }] };
const REVOKED = CHECKS[12];
const ROTATED = holds('13', 'Under a rotated DEK a later stamp is a finding (`retired-key`).');

/** One column was written later than the life. */
const edited = payloadBytes({
  groups: [
    group(AT, byId([CELLS[0] as ByteList, CELLS[2] as ByteList])),
    group(LATER, [CELLS[1] as ByteList]),
  ],
});
const unknownLater = payloadBytes({
  groups: [group(AT, byId(CELLS)), group(LATER, [cell({ id: 9, tag: 2, value: [] })])],
});
const deleted = payloadBytes({ life: [2], groups: [group(LATER, [])] });
const stamps: Fields = { body: AT_HEX, stars: hex(LATER), folder: AT_HEX, owner: AT_HEX };

export const keyVectors: readonly NamedScenario[] = [
  openedRow('rotated-before', {
    comment: 'stamped before its DEK was rotated',
    holds: ROTATED,
    keys: keys('rotated', LATER),
  }),
  openedRow('rotated-same-stamp', {
    comment: 'stamped at the stamp of the rotation',
    holds: ROTATED,
    keys: keys('rotated', AT),
  }),
  openedRow(
    'rotated-later',
    { comment: 'stamped after its DEK was rotated', holds: ROTATED, keys: keys('rotated', BEFORE) },
    LATE,
  ),
  openedRow(
    'rotated-column-later',
    {
      comment: 'one column stamped after the rotation',
      holds: ROTATED,
      keys: keys('rotated', AT),
      sealing: { payload: edited },
    },
    { ...LATE, stamps },
  ),
  openedRow('revoked-before', {
    comment: 'stamped before its DEK was revoked',
    holds: REVOKED,
    keys: keys('revoked', LATER),
  }),
  openedRow('revoked-same-stamp', {
    comment: 'stamped at the very stamp of the revocation',
    holds: REVOKED,
    keys: keys('revoked', AT),
  }),
  openedRow('revoked-later-writer', {
    comment: 'the same tick, and a writer id that sorts later, on the side of the key',
    holds: REVOKED,
    keys: keys('revoked', writer(9)),
  }),
  refusedRow('revoked-earlier-writer', 'KEY_RETIRED', 12, {
    comment: 'the same tick, and a writer id that sorts later, on the side of the row',
    holds: REVOKED,
    keys: keys('revoked', writer(7)),
  }),
  refusedRow('revoked-later', 'KEY_RETIRED', 12, {
    comment: 'stamped after its DEK was revoked',
    holds: REVOKED,
    keys: keys('revoked', BEFORE),
  }),
  refusedRow('revoked-column-later', 'KEY_RETIRED', 12, {
    comment: 'one column stamped after the revocation',
    holds: REVOKED,
    keys: keys('revoked', AT),
    sealing: { payload: edited },
  }),
  refusedRow('revoked-unknown-column-later', 'KEY_RETIRED', 12, {
    comment: 'a column that the declaration does not have, stamped after the revocation',
    holds: REVOKED,
    keys: keys('revoked', AT),
    sealing: { payload: unknownLater },
  }),
  refusedRow('revoked-delete-later', 'KEY_RETIRED', 12, {
    comment: 'a delete after the revocation: check 12 comes before check 13',
    holds: [...REVOKED, ...CHECKS[13]],
    keys: keys('revoked', AT),
    sealing: { payload: deleted },
  }),
  refusedRow('revoked-later-and-malformed', 'ROW_MALFORMED', 11, {
    comment: 'check 11 comes before check 12',
    holds: [...CHECKS[11], ...REVOKED],
    keys: keys('revoked', BEFORE),
    sealing: { payload: join(edited, [1]) },
  }),
  openedRow(
    'revoked-later-accepted',
    {
      comment: 'stamped after its DEK was revoked, and the app accepts it',
      holds: REVOKED,
      keys: keys('revoked', BEFORE),
      acceptRetired: true,
    },
    LATE,
  ),
  refusedRow('revoked-other-key', 'UNKNOWN_KEY', 6, {
    comment: 'a DEK that is no longer in the keyset',
    holds: CHECKS[6],
    keys: [{ dek: hex(NEXT_DEK), status: 'primary' }],
  }),
  openedRow('third-key', {
    comment: 'the DEK stands last of three',
    holds: holds(
      '7',
      'The order of the other DEKs and of earlier vault keys is free; a writer keeps it.',
    ),
    keys: [
      { dek: hex(NEXT_DEK), status: 'primary' },
      { dek: hex(named('another DEK', 32)), status: 'rotated', stamp: hex(BEFORE) },
      { dek: hex(DEK), status: 'revoked', stamp: hex(LATER) },
    ],
  }),
];
