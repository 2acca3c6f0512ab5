import type { AeadBackend } from '../crypto/aead.js';
import { nobleAead } from '../crypto/noble-aead.js';
import { assertOptions } from '../errors.js';
import { loadStored, openStored, openUnder } from './open-stored.js';
import { assertOpener, type OpenProgress, unwrapVaultKey, type VaultOpener } from './opener.js';
import type { VaultOpening } from './opening.js';
import type { Vault, VaultSecrets } from './vault.js';
import type { VaultHeader } from './vault-header.js';
import { assertStore, type VaultStore } from './vault-store.js';

/** Options of {@link openVault}. */
export interface OpenOptions extends OpenProgress {
  /** Another implementation of XChaCha20-Poly1305, with identical bytes. */
  readonly aead?: AeadBackend;
  /**
   * Opens the header that this device remembers and asks the store for none: without a network,
   * or when the server lost the header.
   *
   * The secrets are those of that header.
   */
  readonly offline?: boolean;
  /**
   * The pin text (`loadPin()` of the store) of a vault that this device gives up, because another
   * one has taken its place on purpose: after `createVault` with `replaces`, here or elsewhere.
   */
  readonly replaces?: string;
}

/**
 * Opens a vault with one of the user's secrets.
 *
 * Everything that can be checked without a secret is checked first, so that a hostile header
 * costs no Argon2id; at most one Argon2id run happens. The header must continue what this device
 * saw before, and is remembered.
 *
 * Security: don't tell the server whether an opening succeeded; a wrong answer to each of its
 * headers would tell it which of its guesses at the password are right.
 *
 * @throws `VAULT_MISSING`, `STORE_FAILED`, `LIMIT_EXCEEDED`, `UNSUPPORTED_VERSION`,
 * `HEADER_MALFORMED`, `KDF_PARAMS_REFUSED`, `VAULT_MISMATCH`, `HEADER_ROLLBACK` before the secret
 * is used; then `UNLOCK_FAILED`, `HEADER_TAMPERED`, `HEADER_CONFLICT`, `NO_SECURE_RANDOM`; or the
 * signal's reason.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, memoryStore, openVault } from 'rowseal';
 *
 * const store = memoryStore();
 * await createVault(store, byPassword('correct horse battery staple'));
 * const vault = await openVault(store, byPassword('correct horse battery staple'), {
 *   onProgress: (share) => console.log(`${Math.round(share * 100)} %`),
 * });
 * ```
 */
export async function openVault(
  store: VaultStore,
  opener: VaultOpener,
  options: OpenOptions = {},
): Promise<Vault> {
  assertOptions(options, ['aead', 'offline', 'onProgress', 'replaces', 'signal'], 'openVault');
  assertStore(store);
  assertOpener(opener);
  const stored = await loadStored(store, options);
  return openStored(store, stored, options.aead ?? nobleAead, (opening) =>
    openWith(stored.header, opener, opening, options),
  );
}

/**
 * Everything a header holds, through the slot that the opener opens; held by the opening at once.
 */
export async function openWith(
  header: VaultHeader,
  opener: VaultOpener,
  opening: VaultOpening,
  progress: OpenProgress,
): Promise<VaultSecrets> {
  const { vaultId, slots } = header;
  const { vaultKey } = await unwrapVaultKey(vaultId, slots, opener, opening.aead, progress);
  return openUnder(header, vaultKey, opening);
}
