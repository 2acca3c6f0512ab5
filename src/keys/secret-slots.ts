import { encodeBase64url } from '../bytes/base64url.js';
import { bySecret, type SecretOptions } from './by-secret.js';
import { changeHeader, revealCurrent } from './change-header.js';
import { wrapVaultKey } from './opener.js';
import type { Vault } from './vault.js';
import type { VaultStore } from './vault-store.js';

/**
 * Adds a slot for 32 secret bytes: a passkey's PRF output or a device key, beside what opens the
 * vault already.
 *
 * @throws `TypeError` for other than 32 random bytes; `LIMIT_EXCEEDED` beyond 16 slots; `LAST_SLOT`
 * when nothing but secrets and slots of a later version open the vault; as every change of a vault,
 * `LOCKED`, `STORE_FAILED`, `NO_SECURE_RANDOM`, `VAULT_MISSING`, `VAULT_MISMATCH`,
 * `HEADER_ROLLBACK`, `HEADER_CONFLICT`, `HEADER_MALFORMED`, `UNSUPPORTED_VERSION`,
 * `KDF_PARAMS_REFUSED`, and `HEADER_TAMPERED` when the AEAD backend is broken.
 *
 * @example
 * ```ts
 * import { addSecret, byPassword, bySecret, createVault, memoryStore, openVault } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * const prfOutput = crypto.getRandomValues(new Uint8Array(32));
 * await addSecret(store, vault, prfOutput, { info: new TextEncoder().encode('my phone') });
 * await openVault(store, bySecret(prfOutput));
 * ```
 */
export async function addSecret(
  store: VaultStore,
  vault: Vault,
  secret: Uint8Array,
  options: SecretOptions = {},
): Promise<Vault> {
  const opener = bySecret(secret, options);
  const { header, vaultKey, opening } = await revealCurrent(store, vault);
  const slot = await wrapVaultKey(header.vaultId, vaultKey, opener, opening.aead, {});
  return changeHeader(store, vault, { slots: [...header.slots, slot] });
}

/**
 * Removes a slot, so that its secret no longer opens the headers to come.
 *
 * Security: this is not revocation; a header that the server kept still opens with that secret.
 * For a lost device, call `rekeyVault`.
 *
 * @param slotId the `id` of one of `vault.slots`: 8 bytes as base64url text
 *
 * @throws `LAST_SLOT` when neither password nor recovery key would be left; `RangeError` for an id
 * that no slot has; as every change of a vault, `LOCKED`, `STORE_FAILED`, `NO_SECURE_RANDOM`,
 * `VAULT_MISSING`, `VAULT_MISMATCH`, `HEADER_ROLLBACK`, `HEADER_CONFLICT`, `HEADER_MALFORMED`,
 * `LIMIT_EXCEEDED`, `UNSUPPORTED_VERSION`, `KDF_PARAMS_REFUSED`, and `HEADER_TAMPERED` when the
 * AEAD backend is broken.
 *
 * @example
 * ```ts
 * import { addSecret, byPassword, createVault, memoryStore, removeSlot } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * const withKey = await addSecret(store, vault, crypto.getRandomValues(new Uint8Array(32)));
 * const slot = withKey.slots.find(({ type }) => type === 'secret');
 * if (slot) await removeSlot(store, withKey, slot.id);
 * ```
 */
export async function removeSlot(store: VaultStore, vault: Vault, slotId: string): Promise<Vault> {
  const { header } = await revealCurrent(store, vault);
  const slots = header.slots.filter(({ id }) => encodeBase64url(id) !== slotId);
  if (slots.length === header.slots.length) {
    throw new RangeError('No slot of this vault has that id; take one from vault.slots.');
  }
  return changeHeader(store, vault, { slots });
}
