import type { StampBytes } from '../bytes/stamp.js';
import { type Dek, KEY_LENGTH } from '../crypto/key-types.js';
import { randomBytes } from '../crypto/random.js';
import { changeHeader, revealCurrent } from './change-header.js';
import { type DataKey, makeDataKey } from './keyset.js';
import type { Vault } from './vault.js';
import type { VaultStore } from './vault-store.js';

/**
 * Makes a new primary data key; the old ones stay for opening what they sealed.
 *
 * New rows use the new key at once; `reencryptRow` moves the others. The key is used only after
 * the header that holds it was read back from the store.
 *
 * Security: this is not revocation, since the header that wraps the new key opens with every
 * secret as before. When a secret leaked, call `rekeyVault`.
 *
 * @throws `LIMIT_EXCEEDED` beyond 256 keys; `LAST_SLOT` when nothing but secrets and slots of a
 * later version open the vault; as every change of a vault, `LOCKED`, `STORE_FAILED`,
 * `NO_SECURE_RANDOM`, `VAULT_MISSING`, `VAULT_MISMATCH`, `HEADER_ROLLBACK`, `HEADER_CONFLICT`,
 * `HEADER_MALFORMED`, `UNSUPPORTED_VERSION`, `KDF_PARAMS_REFUSED`, and `HEADER_TAMPERED` when the
 * AEAD backend is broken.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, memoryStore, rotateDataKey } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * const next = await rotateDataKey(store, vault);
 * console.assert(next.keys.map(({ status }) => status).join() === 'primary,rotated');
 * ```
 */
export async function rotateDataKey(store: VaultStore, vault: Vault): Promise<Vault> {
  const { header, dataKeys, opening } = await revealCurrent(store, vault);
  const retired = retire(dataKeys, 'rotated', opening.clock.stamp());
  return changeHeader(store, vault, { dataKeys: [freshDataKey(header.vaultId), ...retired] });
}

/** Earlier than any row: under a revoked key with this stamp none opens unless the app accepts it. */
export const BEFORE_ALL_ROWS = /* @__PURE__ */ new Uint8Array(16) as StampBytes;

export function freshDataKey(vaultId: Uint8Array): DataKey {
  return makeDataKey(vaultId, randomBytes(KEY_LENGTH) as Dek, 'primary', null);
}

/**
 * The keys as decrypt-only: a rotation retires the primary one, a revocation all that are not
 * revoked yet.
 */
export function retire(
  dataKeys: readonly DataKey[],
  status: 'rotated' | 'revoked',
  retiredAt: StampBytes,
): DataKey[] {
  return dataKeys.map((key) => {
    const retires = key.status === 'primary' || (status === 'revoked' && key.status === 'rotated');
    return retires ? { ...key, status, retiredAt } : key;
  });
}
