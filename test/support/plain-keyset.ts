import type { Dek, VaultKey } from '../../src/crypto/key-types.js';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import { openHeader } from '../../src/keys/header-seal.js';
import { encodeKeyset, type Keyset, makeDataKey, vaultKeyId } from '../../src/keys/keyset.js';
import { parseHeader } from '../../src/keys/vault-header.js';

/** The keys of a header, for whoever has its vault key. */
export function keysetOf(header: string, vaultKey: VaultKey): Keyset {
  return openHeader(parseHeader(header), vaultKey, nobleAead);
}

/** A keyset's plain bytes with only the given data keys, the first of them primary. */
export function keysetWith(header: string, deks: readonly Uint8Array[]): Uint8Array {
  const { vaultId } = parseHeader(header);
  const retiredAt = new Uint8Array(16).fill(1);
  const dataKeys = deks.map((dek, i) =>
    i === 0
      ? makeDataKey(vaultId, dek as Dek, 'primary', null)
      : makeDataKey(vaultId, dek as Dek, 'rotated', retiredAt),
  );
  return encodeKeyset({ dataKeys, earlierVaultKeys: [] });
}

export function encodeWith(keyset: Keyset, change: Partial<Keyset>): Uint8Array {
  return encodeKeyset({ ...keyset, ...change });
}

export function vaultKeyIdFor(header: string, vaultKey: VaultKey): Uint8Array {
  return vaultKeyId(parseHeader(header).vaultId, vaultKey);
}
