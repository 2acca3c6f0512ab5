import { equalBytes } from '../bytes/compare.js';
import { RowsealError } from '../errors.js';
import { openUnder } from './open-stored.js';
import { assertContinues, assertNotOlder, rollback } from './pin-check.js';
import { withRecalled } from './recall-keys.js';
import { follows, loadHeader, loadPin, savePin } from './store-access.js';
import { makeVault, revealSecrets, type Vault, type VaultSecrets } from './vault.js';
import type { VaultHeader } from './vault-header.js';
import { assertStore, type VaultStore } from './vault-store.js';

/**
 * Takes an open vault to the header that is stored now, without a secret and without Argon2id;
 * returns the same snapshot when it has that one already.
 *
 * The header is opened with the vault key that the open vault holds, and held against what this
 * device remembers as by `openVault`. The next snapshot belongs to the same opening: `lockVault`
 * on either ends both. A refusal changes nothing, and the given snapshot stays usable.
 *
 * `UNLOCK_FAILED` says that the header is under another vault key: the vault was rekeyed, so ask for
 * the password and call `openVault`. A server can show such a header without knowing any key.
 *
 * @throws `LOCKED`, `STORE_FAILED`; for what the store holds, `VAULT_MISSING`, `LIMIT_EXCEEDED`,
 * `UNSUPPORTED_VERSION`, `HEADER_MALFORMED`, `KDF_PARAMS_REFUSED`, `VAULT_MISMATCH`,
 * `HEADER_ROLLBACK`, `UNLOCK_FAILED`, `HEADER_TAMPERED`, `HEADER_CONFLICT`.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, memoryStore, refreshVault, rotateDataKey } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * console.assert((await refreshVault(store, vault)) === vault);
 * await rotateDataKey(store, vault); // on another device
 * console.assert((await refreshVault(store, vault)).epoch === 2);
 * ```
 */
export async function refreshVault(store: VaultStore, vault: Vault): Promise<Vault> {
  assertStore(store);
  const { header: own } = revealSecrets(vault);
  // The pin first: if it is ahead of what the store shows afterwards, the store was led back.
  const pin = await loadPin(store);
  const header = await loadHeader(store);
  assertNotOlder(header, pin);
  assertNotOlder(header, own);
  // Locked while the store was busy: the keys are zeroed by now.
  const secrets = openedAgain(header, revealSecrets(vault));
  assertContinues(header, secrets, known(own, pin));
  if (!pin || !equalBytes(pin.hash, header.hash)) await savePin(store, header, pin);
  if (secrets.header === own) return vault;
  revealSecrets(vault);
  return makeVault(secrets, vault.freshness);
}

/** What a header holds, by the vault key of a snapshot. */
function openedAgain(header: VaultHeader, secrets: VaultSecrets): VaultSecrets {
  if (equalBytes(header.hash, secrets.header.hash)) return secrets;
  if (equalBytes(header.vaultKeyId, secrets.header.vaultKeyId)) {
    const next = openUnder(header, secrets.vaultKey, secrets.opening);
    return { ...next, dataKeys: withRecalled(next.dataKeys, secrets.dataKeys) };
  }
  if (secrets.earlierVaultKeys.some(({ id }) => equalBytes(id, header.vaultKeyId))) {
    rollback('a vault key that was given up');
  }
  throw new RowsealError(
    'UNLOCK_FAILED',
    'The stored header is under another vault key: the vault was rekeyed, or the server changed the header. Ask for the password and call openVault.',
  );
}

/**
 * What the next header must continue: the snapshot's own, unless another tab has pinned a later
 * one, or one of another branch by `adoptHeader`.
 */
function known(own: VaultHeader, pin: VaultHeader | null): VaultHeader {
  return pin && !follows(own, pin) ? pin : own;
}
