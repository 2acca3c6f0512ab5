import type { KdfBackend } from '../crypto/kdf.js';
import { assertOptions } from '../errors.js';
import { byPassword } from './by-password.js';
import { changeHeader, revealCurrent } from './change-header.js';
import {
  assertOpener,
  type OpenProgress,
  partOf,
  type VaultOpener,
  wrapVaultKey,
} from './opener.js';
import { slotOpenedBy } from './own-slot.js';
import type { Vault } from './vault.js';
import type { VaultStore } from './vault-store.js';

/** What {@link changePassword} takes. */
export interface PasswordChange extends OpenProgress {
  /**
   * A secret that opens the vault now: the old password, or the recovery key when it is forgotten.
   */
  readonly current: VaultOpener;
  /** The new password, as {@link byPassword} takes it: text, or bytes of UTF-8. */
  readonly next: string | Uint8Array;
  /** Another implementation of Argon2id for the new password. */
  readonly kdf?: KdfBackend;
}

/**
 * Changes the vault password, or sets a first one: one call that re-wraps one key and touches
 * no row, however many there are.
 *
 * The new slot is made at this version's costs, so the call also upgrades an old vault. Whatever
 * fails on the way, some password the user knows opens what the store holds.
 *
 * Security: this is not revocation. The server may have kept the old header, which the old
 * password still opens; if that password leaked, call `rekeyVault`.
 *
 * @throws `PASSWORD_REFUSED`, `KDF_BACKEND_REQUIRED` for the new password; `UNLOCK_FAILED` when
 * `current` does not open the vault; the signal's reason; as every change of a vault, `LOCKED`,
 * `STORE_FAILED`, `NO_SECURE_RANDOM`, `VAULT_MISSING`, `VAULT_MISMATCH`, `HEADER_ROLLBACK`,
 * `HEADER_CONFLICT`, `HEADER_MALFORMED`, `LIMIT_EXCEEDED`, `UNSUPPORTED_VERSION`,
 * `KDF_PARAMS_REFUSED`, and `HEADER_TAMPERED` when the AEAD backend is broken.
 *
 * @example
 * ```ts
 * import { byPassword, changePassword, createVault, memoryStore, openVault } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * await changePassword(store, vault, {
 *   current: byPassword('correct horse battery staple'),
 *   next: 'an even better sentence, in Tromsø',
 * });
 * await openVault(store, byPassword('an even better sentence, in Tromsø'));
 * ```
 */
export async function changePassword(
  store: VaultStore,
  vault: Vault,
  change: PasswordChange,
): Promise<Vault> {
  assertOptions(change, ['current', 'kdf', 'next', 'onProgress', 'signal'], 'changePassword');
  assertOpener(change.current);
  const next = byPassword(change.next, change.kdf ? { kdf: change.kdf } : {});
  const secrets = await revealCurrent(store, vault);
  await slotOpenedBy(vault, change.current, partOf(change, 0, 2));
  const { header, vaultKey, opening } = secrets;
  const progress = partOf(change, 1, 2);
  const slot = await wrapVaultKey(header.vaultId, vaultKey, next, opening.aead, progress);
  const others = header.slots.filter(({ content }) => content?.type !== 'password');
  return changeHeader(store, vault, { slots: [slot, ...others] });
}
