import { argon2id } from './argon2id.js';
import { same } from './bytes.js';
import { type Header, namesAsPredecessor, parseHeader, parsePin, succeeds } from './header.js';
import { type Keyset, parseKeyset } from './keyset.js';
import { preparePassword } from './password.js';
import { derive, equalSecrets, hmac, openSealed } from './primitives.js';
import { parseRecoveryKey } from './recovery-key.js';
import { atCheck, demand, refuse } from './refusal.js';
import { type Slot, type SlotParts, slotAssociatedData, slotTypes } from './slot.js';

// Section 6, "Opening", and section 8, checks 12 to 19.

export type Secret =
  | { readonly password: string | Uint8Array }
  | { readonly recoveryKey: string }
  | { readonly secret: Uint8Array };

export interface Opened {
  readonly header: Header;
  readonly vaultKey: Uint8Array;
  readonly keyset: Keyset;
}

/** What the device remembers when it begins, and when it looks again. */
export interface Pins {
  readonly before?: string | undefined;
  readonly meanwhile?: string | undefined;
}

/** A secret ready for the slots of its type. */
interface Opener {
  readonly type: number;
  readonly kekOf: (parts: SlotParts) => Uint8Array | Promise<Uint8Array>;
}

export async function openVault(
  text: string | null,
  secret: Secret,
  pins: Pins = {},
): Promise<Opened> {
  const opener = openerOf(secret);
  const pinned = pins.before ? parsePin(pins.before) : undefined;
  const pinnedNow = pins.meanwhile ? parsePin(pins.meanwhile) : pinned;
  const header = text ? parseHeader(text) : refuse('VAULT_MISSING');
  if (pinned) holdAgainst(header, pinned);
  const vaultKey = await openSlots(header, opener);
  const keyset = openKeyset(header, vaultKey);
  if (pinnedNow) acceptAfter(pinnedNow, header, vaultKey, keyset);
  return { header, vaultKey, keyset };
}

function openerOf(secret: Secret): Opener {
  if ('password' in secret) {
    const password = preparePassword(secret.password);
    return {
      type: slotTypes.password,
      kekOf: ({ costs, salt }) =>
        costs ? argon2id(password, salt, costs) : refuse('UNLOCK_FAILED', 14),
    };
  }
  if ('recoveryKey' in secret) {
    const key = parseRecoveryKey(secret.recoveryKey);
    return {
      type: slotTypes.recoveryKey,
      kekOf: ({ salt }) => derive('recoverySlot', key, salt),
    };
  }
  if (secret.secret.length !== 32) throw new RangeError('a secret has 32 bytes');
  return {
    type: slotTypes.secret,
    kekOf: ({ salt }) => derive('secretSlot', secret.secret, salt),
  };
}

/** Checks 12 and 13, or both as a part of check 17. */
export function holdAgainst(header: Header, pinned: Header, again?: 17): void {
  demand(same(header.vaultId, pinned.vaultId), 'VAULT_MISMATCH', again ?? 12);
  demand(header.epoch >= pinned.epoch, 'HEADER_ROLLBACK', again ?? 13);
}

/** Check 14. */
async function openSlots(header: Header, opener: Opener): Promise<Uint8Array> {
  for (const slot of header.slots) {
    if (slot.type !== opener.type || !slot.parts) continue;
    const vaultKey = openSlot(header.vaultId, slot, slot.parts, await opener.kekOf(slot.parts));
    if (vaultKey) return vaultKey;
  }
  return refuse('UNLOCK_FAILED', 14);
}

export function openSlot(vaultId: Uint8Array, slot: Slot, parts: SlotParts, kek: Uint8Array) {
  if (!equalSecrets(derive('slotCommitment', kek, vaultId), parts.commitment)) return undefined;
  const wrapKey = derive('slotWrap', kek, vaultId);
  const associatedData = slotAssociatedData(vaultId, slot, parts);
  return openSealed(wrapKey, parts.nonce, parts.sealedVaultKey, associatedData);
}

/** Checks 15 and 16. */
export function openKeyset(header: Header, vaultKey: Uint8Array): Keyset {
  const { vaultId } = header;
  demand(same(derive('vaultKeyId', vaultKey, vaultId), header.vaultKeyId), 'HEADER_TAMPERED', 15);
  const macKey = derive('headerMac', vaultKey, vaultId);
  demand(equalSecrets(hmac(macKey, header.authenticated), header.mac), 'HEADER_TAMPERED', 15);
  const keysetKey = derive('keysetWrap', vaultKey, vaultId);
  const { keysetNonce, sealedKeyset, keysetAssociatedData } = header;
  const keyset = openSealed(keysetKey, keysetNonce, sealedKeyset, keysetAssociatedData);
  if (!keyset) return refuse('HEADER_TAMPERED', 16);
  return atCheck(16, () => parseKeyset(keyset, vaultId));
}

/** Checks 17 to 19. */
export function acceptAfter(
  pinned: Header,
  header: Header,
  vaultKey: Uint8Array,
  keyset: Keyset,
): void {
  demand(!namesAsPredecessor(pinned, header), 'HEADER_CONFLICT', 17);
  holdAgainst(header, pinned, 17);
  const known = [vaultKey, ...keyset.earlierVaultKeys].some((key) =>
    same(derive('vaultKeyId', key, pinned.vaultId), pinned.vaultKeyId),
  );
  demand(known, 'HEADER_ROLLBACK', 18);
  demand(succeeds(header, pinned), 'HEADER_CONFLICT', 19);
}
