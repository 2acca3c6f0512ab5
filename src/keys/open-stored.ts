/**
 * From a store to an open vault, whatever unlocks it: first everything that can be checked without
 * a secret, then the header's authenticity, then the pin again.
 */
import { equalBytes } from '../bytes/compare.js';
import type { AeadBackend } from '../crypto/aead.js';
import type { VaultKey } from '../crypto/key-types.js';
import { openHeader } from './header-seal.js';
import { holdKeys, inNewOpening, type VaultOpening } from './opening.js';
import { formatPin } from './pin.js';
import { assertContinues, assertNotOlder } from './pin-check.js';
import {
  changedMeanwhile,
  follows,
  loadHeader,
  loadPin,
  missing,
  savePin,
} from './store-access.js';
import { makeVault, type Vault, type VaultSecrets } from './vault.js';
import type { VaultHeader } from './vault-header.js';
import type { VaultStore } from './vault-store.js';

/** A header that nothing speaks against before a secret is used. */
export interface StoredHeader {
  readonly header: VaultHeader;
  /** Whether a pin is of the vault that the user gives up for this one. */
  isGivenUp(pin: VaultHeader | null): boolean;
}

/**
 * Loads the header to be opened and holds it against the pin: checks 1 to 13 of `docs/format.md`.
 */
export async function loadStored(
  store: VaultStore,
  { offline = false, replaces }: { readonly offline?: boolean; readonly replaces?: string },
): Promise<StoredHeader> {
  const pin = await loadPin(store);
  const header = offline ? (pin ?? missing()) : await loadHeader(store);
  // Never an older header of the pinned vault itself: that is no other vault.
  const isGivenUp = (each: VaultHeader | null) =>
    each !== null && !equalBytes(each.vaultId, header.vaultId) && replaces === formatPin(each);
  assertNotOlder(header, isGivenUp(pin) ? null : pin);
  return { header, isGivenUp };
}

/** Opens a loaded header as `unlock` does, and remembers it: checks 14 to 19. */
export function openStored(
  store: VaultStore,
  { header, isGivenUp }: StoredHeader,
  aead: AeadBackend,
  unlock: (opening: VaultOpening) => VaultSecrets | Promise<VaultSecrets>,
): Promise<Vault> {
  return inNewOpening(aead, async (opening) => {
    const secrets = await unlock(opening);
    // Read again: another tab may have pinned a newer header meanwhile.
    const latestPin = await loadPin(store);
    if (latestPin && latestPin.epoch > header.epoch && follows(latestPin, header))
      changedMeanwhile();
    const fresh = latestPin === null || isGivenUp(latestPin);
    if (!fresh) assertContinues(header, secrets, latestPin);
    if (fresh || !equalBytes(latestPin.hash, header.hash)) await savePin(store, header, latestPin);
    return makeVault(secrets, fresh ? 'first-use' : 'pinned');
  });
}

/**
 * Everything that an authentic header holds; held by the opening at once. Throws `HEADER_TAMPERED`.
 */
export function openUnder(
  header: VaultHeader,
  vaultKey: VaultKey,
  opening: VaultOpening,
): VaultSecrets {
  holdKeys(opening, vaultKey);
  const keyset = openHeader(header, vaultKey, opening.aead);
  holdKeys(opening, vaultKey, keyset);
  return { header, vaultKey, opening, ...keyset };
}
