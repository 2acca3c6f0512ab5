/** Checks 15 and 16: the vault key, the MAC and the keyset, changed with and without the vault key. */
import { stamp } from '../../../support/payload-bytes.js';
import { type Bytes, base64url, join, named } from '../bytes.js';
import type { NamedScenario } from '../rows/scenario.js';
import { slotBytes } from '../slots.js';
import {
  dataKey,
  type HeaderParts,
  headerBytes,
  headerFields,
  keysetBytes,
  macOf,
} from '../vault.js';
import type { Fields } from '../vector-file.js';
import {
  DEK,
  FIRST,
  NEXT_DEK,
  NEXT_VAULT_KEY,
  RETIRED_AT,
  secretSlot,
  VAULT_ID,
} from '../worlds.js';
import {
  BASE,
  HEADER_CHECKS as CHECKS,
  type HeaderVector,
  type Held,
  OPEN,
  openedHeader,
  passwordSlot,
  refusedHeader,
} from './scenario.js';

function opens(
  name: string,
  comment: string,
  parts: HeaderParts,
  open: Fields,
  vector: Partial<HeaderVector> = {},
  held: Held = {},
) {
  return openedHeader(name, parts, { comment, holds: CHECKS[14], open, ...vector }, held);
}

const unknownSlots = [0, 4, 255].map((type) =>
  slotBytes(type, named(`slot of type ${type}`, 8), named('a body', 5 * type)),
);

const flip = (bytes: Bytes, at: number): Bytes =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

const honest = headerBytes(BASE);

const oldMac = honest.slice(-32);

const keysetAt = headerFields(BASE).length;

const oldKeyset = honest.slice(keysetAt + 2, -32);

const withOldMac = (name: string, what: string, change: Partial<HeaderParts>) =>
  tampered(`${name}-old-mac`, 15, `${what}; keyset and MAC are as they were`, {
    ...BASE,
    sealedKeyset: oldKeyset,
    ...change,
    mac: oldMac,
  });

const withNewMac = (name: string, what: string, change: Partial<HeaderParts>) =>
  tampered(`${name}-new-mac`, 16, `${what}; the MAC is made anew, the keyset is as it was`, {
    ...BASE,
    sealedKeyset: oldKeyset,
    ...change,
  });

function tampered(
  name: string,
  check: 15 | 16,
  comment: string,
  parts: HeaderParts,
): NamedScenario {
  return refusedHeader(name, 'HEADER_TAMPERED', check, {
    comment,
    holds: CHECKS[check],
    header: base64url(headerBytes(parts)),
    open: OPEN.secret,
  });
}

const CHANGES: readonly (readonly [string, string, Partial<HeaderParts>])[] = [
  ['epoch', 'the epoch is 2, with a predecessor', { epoch: 2, predecessors: [named('hash', 32)] }],
  [
    'slot-order',
    'two slots are swapped',
    { slots: [passwordSlot(), ...[...FIRST.slots].reverse()] },
  ],
  ['slot-removed', 'a slot is removed', { slots: FIRST.slots }],
  [
    'slot-added',
    'a slot of an unknown type is added',
    { slots: [...BASE.slots, unknownSlots[0] as Bytes] },
  ],
  [
    'unused-slot',
    'a slot that is not opened is changed',
    { slots: [flip(passwordSlot(), 40), ...FIRST.slots] },
  ],
  ['extension-added', 'an extension is added', { extensions: join([1, 0, 1, 0, 0]) }],
];

const changed = [
  ...CHANGES.map(([name, what, change]) => withOldMac(name, what, change)),
  ...CHANGES.map(([name, what, change]) => withNewMac(name, what, change)),
  ...CHANGES.map(([name, what, change]) =>
    opens(
      `${name}-all-new`,
      `${what}; keyset and MAC are made anew by somebody with the vault key`,
      { ...BASE, ...change },
      OPEN.secret,
      { holds: CHECKS[15] },
      { extensions: name === 'extension-added' ? [{ id: 1, bytes: '' }] : [] },
    ),
  ),
  withOldMac('vault-key-id', 'the vault-key id is changed', { vaultKeyId: named('an id', 32) }),
  tampered(
    'vault-key-id-all-new',
    15,
    'the vault-key id is changed; keyset and MAC are made anew',
    { ...BASE, vaultKeyId: named('an id', 32) },
  ),
  withOldMac('keyset-nonce', 'the nonce of the keyset is changed', {
    sealedKeyset: flip(oldKeyset, 0),
  }),
  withOldMac('keyset-ciphertext', 'the ciphertext of the keyset is changed', {
    sealedKeyset: flip(oldKeyset, 24),
  }),
  withNewMac('keyset-nonce', 'the nonce of the keyset is changed', {
    sealedKeyset: flip(oldKeyset, 0),
  }),
  withNewMac('keyset-ciphertext', 'the ciphertext of the keyset is changed', {
    sealedKeyset: flip(oldKeyset, 24),
  }),
  withNewMac('keyset-tag', 'the tag of the keyset is changed', {
    sealedKeyset: flip(oldKeyset, oldKeyset.length - 1),
  }),
  withNewMac('keyset-of-no-bytes', 'a nonce and a tag, and nothing between', {
    sealedKeyset: named('40 bytes', 40),
  }),
  tampered('mac-flipped', 15, 'a bit of the MAC is flipped', { ...BASE, mac: flip(oldMac, 31) }),
  tampered('mac-of-another-key', 15, 'the MAC of another vault key', {
    ...BASE,
    mac: macOf(NEXT_VAULT_KEY, VAULT_ID, honest.slice(0, -32)),
  }),
  tampered('mac-of-zeros', 15, 'a MAC of zeros', { ...BASE, mac: new Uint8Array(32) }),
  tampered(
    'slot-of-another-vault-key',
    15,
    'the slot wraps another vault key than the header names',
    { ...FIRST, slots: [FIRST.slots[0] as Bytes, secretSlot(NEXT_VAULT_KEY)] },
  ),
];

const one = dataKey(DEK, 1);

const rotated = (dek: Bytes, at = RETIRED_AT): Bytes => dataKey(dek, 2, at);

const many = [...Array(256).keys()].map((i) => rotated(named(`DEK ${i}`, 32)));

const keysets = (
  [
    ['no-key', 'a keyset without a DEK', keysetBytes([])],
    ['first-rotated', 'a keyset whose first DEK is rotated', keysetBytes([rotated(DEK)])],
    ['two-primary', 'a keyset with two primary DEKs', keysetBytes([one, dataKey(NEXT_DEK, 1)])],
    [
      'status-0',
      'a keyset with a status that is not assigned',
      keysetBytes([one, dataKey(NEXT_DEK, 0, RETIRED_AT)]),
    ],
    ['key-twice', 'a keyset that holds a DEK twice', keysetBytes([one, rotated(DEK)])],
    [
      'earlier-twice',
      'a keyset that holds an earlier vault key twice',
      keysetBytes([one], [NEXT_VAULT_KEY, NEXT_VAULT_KEY]),
    ],
    [
      'late-stamp',
      'a keyset with a stamp of 2^47 ms',
      keysetBytes([one, rotated(NEXT_DEK, Uint8Array.from(stamp(2 ** 47)))]),
    ],
    ['257-keys', 'a keyset of 257 DEKs', keysetBytes([one, ...many])],
    [
      'first-byte',
      'a keyset with the first byte of a header',
      join([2], keysetBytes([one]).slice(1)),
    ],
    ['trailing-byte', 'a keyset with a byte after its end', join(keysetBytes([one]), [0])],
    ['cut', 'a keyset that ends too early', keysetBytes([one]).slice(0, -1)],
    ['empty', 'a keyset of no bytes, sealed', join()],
  ] as const
).map(([name, comment, keyset]) => tampered(`keyset-${name}`, 16, comment, { ...BASE, keyset }));

export const tamperingVectors: readonly NamedScenario[] = [...changed, ...keysets];
