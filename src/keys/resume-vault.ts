import { equalBytes } from '../bytes/compare.js';
import { copyOf } from '../bytes/copies.js';
import type { AeadBackend } from '../crypto/aead.js';
import type { VaultKey } from '../crypto/key-types.js';
import { nobleAead } from '../crypto/noble-aead.js';
import { wipe } from '../crypto/secrets.js';
import { assertOptions, RowsealError } from '../errors.js';
import { parseKeptKey } from './kept-key.js';
import { loadStored, openStored, openUnder } from './open-stored.js';
import type { Vault } from './vault.js';
import type { VaultHeader } from './vault-header.js';
import { assertKeeper, recallSecret, type VaultKeeper } from './vault-keeper.js';
import { assertStore, type VaultStore } from './vault-store.js';

/** Options of {@link resumeVault}. */
export interface ResumeOptions {
  /** Another implementation of XChaCha20-Poly1305, with identical bytes. */
  readonly aead?: AeadBackend;
  /** Opens the header that this device remembers and asks the store for none. */
  readonly offline?: boolean;
}

/**
 * Opens the vault with what `keepUnlocked` left on this device; `null` when the keeper keeps
 * nothing, so that the app asks for the password.
 *
 * The header is checked as `openVault` checks it, and everything that can be checked without the
 * key is checked first: a hostile header asks for no fingerprint. A refusal changes nothing:
 * header, pin and kept key stay, so that no server can make a device forget.
 *
 * On `UNLOCK_FAILED` and `STORE_FAILED` ask for the password too: if it was the store that failed,
 * `openVault` says so again.
 *
 * Security: don't tell the server whether it succeeded.
 *
 * @throws `VAULT_MISSING`, `STORE_FAILED`, `LIMIT_EXCEEDED`, `UNSUPPORTED_VERSION`,
 * `HEADER_MALFORMED`, `KDF_PARAMS_REFUSED`, `VAULT_MISMATCH`, `HEADER_ROLLBACK` before the keeper
 * is asked; then `STORE_FAILED` when the keeper fails or returns what it was never given,
 * `UNSUPPORTED_VERSION` for a key kept by a later version, `VAULT_MISMATCH` for that of another
 * vault, `UNLOCK_FAILED` after `rekeyVault`: ask for the password, then call `keepUnlocked` again;
 * and `HEADER_TAMPERED`, `HEADER_ROLLBACK`, `HEADER_CONFLICT`, `NO_SECURE_RANDOM`.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, keepUnlocked, memoryStore, openVault, resumeVault } from 'rowseal';
 * import { memoryKeeper } from 'rowseal/testing';
 *
 * const store = memoryStore();
 * const keeper = memoryKeeper(); // in a page: browserKeeper()
 * await createVault(store, byPassword('correct horse battery staple'));
 * // At every start of the app:
 * let vault = await resumeVault(store, keeper);
 * if (!vault) {
 *   vault = await openVault(store, byPassword('correct horse battery staple')); // ask the user
 *   await keepUnlocked(vault, keeper);
 * }
 * console.assert(vault.epoch === 1);
 * ```
 */
export async function resumeVault(
  store: VaultStore,
  keeper: VaultKeeper,
  options: ResumeOptions = {},
): Promise<Vault | null> {
  assertOptions(options, ['aead', 'offline'], 'resumeVault');
  assertStore(store);
  assertKeeper(keeper);
  const stored = await loadStored(store, options);
  const secret = await recallSecret(keeper);
  if (secret === null) return null;
  try {
    return await openStored(store, stored, options.aead ?? nobleAead, (opening) =>
      openUnder(stored.header, keptVaultKey(secret, stored.header), opening),
    );
  } finally {
    wipe(secret);
  }
}

/** A copy of the kept vault key, if it is that of the header. */
function keptVaultKey(secret: Uint8Array, header: VaultHeader): VaultKey {
  const { vaultId, vaultKeyId, vaultKey } = parseKeptKey(secret);
  if (!equalBytes(vaultId, header.vaultId)) {
    throw new RowsealError(
      'VAULT_MISMATCH',
      'What the keeper keeps is the key of another vault. Use one keeper for each user and vault, and ask for the password of this one.',
    );
  }
  if (!equalBytes(vaultKeyId, header.vaultKeyId)) {
    throw new RowsealError(
      'UNLOCK_FAILED',
      'The kept key is not that of the stored header: the vault was rekeyed, or the server changed the header. Ask for the password; once it opened the vault, call keepUnlocked again.',
    );
  }
  return copyOf(vaultKey) as VaultKey;
}
