import { encodeBase64url } from '../bytes/base64url.js';
import { equalBytes } from '../bytes/compare.js';
import type { AeadBackend } from '../crypto/aead.js';
import { nobleAead } from '../crypto/noble-aead.js';
import { assertOptions } from '../errors.js';
import { changeHeader } from './change-header.js';
import { missingFrom, openHeld } from './held-keys.js';
import type { Keyset } from './keyset.js';
import { openWith } from './open-vault.js';
import { assertOpener, type OpenProgress, type VaultOpener } from './opener.js';
import { holdKeys, inNewOpening } from './opening.js';
import { assertHoldsPinnedKey, assertNotOlder } from './pin-check.js';
import { BEFORE_ALL_ROWS, retire } from './rotate-data-key.js';
import { loadHeader, loadPin, missing, savePin } from './store-access.js';
import { makeVault, type Vault, type VaultSecrets } from './vault.js';
import type { VaultHeader } from './vault-header.js';
import { assertStore, type VaultStore } from './vault-store.js';

/** Options of {@link adoptHeader}. */
export interface AdoptOptions extends OpenProgress {
  /** Another implementation of XChaCha20-Poly1305, with identical bytes. */
  readonly aead?: AeadBackend;
}

/** What {@link adoptHeader} returns. */
export interface AdoptedVault {
  /** The vault as the stored header has it, with this device's keys. */
  readonly vault: Vault;
  /**
   * Ids of the data keys that only this device's header had, now decrypt-only in the vault.
   *
   * Each is 32 bytes as base64url text.
   */
  readonly addedKeys: readonly string[];
}

/**
 * Ends a `HEADER_CONFLICT`: takes the stored header in place of the one this device remembers,
 * and adds the keys that only the latter had, so that no row is lost.
 *
 * Call it only after the user decided: compare `fingerprintOf` with another device first, since a
 * server can also fork devices on purpose. The secret is that of the stored header. Rows under a key
 * that was revoked and then dropped on the other side are `KEY_RETIRED`.
 *
 * @throws `STORE_FAILED`, `NO_SECURE_RANDOM`; for what the store holds, `VAULT_MISSING`, also when
 * this device remembers no header, `VAULT_MISMATCH`, `HEADER_MALFORMED`, `UNSUPPORTED_VERSION`,
 * `KDF_PARAMS_REFUSED`; `HEADER_ROLLBACK` when it is older, or under a vault key that does not
 * follow from this device's; `UNLOCK_FAILED`, `HEADER_TAMPERED`; `HEADER_CONFLICT` when it changes
 * meanwhile; `LIMIT_EXCEEDED` beyond 256 keys; `LAST_SLOT` when all slots but secrets' are of a
 * later version; or the signal's reason.
 *
 * @example
 * ```ts
 * import { adoptHeader, byPassword, createVault, memoryStore } from 'rowseal';
 *
 * const store = memoryStore();
 * await createVault(store, byPassword('correct horse battery staple'));
 * // … later, after openVault threw HEADER_CONFLICT and the user decided:
 * const { vault, addedKeys } = await adoptHeader(store, byPassword('correct horse battery staple'));
 * console.assert(vault.epoch === 1 && addedKeys.length === 0);
 * ```
 */
export async function adoptHeader(
  store: VaultStore,
  opener: VaultOpener,
  options: AdoptOptions = {},
): Promise<AdoptedVault> {
  assertOptions(options, ['aead', 'onProgress', 'signal'], 'adoptHeader');
  assertStore(store);
  assertOpener(opener);
  const aead = options.aead ?? nobleAead;
  const before = (await loadPin(store)) ?? missing();
  const header = await loadHeader(store);
  assertNotOlder(header, before);
  return inNewOpening(aead, async (opening) => {
    const winner = await openWith(header, opener, opening, options);
    // Read again: another tab may have pinned a newer header while Argon2id ran.
    const pin = (await loadPin(store)) ?? missing();
    assertNotOlder(header, pin);
    assertHoldsPinnedKey(header, winner, pin);
    return addKeys(store, winner, pin);
  });
}

/** The keyset of the header that lost, through its vault key, which the winner holds. */
function openPinned(winner: VaultSecrets, pin: VaultHeader): Keyset {
  const keyset = openHeld(winner, pin) as Keyset;
  holdKeys(winner.opening, winner.vaultKey, keyset);
  return keyset;
}

async function addKeys(
  store: VaultStore,
  winner: VaultSecrets,
  pin: VaultHeader,
): Promise<AdoptedVault> {
  const loser = openPinned(winner, pin);
  const vault = makeVault(winner, 'pinned');
  const dataKeys = missingFrom(winner.dataKeys, loser.dataKeys);
  const earlier = missingFrom(winner.earlierVaultKeys, loser.earlierVaultKeys);
  if (dataKeys.length + earlier.length === 0) {
    await savePin(store, winner.header, pin);
    return { vault, addedKeys: [] };
  }
  // Whoever a rekeyVault on the other side shut out opens the losing header and knows its keys.
  const rekeyed = !equalBytes(winner.header.vaultKeyId, pin.vaultKeyId);
  const status = rekeyed ? 'revoked' : 'rotated';
  const retired = retire(dataKeys, status, winner.opening.clock.stamp());
  // One that was revoked already was dropped on the other side: its rows are the user's decision.
  const added = retired.map((key, i) =>
    dataKeys[i]?.status === 'revoked' ? { ...key, retiredAt: BEFORE_ALL_ROWS } : key,
  );
  const next = await changeHeader(
    store,
    vault,
    {
      dataKeys: [...winner.dataKeys, ...added],
      earlierVaultKeys: [...winner.earlierVaultKeys, ...earlier],
    },
    { givenUp: pin },
  );
  return { vault: next, addedKeys: dataKeys.map(({ id }) => encodeBase64url(id)) };
}
