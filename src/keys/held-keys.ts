/** Opening another header of the vault through the vault keys that an open vault holds. */
import { equalBytes } from '../bytes/compare.js';
import type { VaultKey } from '../crypto/key-types.js';
import { openHeader } from './header-seal.js';
import type { DataKey, EarlierVaultKey, Keyset } from './keyset.js';
import type { VaultSecrets } from './vault.js';
import type { VaultHeader } from './vault-header.js';

/** The vault key of a header: the one in use, an earlier one, or none that is held. */
export function heldVaultKey(secrets: VaultSecrets, { vaultKeyId }: VaultHeader): VaultKey | null {
  const { vaultKey, header, earlierVaultKeys } = secrets;
  const held = [{ key: vaultKey, id: header.vaultKeyId }, ...earlierVaultKeys];
  return held.find(({ id }) => equalBytes(id, vaultKeyId))?.key ?? null;
}

/**
 * The keyset of another header, or `null` when no held vault key is its own. Throws
 * `HEADER_TAMPERED`.
 */
export function openHeld(secrets: VaultSecrets, other: VaultHeader): Keyset | null {
  const key = heldVaultKey(secrets, other);
  return key && openHeader(other, key, secrets.opening.aead);
}

/** The keys of `others` that are not among `held`. */
export function missingFrom<Key extends DataKey | EarlierVaultKey>(
  held: readonly Key[],
  others: readonly Key[],
): Key[] {
  return others.filter(({ id }) => !held.some((key) => equalBytes(key.id, id)));
}
