/** Sections 8 and 15: what follows what, fingerprints and pins. */

import { base64url, hex, join, named } from '../bytes.js';
import { encodeBase32 } from '../crockford.js';
import { filledParts } from '../headers/structure.js';
import {
  dataKey,
  type HeaderParts,
  hashOf,
  headerBytes,
  headerText,
  keysetBytes,
  pinText,
  successor,
} from '../vault.js';
import {
  group,
  holds,
  invalid,
  type Json,
  type Operation,
  shortened,
  type Test,
  valid,
} from '../vector-file.js';
import {
  DEK,
  FIRST,
  later,
  NEXT_VAULT_KEY,
  REKEYED,
  recoverySlot,
  SECOND,
  secretSlot,
} from '../worlds.js';

const fork = (parts: HeaderParts): HeaderParts => ({
  ...parts,
  nonce: named('nonce of the other branch', 24),
});
const otherVault: HeaderParts = { ...FIRST, vaultId: named('another vault', 16) };
/** A header under another vault key that does not hold the pinned one. */
const underNewKey = (parts: HeaderParts): HeaderParts => ({
  ...parts,
  vaultKey: NEXT_VAULT_KEY,
  slots: [recoverySlot(NEXT_VAULT_KEY), secretSlot(NEXT_VAULT_KEY)],
});

const inputs = (header: HeaderParts, pin: HeaderParts) => ({
  header: headerText(header),
  pin: pinText(headerText(pin)),
  vaultKey: hex(header.vaultKey),
});
const accepted = (comment: string, header: HeaderParts, pin: HeaderParts): Test =>
  valid(comment, inputs(header, pin), {});
const refused = (comment: string, header: HeaderParts, pin: HeaderParts, code: string): Test =>
  invalid(comment, inputs(header, pin), code);

const conflict = 'HEADER_CONFLICT';
const rollback = 'HEADER_ROLLBACK';
const wrongOrder: HeaderParts = {
  ...later(FIRST, 2),
  predecessors: [...later(FIRST, 2).predecessors].reverse(),
};

export const successorVectors: Operation = {
  name: 'successors',
  algorithm: 'successors of a pinned header',
  holds: holds(
    '8',
    '- 0 and the hashes are equal; or',
    "- 1 to 32 and its predecessor number `d`, counting from 1, is the pin's hash; or",
    '- above 32. Then only the MAC and check 18 speak for it.',
    '| 12 | same vault id as the pin, if there is one | `VAULT_MISMATCH` |',
    "| 13 | epoch not below the pin's | `HEADER_ROLLBACK` |",
    '| 18 | the vault key is the pinned one, or the keyset holds the pinned one as an earlier vault key | `HEADER_ROLLBACK` |',
    '| 19 | the header succeeds the pinned one | `HEADER_CONFLICT` |',
  ),
  flags: {},
  groups: [
    group('AcceptHeader', [
      accepted('the pinned header', FIRST, FIRST),
      accepted('the next one', SECOND, FIRST),
      accepted('two later', later(SECOND, 1), FIRST),
      accepted('32 later', later(FIRST, 32), FIRST),
      accepted('33 later, out of reach', later(FIRST, 33), FIRST),
      accepted('a new vault key', REKEYED, SECOND),
      accepted('a new vault key, two later', REKEYED, FIRST),
      accepted('33 later, with a new vault key', later(REKEYED, 33), SECOND),
      accepted('33 later, of another branch', later(fork(SECOND), 33), SECOND),
      accepted(
        'the epoch moved on, beyond reach',
        { ...later(FIRST, 40), epoch: 4_294_967_295 },
        FIRST,
      ),
      refused('another vault', otherVault, FIRST, 'VAULT_MISMATCH'),
      refused('another vault, with a lower epoch', otherVault, SECOND, 'VAULT_MISMATCH'),
      refused('an earlier header', FIRST, SECOND, rollback),
      refused('an earlier header of another branch', fork(FIRST), SECOND, rollback),
      refused('an earlier header of the vault key before', SECOND, REKEYED, rollback),
      refused('the old vault key, beyond the pinned epoch', later(SECOND, 5), REKEYED, rollback),
      refused('the old vault key, 40 later', later(SECOND, 41), REKEYED, rollback),
      refused('a new vault key without the pinned one', underNewKey(SECOND), FIRST, rollback),
      refused(
        'a new vault key without the pinned one, 40 later',
        underNewKey(later(FIRST, 40)),
        FIRST,
        rollback,
      ),
      refused(
        'a new vault key with another one among the earlier',
        { ...REKEYED, keyset: keysetBytes([dataKey(DEK, 1)], [named('another vault key', 32)]) },
        SECOND,
        rollback,
      ),
      refused('one epoch, two headers', fork(SECOND), SECOND, conflict),
      refused('one later, of another branch', successor(fork(SECOND)), SECOND, conflict),
      refused('32 later, of another branch', later(fork(SECOND), 32), SECOND, conflict),
      refused('predecessors in another order', wrongOrder, FIRST, conflict),
      refused(
        'the pinned one is a predecessor at another place',
        {
          ...later(FIRST, 2),
          predecessors: [hashOf(headerText(FIRST)), named('noise', 32)],
        },
        FIRST,
        conflict,
      ),
      refused(
        'the same but for the MAC',
        { ...FIRST, mac: named('MAC', 32) },
        FIRST,
        'HEADER_TAMPERED',
      ),
    ]),
  ],
};

const described = [FIRST, SECOND, REKEYED, later(FIRST, 40)];

export const fingerprintVectors: Operation = {
  name: 'fingerprints',
  algorithm: 'fingerprints',
  holds: [
    ...holds(
      '15',
      "The **fingerprint** is the first 10 bytes of the header's hash in Crockford's base32, in four groups of four characters.",
    ),
    ...holds(
      '8',
      'As text a header is base64url of these bytes. Its **hash** is SHA-256 of all of them.',
    ),
  ],
  flags: {},
  groups: [
    group(
      'Fingerprint',
      described.map((parts) => {
        const header = headerText(parts);
        const hash = hashOf(header);
        const text = encodeBase32(hash.slice(0, 10));
        const fingerprint = (text.match(/.{4}/g) as string[]).join('-');
        return valid(`epoch ${parts.epoch}`, { header }, { hash: hex(hash), fingerprint });
      }),
    ),
  ],
};

const bytes = headerBytes(FIRST);
const pin = (...parts: readonly Iterable<number>[]): { pin: string } => ({
  pin: base64url(join(...parts)),
});
const damaged = (comment: string, inputs: { pin: Json }): Test =>
  invalid(comment, inputs, 'STORE_FAILED');

export const pinVectors: Operation = {
  name: 'pins',
  algorithm: 'pin',
  holds: holds(
    '15',
    '| 1 | first byte 0x04 |',
    '| … | the last header that the device accepted |',
    'A pin that does not parse is `STORE_FAILED`, or `UNSUPPORTED_VERSION` if its header is.',
  ),
  flags: {},
  groups: [
    group('ParsePin', [
      ...described.map((parts) =>
        valid(
          `epoch ${parts.epoch}`,
          { pin: pinText(headerText(parts)) },
          { header: headerText(parts) },
        ),
      ),
      ...[0, 1, 2, 3, 5, 0x1f, 0x20, 255].map((byte) =>
        damaged(`first byte ${byte}`, pin([byte], bytes)),
      ),
      damaged('a header in place of the pin', { pin: headerText(FIRST) }),
      damaged('no header', pin([4])),
      damaged('a header cut short', pin([4], bytes.slice(0, -1))),
      damaged('a byte after the end', pin([4], bytes, [0])),
      damaged('a first byte of no format in the header', pin([4, 0x20], bytes.slice(1))),
      damaged('a kept key in place of the header', pin([4, 5], bytes.slice(1))),
      damaged('a keyset in place of the header', pin([4, 3], bytes.slice(1))),
      damaged('17 slots', pin([4], headerBytes({ ...FIRST, slotCount: 17 }))),
      damaged('a header of 65,537 bytes', {
        pin: shortened(base64url(join([4], headerBytes(filledParts(65_537))))),
      }),
      damaged('not base64url', { pin: `${pinText(headerText(FIRST))}=` }),
      damaged('text of something else', { pin: 'null' }),
      ...[0x10, 0x1f].map((byte) =>
        invalid(
          `a header of a later version: ${byte}`,
          pin([4, byte], bytes.slice(1)),
          'UNSUPPORTED_VERSION',
        ),
      ),
      invalid(
        'a critical extension in the header',
        pin([4], headerBytes({ ...FIRST, extensions: join([1, 0, 7, 1, 0]) })),
        'UNSUPPORTED_VERSION',
      ),
    ]),
  ],
};
