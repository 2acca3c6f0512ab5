/** The vaults that vectors are about, and the chain of their headers. */
import { stamp } from '../../support/payload-bytes.js';
import { hyphenated, recoveryText } from './bech32m.js';
import { type Bytes, fromHex, hkdf, named, utf8 } from './bytes.js';
import { makeSlot, slotParts } from './slots.js';
import { dataKey, type HeaderParts, headerText, keysetBytes, successor } from './vault.js';

export const VAULT_ID = named('the vault', 16);
export const VAULT_KEY = named('its vault key', 32);
export const NEXT_VAULT_KEY = named('its next vault key', 32);
export const [DEK, NEXT_DEK, THIRD_DEK] = ['first', 'second', 'third'].map((name) =>
  named(`${name} DEK`, 32),
) as [Bytes, Bytes, Bytes];
export const RETIRED_AT = Uint8Array.from(stamp(1_700_000_000_000));

export const PASSWORD = 'correct horse battery staple';
/** Argon2id of PASSWORD and the slot's salt at 19,456 KiB, 2 passes and 1 lane. */
export const PASSWORD_KEK_SALT = named('the password slot salt', 16);
export const RECOVERY_SECRET = named('the recovery key', 16);
export const RECOVERY_KEY = hyphenated(recoveryText(RECOVERY_SECRET));
export const SECRET = named('a device key', 32);

const RECOVERY_PARTS = slotParts('the recovery slot', 2);
const SECRET_PARTS = slotParts('the secret slot', 3, utf8('phone'));
const kekOf = (secret: Bytes, salt: Bytes, label: string) => hkdf(secret, salt, label);

export function recoverySlot(vaultKey = VAULT_KEY, vaultId = VAULT_ID): Bytes {
  const kek = kekOf(RECOVERY_SECRET, RECOVERY_PARTS.salt, 'rowseal/1 recovery key slot');
  return makeSlot(vaultId, RECOVERY_PARTS, kek, vaultKey);
}

export function secretSlot(
  vaultKey = VAULT_KEY,
  { parts = SECRET_PARTS, secret = SECRET, vaultId = VAULT_ID, change = {} } = {},
): Bytes {
  const kek = kekOf(secret, parts.salt, 'rowseal/1 secret slot');
  return makeSlot(vaultId, parts, kek, vaultKey, change);
}

/** Epoch 1: a recovery-key slot and a secret slot, one DEK. */
export const FIRST: HeaderParts = {
  vaultId: VAULT_ID,
  vaultKey: VAULT_KEY,
  epoch: 1,
  predecessors: [],
  slots: [recoverySlot(), secretSlot()],
  keyset: keysetBytes([dataKey(DEK, 1)]),
};

export const ROTATED_KEYSET = keysetBytes([dataKey(NEXT_DEK, 1), dataKey(DEK, 2, RETIRED_AT)]);
/** Epoch 2: a new DEK. */
export const SECOND = successor(FIRST, { keyset: ROTATED_KEYSET });
/** Epoch 3: a new vault key and a third DEK; the others are revoked. */
export const REKEYED = successor(SECOND, {
  vaultKey: NEXT_VAULT_KEY,
  slots: [recoverySlot(NEXT_VAULT_KEY), secretSlot(NEXT_VAULT_KEY)],
  keyset: keysetBytes(
    [dataKey(THIRD_DEK, 1), dataKey(NEXT_DEK, 3, RETIRED_AT), dataKey(DEK, 3, RETIRED_AT)],
    [VAULT_KEY],
  ),
});

/** The parts of a header so many changes later, each of which only moved the epoch. */
export function later(parts: HeaderParts, changes: number): HeaderParts {
  let last = parts;
  for (let i = 0; i < changes; i++) last = successor(last);
  return last;
}

export const firstText = headerText(FIRST);
export const nothing = fromHex('');
