/** Checks 12, 13 and 17, headers that follow the pinned one, and pins that do not parse. */
import { named } from '../bytes.js';
import type { NamedScenario } from '../rows/scenario.js';
import { type HeaderParts, headerText, pinText, successor } from '../vault.js';
import { holds } from '../vector-file.js';
import {
  DEK,
  FIRST,
  later,
  NEXT_DEK,
  REKEYED,
  RETIRED_AT,
  SECOND,
  THIRD_DEK,
  VAULT_KEY,
} from '../worlds.js';
import {
  BASE,
  HEADER_CHECKS as CHECKS,
  type HeaderVector,
  type Held,
  OPEN,
  openedHeader,
  refusedHeader,
} from './scenario.js';

const pinOf = (parts: HeaderParts): string => pinText(headerText(parts));

const fork = (parts: HeaderParts): HeaderParts => ({
  ...parts,
  nonce: named('nonce of the other branch', 24),
});

const ROTATED: Held = {
  keys: [
    { dek: NEXT_DEK, status: 1 },
    { dek: DEK, status: 2, stamp: RETIRED_AT },
  ],
};

const REVOKED: Held = {
  keys: [
    { dek: THIRD_DEK, status: 1 },
    { dek: NEXT_DEK, status: 3, stamp: RETIRED_AT },
    { dek: DEK, status: 3, stamp: RETIRED_AT },
  ],
  earlier: [VAULT_KEY],
};

const SUCCEEDS = holds(
  '8',
  "- 1 to 32 and its predecessor number `d`, counting from 1, is the pin's hash; or",
);

function follows(
  name: string,
  comment: string,
  header: HeaderParts,
  pin: HeaderParts,
  held: Held,
  vector: Partial<HeaderVector> = {},
) {
  return openedHeader(
    name,
    header,
    { comment, holds: SUCCEEDS, pin: pinOf(pin), open: OPEN.secret, ...vector },
    held,
  );
}

const accepted = [
  follows(
    'pinned-header-itself',
    'the pinned header itself',
    FIRST,
    FIRST,
    {},
    { holds: holds('8', '- 0 and the hashes are equal; or') },
  ),
  openedHeader(
    'empty-pin',
    SECOND,
    {
      comment: 'an empty text is no pin: the device saw no header before',
      holds: CHECKS[12],
      open: OPEN.secret,
      pin: '',
    },
    ROTATED,
  ),
  follows('next-header', 'the header after the pinned one', SECOND, FIRST, ROTATED),
  follows('two-later', 'two headers after the pinned one', REKEYED, FIRST, REVOKED),
  follows(
    'new-vault-key',
    'a new vault key, and the pinned one among the earlier',
    REKEYED,
    SECOND,
    REVOKED,
    { holds: CHECKS[18] },
  ),
  follows('32-later', '32 headers after the pinned one', later(FIRST, 32), FIRST, {}),
  follows(
    '33-later',
    '33 headers after the pinned one, out of reach of its predecessors',
    later(FIRST, 33),
    FIRST,
    {},
    { holds: holds('8', '- above 32. Then only the MAC and check 18 speak for it.') },
  ),
  follows(
    'pinned-meanwhile',
    'another tab pinned this very header meanwhile',
    SECOND,
    FIRST,
    ROTATED,
    { pinMeanwhile: pinOf(SECOND), holds: CHECKS[17] },
  ),
  openedHeader(
    'first-use-pinned-meanwhile',
    SECOND,
    {
      comment: 'there was no pin, and meanwhile the header before was pinned',
      holds: CHECKS[17],
      open: OPEN.secret,
      pinMeanwhile: pinOf(FIRST),
    },
    ROTATED,
  ),
];

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

const anotherVault: HeaderParts = { ...BASE, vaultId: named('another vault', 16) };

const withoutSecret = [
  refused(
    'another-vault',
    'VAULT_MISMATCH',
    12,
    'the header of another vault',
    anotherVault,
    BASE,
    { open: OPEN.password },
  ),
  refused(
    'another-vault-of-lower-epoch',
    'VAULT_MISMATCH',
    12,
    'check 12 comes before check 13',
    anotherVault,
    SECOND,
    { open: OPEN.password },
  ),
  refused(
    'earlier-header',
    'HEADER_ROLLBACK',
    13,
    'a header before the pinned one',
    BASE,
    successor(BASE),
    { open: OPEN.password },
  ),
  refused(
    'earlier-header-wrong-password',
    'HEADER_ROLLBACK',
    13,
    'check 13 comes before check 14',
    BASE,
    successor(BASE),
    { open: { password: 'another password' } },
  ),
  refused(
    'earlier-vault-key',
    'HEADER_ROLLBACK',
    13,
    'a header under the vault key before',
    SECOND,
    REKEYED,
  ),
];

const meanwhile = [
  refused(
    'far-later-header-meanwhile',
    'HEADER_ROLLBACK',
    17,
    'a header more than 32 epochs later was pinned meanwhile, which names this one no more',
    SECOND,
    FIRST,
    { pinMeanwhile: pinOf(later(SECOND, 33)) },
  ),
  refused(
    'header-32-later-meanwhile',
    'HEADER_CONFLICT',
    17,
    'a header 32 epochs later was pinned meanwhile, which names this one last',
    SECOND,
    FIRST,
    { pinMeanwhile: pinOf(later(SECOND, 32)) },
  ),
  refused(
    'another-vault-meanwhile',
    'VAULT_MISMATCH',
    17,
    'another vault was pinned meanwhile',
    SECOND,
    FIRST,
    { pinMeanwhile: pinOf(anotherVault) },
  ),
  refused(
    'later-header-meanwhile',
    'HEADER_CONFLICT',
    17,
    'the header after this one was pinned meanwhile',
    SECOND,
    FIRST,
    { pinMeanwhile: pinOf(REKEYED) },
  ),
  refused(
    'later-branch-meanwhile',
    'HEADER_ROLLBACK',
    17,
    'a later header of another branch was pinned meanwhile',
    SECOND,
    FIRST,
    { pinMeanwhile: pinOf(later(fork(SECOND), 1)) },
  ),
  refused(
    'other-branch-meanwhile',
    'HEADER_CONFLICT',
    19,
    'a header of another branch was pinned meanwhile',
    SECOND,
    FIRST,
    { pinMeanwhile: pinOf(fork(SECOND)) },
  ),
];

export const pinnedVectors: readonly NamedScenario[] = [
  ...accepted,
  ...withoutSecret,
  ...meanwhile,
];
