import { byRecoveryKey } from './by-recovery-key.js';
import { changeHeader, revealCurrent } from './change-header.js';
import { slotOpenedBy } from './own-slot.js';
import { withRecoveryProof } from './recovery-proof.js';
import type { Vault } from './vault.js';
import { assertStore, type VaultStore } from './vault-store.js';

/**
 * Checks that a recovery key opens this vault, and notes in the header when that was, for
 * `vaultHealth` on every device.
 *
 * For the drill: once a year the user takes the paper out of the drawer and types it in. The check
 * needs no network: `RECOVERY_KEY_TYPO` and `UNLOCK_FAILED` come before the store is asked, so the
 * user learns whether the paper is right even where noting it fails. The note is void once that key
 * is replaced.
 *
 * Security: the server can read when the key was proved, and nobody without the vault key can write
 * it. Never log or send the key itself.
 *
 * @param recoveryKey as somebody typed it: case, spaces, hyphens and O/0, I/L/1 don't matter
 *
 * @throws `RECOVERY_KEY_TYPO`; `UNLOCK_FAILED` when it is not the key of this vault, or an earlier
 * one; as every change of a vault, `LOCKED`, `STORE_FAILED`,
 * `NO_SECURE_RANDOM`, `VAULT_MISSING`, `VAULT_MISMATCH`, `HEADER_ROLLBACK`, `HEADER_CONFLICT`,
 * `HEADER_MALFORMED`, `LIMIT_EXCEEDED`, `UNSUPPORTED_VERSION`, also for a key of a later version,
 * `KDF_PARAMS_REFUSED`, and `HEADER_TAMPERED` when the AEAD backend is broken.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, memoryStore, proveRecoveryKey } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault, recoveryKey } = await createVault(store, byPassword('correct horse battery staple'));
 * const next = await proveRecoveryKey(store, vault, recoveryKey.toLowerCase());
 * console.assert(next.epoch === 2);
 * ```
 */
export async function proveRecoveryKey(
  store: VaultStore,
  vault: Vault,
  recoveryKey: string,
): Promise<Vault> {
  assertStore(store);
  const opener = byRecoveryKey(recoveryKey);
  const { id: slotId } = await slotOpenedBy(vault, opener, {});
  const { header } = await revealCurrent(store, vault);
  const provedAt = Math.max(0, Date.now());
  const extensions = withRecoveryProof(header.extensions, { slotId, provedAt });
  return changeHeader(store, vault, { extensions });
}
