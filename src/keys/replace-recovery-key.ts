import { assertOptions, RowsealError } from '../errors.js';
import { byRecoveryKey } from './by-recovery-key.js';
import { changeHeader, revealCurrent } from './change-header.js';
import type { CreatedVault } from './create-vault.js';
import { wrapVaultKey } from './opener.js';
import { generateRecoveryKey } from './recovery-key.js';
import type { Vault } from './vault.js';
import type { VaultStore } from './vault-store.js';

/** Options of {@link replaceRecoveryKey}. */
export interface RecoveryOptions {
  /**
   * A key from `generateRecoveryKey` that the user has already seen; a new one is made otherwise.
   */
  readonly recoveryKey?: string;
}

/**
 * Makes a new recovery key and removes the old one, or adds a first one; no password is needed.
 *
 * With `recoveryKey`, the user can confirm the key before it takes effect: if this device dies in
 * between, the old one still works.
 *
 * Security: this is not revocation; a header that the server kept still opens with the old key.
 * See `rekeyVault`.
 *
 * @throws `LAST_SLOT` for a vault without a password when `recoveryKey` was not given, since a
 * crash would leave it with a key that nobody has seen; `RECOVERY_KEY_TYPO` for a given key; as
 * every change of a vault, `LOCKED`, `STORE_FAILED`, `NO_SECURE_RANDOM`, `VAULT_MISSING`,
 * `VAULT_MISMATCH`, `HEADER_ROLLBACK`, `HEADER_CONFLICT`, `HEADER_MALFORMED`, `LIMIT_EXCEEDED`,
 * `UNSUPPORTED_VERSION`, `KDF_PARAMS_REFUSED`, and `HEADER_TAMPERED` when the AEAD backend is
 * broken.
 *
 * @example
 * ```ts
 * import { byPassword, byRecoveryKey, createVault, memoryStore, openVault, replaceRecoveryKey } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * const { recoveryKey } = await replaceRecoveryKey(store, vault);
 * await openVault(store, byRecoveryKey(recoveryKey));
 * ```
 */
export async function replaceRecoveryKey(
  store: VaultStore,
  vault: Vault,
  options: RecoveryOptions = {},
): Promise<CreatedVault> {
  assertOptions(options, ['recoveryKey'], 'replaceRecoveryKey');
  const recoveryKey = options.recoveryKey ?? generateRecoveryKey();
  const opener = byRecoveryKey(recoveryKey);
  const { header, vaultKey, opening } = await revealCurrent(store, vault);
  const others = header.slots.filter(({ content }) => content?.type !== 'recovery-key');
  const hasPassword = others.some(({ content }) => content?.type === 'password');
  if (options.recoveryKey === undefined && !hasPassword) {
    throw new RowsealError(
      'LAST_SLOT',
      'This vault has no password, so a crash could leave it with a recovery key that nobody has seen. Make the next one with generateRecoveryKey, let the user write it down, then pass it as { recoveryKey }.',
    );
  }
  const slot = await wrapVaultKey(header.vaultId, vaultKey, opener, opening.aead, {});
  return { vault: await changeHeader(store, vault, { slots: [...others, slot] }), recoveryKey };
}
