import { recoveryText } from '../bech32m.js';
import { type Bytes, hex, join, named } from '../bytes.js';
import type { NamedScenario } from '../rows/scenario.js';
import { slotBytes } from '../slots.js';
import { type HeaderParts, headerText } from '../vault.js';
import { type Fields, holds } from '../vector-file.js';
import {
  FIRST,
  PASSWORD,
  RECOVERY_SECRET,
  recoverySlot,
  secretSlot,
  VAULT_ID,
  VAULT_KEY,
} from '../worlds.js';
import { BASE, HEADER_CHECKS as CHECKS, OPEN, passwordSlot, refusedHeader } from './scenario.js';

const NEXT_SLOT = holds(
  '6',
  'If step 2 or 3 fails, the next slot is tried; if none is left, refuse with `UNLOCK_FAILED`. Which step failed MUST NOT be told.',
);

const unknownSlots = [0, 4, 255].map((type) =>
  slotBytes(type, named(`slot of type ${type}`, 8), named('a body', 5 * type)),
);

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

export const secretVectors: readonly NamedScenario[] = [...unlocked];
