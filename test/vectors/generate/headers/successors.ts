/** Checks 18 and 19: headers that do not follow the pinned one. */
import { named } from '../bytes.js';
import type { NamedScenario } from '../rows/scenario.js';
import { type HeaderParts, headerText, pinText, successor } from '../vault.js';
import {
  FIRST,
  later,
  NEXT_VAULT_KEY,
  REKEYED,
  recoverySlot,
  SECOND,
  secretSlot,
} from '../worlds.js';
import { HEADER_CHECKS as CHECKS, type HeaderVector, OPEN, refusedHeader } from './scenario.js';

const pinOf = (parts: HeaderParts): string => pinText(headerText(parts));

const fork = (parts: HeaderParts): HeaderParts => ({
  ...parts,
  nonce: named('nonce of the other branch', 24),
});

function refused(
  name: string,
  code: string,
  check: keyof typeof CHECKS & number,
  comment: string,
  header: HeaderParts,
  pin: HeaderParts,
  vector: Partial<HeaderVector> = {},
) {
  return refusedHeader(name, code, check, {
    comment,
    holds: CHECKS[check],
    header: headerText(header),
    pin: pinOf(pin),
    open: OPEN.secret,
    ...vector,
  });
}

const newKey = (parts: HeaderParts): HeaderParts => ({
  ...parts,
  vaultKey: NEXT_VAULT_KEY,
  slots: [recoverySlot(NEXT_VAULT_KEY), secretSlot(NEXT_VAULT_KEY)],
});

const withSecret = [
  refused(
    'new-vault-key-from-nowhere',
    'HEADER_ROLLBACK',
    18,
    'another vault key, and the pinned one is not among the earlier',
    newKey(SECOND),
    FIRST,
  ),
  refused(
    'new-vault-key-from-nowhere-40-later',
    'HEADER_ROLLBACK',
    18,
    'the same, out of reach of the predecessors',
    newKey(later(FIRST, 40)),
    FIRST,
  ),
  refused(
    'old-vault-key-beyond',
    'HEADER_ROLLBACK',
    18,
    'the vault key before, with a later epoch',
    later(SECOND, 3),
    REKEYED,
  ),
  refused(
    'old-vault-key-40-later',
    'HEADER_ROLLBACK',
    18,
    'the vault key before, with an epoch out of reach',
    later(SECOND, 41),
    REKEYED,
  ),
  refused('another-branch', 'HEADER_CONFLICT', 19, 'one epoch, two headers', fork(SECOND), SECOND),
  refused(
    'one-later-of-another-branch',
    'HEADER_CONFLICT',
    19,
    'one later, after another header',
    successor(fork(SECOND)),
    SECOND,
  ),
  refused(
    '32-later-of-another-branch',
    'HEADER_CONFLICT',
    19,
    '32 later, after another header',
    later(fork(SECOND), 32),
    SECOND,
  ),
  refused(
    'pinned-hash-at-another-place',
    'HEADER_CONFLICT',
    19,
    'the pinned hash is the latest predecessor of a header two later',
    { ...later(FIRST, 2), predecessors: [...later(FIRST, 2).predecessors].reverse() },
    FIRST,
  ),
  refused(
    'tampered-and-another-branch',
    'HEADER_TAMPERED',
    15,
    'check 15 comes before check 19',
    { ...fork(SECOND), mac: named('MAC', 32) },
    SECOND,
  ),
];

export const successorVectors: readonly NamedScenario[] = [...withSecret];
