import { encodeBase64url } from '../bytes/base64url.js';
import { equalBytes } from '../bytes/compare.js';
import { assertPinLeadsHere, changeHeader } from './change-header.js';
import { type FoundHeader, foundHeader } from './found-header.js';
import { missingFrom, openHeld } from './held-keys.js';
import { type DataKey, KEY_COUNT_LIMIT, type Keyset } from './keyset.js';
import { holdKeys } from './opening.js';
import { recallKeys, withRecalled } from './recall-keys.js';
import { replaceHeader } from './replace-header.js';
import { BEFORE_ALL_ROWS, retire } from './rotate-data-key.js';
import { follows, loadHeaderText, loadPin } from './store-access.js';
import { revealSecrets, type Vault, type VaultSecrets } from './vault.js';
import type { VaultHeader } from './vault-header.js';
import { assertStore, type VaultStore } from './vault-store.js';

/** What {@link restoreHeader} found in the store, and what came of it. */
export interface RestoredHeader {
  /**
   * What the store showed: the `same` header, or a `newer` one (nothing was done; for a newer one
   * call `refreshVault` or open the vault again); and what was replaced by this device's header:
   * an `older` one, one of an `other-line` that left this device's earlier or is under a vault key
   * that was given up, `none`, or a `damaged` one.
   */
  readonly found: FoundHeader['found'];
  /**
   * The vault, under the header that now stands in the store unless that is newer.
   *
   * Keys that only a replaced header of more than 32 changes ago had are `recalled`, as by
   * `recallKeys`.
   */
  readonly vault: Vault;
  /** Ids of the data keys that only the other line had: 32 bytes each, as base64url text. */
  readonly addedKeys: readonly string[];
}

/**
 * Gives the store back this device's header, where it was led back: restored from a backup, lost,
 * or half written.
 *
 * For `HEADER_ROLLBACK`, `VAULT_MISSING` and `HEADER_MALFORMED`: open the vault with
 * `{ offline: true }`, then call this and tell the user what was found. Nothing newer is
 * overwritten. An older header of another line (two regions that disagree) is opened with the keys
 * of this vault, and its data keys are added decrypt-only; those that somebody with a revoked key
 * could have made open rows only with `acceptRetired`. After `rekeyVault` a header under the former
 * vault key counts as older, however often a lost device has changed it.
 *
 * Security: a device that remembers an older header, or none, can't tell that the store was led
 * back; call it on the device that was used last. Nobody learns more than from the header itself.
 *
 * @throws `LOCKED`, `STORE_FAILED`, also when the store goes on showing a damaged header: remove it
 * on the server first; `HEADER_CONFLICT` when another line is not older, or opens with no key of
 * this vault, or when the vault was changed meanwhile; `VAULT_MISMATCH`, `HEADER_ROLLBACK` when
 * this device remembers another vault or line; `UNSUPPORTED_VERSION` for the header of a later
 * version; and, when keys are added, `LIMIT_EXCEEDED`, `LAST_SLOT`, `NO_SECURE_RANDOM`,
 * `HEADER_TAMPERED` as every change of a vault; `VAULT_MISSING`, `HEADER_MALFORMED`,
 * `KDF_PARAMS_REFUSED` for what the store shows after it was written.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, memoryStore, restoreHeader, rotateDataKey } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * const next = await rotateDataKey(store, vault);
 * const restored = memoryStore(vault.header); // a backup of the server, from before
 * const { found } = await restoreHeader(restored, next);
 * console.assert(found === 'older' && (await restored.loadHeader()) === next.header);
 * ```
 */
export async function restoreHeader(store: VaultStore, vault: Vault): Promise<RestoredHeader> {
  assertStore(store);
  const pin = await loadPin(store);
  assertPinLeadsHere(revealSecrets(vault), pin);
  const text = await loadHeaderText(store);
  const secrets = revealSecrets(vault);
  const { found, stored } = foundHeader(secrets, text);
  if (found === 'same' || found === 'newer') return { found, vault, addedKeys: [] };
  if (found === 'other-line') {
    const joined = await joinLine(store, vault, stored as VaultHeader);
    if (joined) return joined;
  }
  const damaged = found === 'damaged' ? text : null;
  const next = found === 'older' ? withKeysOf(stored as VaultHeader, vault) : vault;
  await replaceHeader(store, { header: stored, pin, damaged }, secrets.header, secrets.vaultKey);
  return { found, vault: next, addedKeys: [] };
}

/**
 * A header so far back that it may be another line's takes its keys along where nothing holds them:
 * recalled, so that the user decides on their rows.
 */
function withKeysOf(stored: VaultHeader, vault: Vault): Vault {
  if (follows(revealSecrets(vault).header, stored)) return vault;
  try {
    return recallKeys(vault, stored.text);
  } catch {
    return vault; // made by whoever was shut out
  }
}

/** Adds the keys that only the other line has, by one change; `null` when it has none. */
async function joinLine(
  store: VaultStore,
  vault: Vault,
  other: VaultHeader,
): Promise<RestoredHeader | null> {
  const secrets = revealSecrets(vault);
  const sameKey = equalBytes(other.vaultKeyId, secrets.header.vaultKeyId);
  const theirs = openLine(secrets, other, sameKey);
  if (!theirs) return null;
  holdKeys(secrets.opening, secrets.vaultKey, theirs);
  const own = secrets.dataKeys.filter(({ status }) => status !== 'recalled');
  const added = takenOver(missingFrom(own, theirs.dataKeys), sameKey, secrets);
  // Who was shut out may have made a header under an earlier key, with vault keys of their own.
  const trusted = sameKey ? theirs.earlierVaultKeys : [];
  const earlier = missingFrom(secrets.earlierVaultKeys, trusted);
  if (added.length + earlier.length === 0) return null;
  const dataKeys = [...own, ...added];
  const earlierVaultKeys = [...secrets.earlierVaultKeys, ...earlier];
  const isFull = dataKeys.length + earlierVaultKeys.length > KEY_COUNT_LIMIT;
  if (isFull && !sameKey) return null;
  const edit = { dataKeys: withRecalled(dataKeys, secrets.dataKeys), earlierVaultKeys };
  const next = await changeHeader(store, vault, edit, { standing: other });
  return {
    found: 'other-line',
    vault: next,
    addedKeys: added.map(({ id }) => encodeBase64url(id)),
  };
}

/**
 * What the other line holds. Who was shut out must not stop the way back by a keyset that does not
 * open: such a header is replaced as it is, and so is one with more keys than there is room for.
 */
function openLine(secrets: VaultSecrets, other: VaultHeader, sameKey: boolean): Keyset | null {
  try {
    return openHeld(secrets, other);
  } catch (error) {
    if (sameKey) throw error;
    return null;
  }
}

/**
 * The other line's keys as decrypt-only. One that was revoked there was dropped here, and one under
 * an earlier vault key may be by whoever was shut out: such rows are the user's decision.
 */
function takenOver(
  keys: readonly DataKey[],
  sameKey: boolean,
  { opening }: VaultSecrets,
): DataKey[] {
  return retire(keys, 'rotated', opening.clock.stamp()).map((key) =>
    sameKey && key.status !== 'revoked'
      ? key
      : { ...key, status: 'revoked', retiredAt: BEFORE_ALL_ROWS },
  );
}
