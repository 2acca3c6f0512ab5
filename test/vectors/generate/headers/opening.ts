/** Checks 14 to 16: secrets, the vault key, the MAC and the keyset. */
import { stamp } from '../../../support/payload-bytes.js';
import { recoveryText } from '../bech32m.js';
import { type Bytes, base64url, hex, join, named } from '../bytes.js';
import type { NamedScenario } from '../rows/scenario.js';
import { slotBytes, slotParts } from '../slots.js';
import {
  dataKey,
  type HeaderParts,
  headerBytes,
  headerFields,
  headerText,
  keysetBytes,
  macOf,
} from '../vault.js';
import { type Fields, holds } from '../vector-file.js';
import {
  DEK,
  FIRST,
  NEXT_DEK,
  NEXT_VAULT_KEY,
  PASSWORD,
  RECOVERY_SECRET,
  RETIRED_AT,
  recoverySlot,
  secretSlot,
  THIRD_DEK,
  VAULT_ID,
  VAULT_KEY,
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
import { filledParts } from './structure.js';

const SECRET_ROW =
  "| secret | 3 | 32 uniformly random bytes: a passkey's PRF output, a device key |";
const NEXT_SLOT = holds(
  '6',
  'If step 2 or 3 fails, the next slot is tried; if none is left, refuse with `UNLOCK_FAILED`. Which step failed MUST NOT be told.',
);
const KEPT = holds(
  '6',
  'A reader MUST keep such a slot byte by byte, MUST NOT try to open it, and does not look into its body.',
);
const FREE = holds(
  '8',
  'The order of the slots is free. No two have one id. At most one is a password slot.',
);

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

const anotherSecret = secretSlot(VAULT_KEY, {
  parts: slotParts('another slot', 3),
  secret: named('another secret', 32),
});
const unknownSlots = [0, 4, 255].map((type) =>
  slotBytes(type, named(`slot of type ${type}`, 8), named('a body', 5 * type)),
);
const damaged = secretSlot(VAULT_KEY, {
  parts: slotParts('a damaged slot', 3),
  change: { sealedKey: named('noise', 48) },
});
const sixteen = [...Array(13).keys()].map((i) =>
  secretSlot(VAULT_KEY, { parts: slotParts(`slot ${i}`, 3), secret: named(`secret ${i}`, 32) }),
);
const extensions = join([2, 0, 1, 0, 0], [0xff, 0xff, 0, 3, 1, 2, 3]);
const LAST_STAMP = Uint8Array.from(stamp(2 ** 47 - 1, 65_535));

const opened = [
  opens('opened-by-password', 'a password at the least costs', BASE, OPEN.password),
  opens(
    'opened-by-password-with-other-space',
    'the password with another space',
    BASE,
    { password: PASSWORD.replace(' ', '\u00a0') },
    { holds: holds('4', 'Each of these characters becomes U+0020:') },
  ),
  opens('opened-by-recovery-key', 'a recovery key', BASE, OPEN.recoveryKey),
  opens(
    'opened-by-recovery-key-as-typed',
    'a recovery key in lower case and without hyphens',
    BASE,
    { recoveryKey: recoveryText(RECOVERY_SECRET).toLowerCase() },
    { holds: holds('5', 'Remove white space and the hyphens U+002D and U+2010–U+2015.') },
  ),
  opens('opened-by-secret', 'a secret', BASE, OPEN.secret, { holds: holds('6', SECRET_ROW) }),
  opens(
    'second-secret-slot',
    'the second of two secret slots',
    { ...FIRST, slots: [anotherSecret, ...FIRST.slots] },
    OPEN.secret,
    { holds: NEXT_SLOT },
  ),
  opens(
    'damaged-slot-first',
    'the first secret slot is damaged, the second is not',
    { ...FIRST, slots: [damaged, ...FIRST.slots] },
    OPEN.secret,
    { holds: NEXT_SLOT },
  ),
  opens(
    'slots-in-another-order',
    'the password slot stands last',
    { ...BASE, slots: [...FIRST.slots, passwordSlot()] },
    OPEN.password,
    { holds: FREE },
  ),
  opens(
    'unknown-slots',
    'slots of types that are not assigned',
    { ...BASE, slots: [...unknownSlots, ...BASE.slots] },
    OPEN.secret,
    { holds: KEPT },
  ),
  opens(
    '16-slots',
    '16 slots, the last of which opens',
    {
      ...FIRST,
      slots: [...sixteen, FIRST.slots[0] as Bytes, passwordSlot(), FIRST.slots[1] as Bytes],
    },
    OPEN.secret,
    { holds: CHECKS[5] },
  ),
  opens(
    'info-256',
    '256 bytes of info',
    {
      ...FIRST,
      slots: [secretSlot(VAULT_KEY, { parts: slotParts('a slot', 3, named('info', 256)) })],
    },
    OPEN.secret,
    { holds: CHECKS[6] },
  ),
  opens(
    'extensions',
    'extensions that need not be known',
    { ...BASE, extensions },
    OPEN.recoveryKey,
    { holds: CHECKS[10] },
    {
      extensions: [
        { id: 1, bytes: '' },
        { id: 65_535, bytes: '010203' },
      ],
    },
  ),
  opens('longest-header', '65,536 bytes', filledParts(65_536), OPEN.recoveryKey, {
    holds: CHECKS[1],
  }),
  opens(
    'greatest-epoch',
    'epoch 4,294,967,295 with 32 predecessors',
    {
      ...BASE,
      epoch: 4_294_967_295,
      predecessors: [...Array(32).keys()].map((i) => named(`hash ${i}`, 32)),
    },
    OPEN.secret,
    { holds: CHECKS[4] },
  ),
  opens(
    'epoch-33',
    'epoch 33 with 32 predecessors',
    { ...BASE, epoch: 33, predecessors: [...Array(32).keys()].map((i) => named(`hash ${i}`, 32)) },
    OPEN.secret,
    { holds: CHECKS[4] },
  ),
  opens(
    'keyset-of-all-statuses',
    'rotated and revoked DEKs and an earlier vault key',
    {
      ...BASE,
      keyset: keysetBytes(
        [dataKey(DEK, 1), dataKey(NEXT_DEK, 2, RETIRED_AT), dataKey(THIRD_DEK, 3, LAST_STAMP)],
        [NEXT_VAULT_KEY],
      ),
    },
    OPEN.secret,
    { holds: CHECKS[16] },
    {
      keys: [
        { dek: DEK, status: 1 },
        { dek: NEXT_DEK, status: 2, stamp: RETIRED_AT },
        { dek: THIRD_DEK, status: 3, stamp: LAST_STAMP },
      ],
      earlier: [NEXT_VAULT_KEY],
    },
  ),
];

const locked = (name: string, comment: string, parts: HeaderParts, open: Fields) =>
  refusedHeader(name, 'UNLOCK_FAILED', 14, {
    comment,
    holds: [...CHECKS[14], ...NEXT_SLOT],
    header: headerText(parts),
    open,
  });
const flip = (bytes: Bytes, at: number): Bytes =>
  bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));
const secret = FIRST.slots[1] as Bytes;
/** Offsets in the secret slot, whose info has five bytes. */
const FIELDS = [
  ['id', 1],
  ['info', 13],
  ['salt', 18],
  ['commitment', 34],
  ['nonce', 66],
  ['sealed-key', 90],
  ['sealed-key-tag', 137],
] as const;

const unlocked = [
  locked('wrong-password', 'another password', BASE, { password: `${PASSWORD}.` }),
  locked('wrong-case', 'the password in upper case', BASE, { password: PASSWORD.toUpperCase() }),
  locked('wrong-recovery-key', 'the recovery key of another vault', BASE, {
    recoveryKey: recoveryText(named('another recovery key', 16)),
  }),
  locked('wrong-secret', 'another secret', BASE, { secret: hex(named('another secret', 32)) }),
  locked('no-slot-of-its-type', 'a password, and no password slot', FIRST, OPEN.password),
  locked(
    'only-unknown-slots',
    'nothing but slots of types that are not assigned',
    { ...BASE, slots: unknownSlots },
    OPEN.secret,
  ),
  locked(
    'slot-of-another-vault',
    'the slot of another vault with the same secret',
    { ...FIRST, slots: [secretSlot(VAULT_KEY, { vaultId: named('another vault', 16) })] },
    OPEN.secret,
  ),
  locked(
    'vault-id-changed',
    'the vault id is changed, keyset and MAC made anew',
    { ...BASE, vaultId: flip(VAULT_ID, 0) },
    OPEN.secret,
  ),
  ...FIELDS.map(([field, at]) =>
    locked(
      `slot-${field}-changed`,
      `${field} of the slot is changed, keyset and MAC made anew`,
      { ...FIRST, slots: [flip(secret, at)] },
      OPEN.secret,
    ),
  ),
  locked(
    'slot-type-changed',
    'a recovery-key slot is made a secret slot',
    { ...FIRST, slots: [flip(recoverySlot(), 0)] },
    { secret: hex(join(RECOVERY_SECRET, RECOVERY_SECRET)) },
  ),
  locked(
    'costs-changed',
    'the costs of the password slot are raised, keyset and MAC made anew',
    { ...BASE, slots: [flip(passwordSlot(), 11 + 2 + 2 + 2)] },
    OPEN.password,
  ),
  refusedHeader('recovery-key-typo', 'RECOVERY_KEY_TYPO', undefined, {
    comment: 'two characters of the recovery key are swapped',
    holds: holds('5', '| 2 | the checksum | `RECOVERY_KEY_TYPO` |'),
    open: { recoveryKey: swapped(recoveryText(RECOVERY_SECRET)) },
  }),
  refusedHeader('recovery-key-of-later-version', 'UNSUPPORTED_VERSION', undefined, {
    comment: 'a recovery key of a later version',
    holds: holds('5', '| 3 | version 00 (the first symbol is below 8) | `UNSUPPORTED_VERSION` |'),
    open: { recoveryKey: recoveryText(RECOVERY_SECRET, 1) },
  }),
  refusedHeader('password-refused', 'PASSWORD_REFUSED', undefined, {
    comment: 'a password with a line break',
    holds: holds('4', 'Refuse text with any of U+0000–U+001F and U+007F–U+009F.'),
    open: { password: `${PASSWORD}\n` },
  }),
];

function swapped(text: string): string {
  const at = [...text].findIndex((character, i) => character !== text[i + 1]);
  return text.slice(0, at) + text[at + 1] + text[at] + text.slice(at + 2);
}

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

export const openingVectors: readonly NamedScenario[] = [
  ...[...opened, ...unlocked, ...changed, ...keysets],
];
