import { wipe } from '../crypto/secrets.js';
import { encodeKeptKey } from './kept-key.js';
import { revealSecrets, type Vault } from './vault.js';
import { assertKeeper, keepSecret, type VaultKeeper } from './vault-keeper.js';

/**
 * Lets this device open the vault without the password, by `resumeVault`, until the keeper forgets.
 *
 * For the reload of a page and the next start of an app. Nothing of the header changes and the
 * server learns nothing. A changed password or recovery key does not end it: `rekeyVault` does, so
 * call this again with the vault that `rekeyVault` returned. `lockVault` does not end it either: a
 * log-out is `lockVault(vault)` and `await keeper.forget()`.
 *
 * Security: who can make this device's keeper recall has the vault, whatever the password is. For a
 * lost device call `rekeyVault` on another one; changing the password is not enough. While a keeper
 * has not settled, a copy of the vault key stays in memory, even after `lockVault`.
 *
 * @throws `LOCKED`; `STORE_FAILED` when the keeper fails, which then keeps what it kept before;
 * `TypeError` for what is no vault or no keeper.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, keepUnlocked, memoryStore, resumeVault } from 'rowseal';
 * import { memoryKeeper } from 'rowseal/testing';
 *
 * const store = memoryStore();
 * const keeper = memoryKeeper(); // in a page: browserKeeper()
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * await keepUnlocked(vault, keeper);
 * // … after a reload:
 * const again = await resumeVault(store, keeper);
 * console.assert(again?.vaultId === vault.vaultId);
 * ```
 */
export async function keepUnlocked(vault: Vault, keeper: VaultKeeper): Promise<void> {
  assertKeeper(keeper);
  const { header, vaultKey } = revealSecrets(vault);
  const secret = encodeKeptKey({ ...header, vaultKey });
  try {
    await keepSecret(keeper, secret);
  } finally {
    wipe(secret);
  }
}
