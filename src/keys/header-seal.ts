/** Making a header authentic under a vault key, and checking that it is. */
import { equalBytes } from '../bytes/compare.js';
import { concat, copyOf } from '../bytes/copies.js';
import { type AeadBackend, NONCE_LENGTH } from '../crypto/aead.js';
import { derive, mac } from '../crypto/derive.js';
import type { Kek, MacKey, VaultKey } from '../crypto/key-types.js';
import { LABEL } from '../crypto/labels.js';
import { randomBytes } from '../crypto/random.js';
import { equalSecrets, useOnce, wipe } from '../crypto/secrets.js';
import { RowsealError } from '../errors.js';
import { encodeKeyset, type Keyset, parseKeyset, vaultKeyId } from './keyset.js';
import {
  encodeAuthenticated,
  encodeFields,
  type HeaderFields,
  parseHeaderBytes,
  type VaultHeader,
} from './vault-header.js';

/** Seals a keyset into a header and authenticates the whole. Throws `LIMIT_EXCEEDED`. */
export function sealHeader(
  fields: HeaderFields,
  keyset: Keyset,
  vaultKey: VaultKey,
  aead: AeadBackend,
): VaultHeader {
  const sealedKeyset = sealKeyset(fields, keyset, vaultKey, aead);
  const authenticated = encodeAuthenticated(fields, sealedKeyset);
  const header = parseHeaderBytes(concat(authenticated, macOf(fields, vaultKey, authenticated)));
  // Opened before anybody stores it: a broken backend must not replace a header that works.
  const { dataKeys, earlierVaultKeys } = openHeader(header, vaultKey, aead);
  for (const { dek, rowKey } of dataKeys) wipe(dek, rowKey);
  for (const { key } of earlierVaultKeys) wipe(key);
  return header;
}

/**
 * Verifies that a header was made under this vault key, all of it, and opens its keyset.
 *
 * A slot that wraps another vault key than the header names (threat C22) is caught here.
 * Throws `HEADER_TAMPERED`.
 */
export function openHeader(header: VaultHeader, vaultKey: VaultKey, aead: AeadBackend): Keyset {
  if (!isAuthentic(header, vaultKey)) tampered();
  const nonce = header.sealedKeyset.subarray(0, NONCE_LENGTH);
  const sealed = header.sealedKeyset.subarray(NONCE_LENGTH);
  const opened = useOnce(deriveKeysetKek(header, vaultKey), (kek) =>
    aead.open(kek, nonce, sealed, header.fieldBytes),
  );
  // A copy, in case the backend reuses its buffers: these keys live as long as the vault is open.
  const body = useOnce(opened ?? tampered(), copyOf);
  try {
    return parseKeyset(header.vaultId, body);
  } catch (error) {
    wipe(body);
    throw error;
  }
}

function sealKeyset(
  fields: HeaderFields,
  keyset: Keyset,
  vaultKey: VaultKey,
  aead: AeadBackend,
): Uint8Array {
  const nonce = randomBytes(NONCE_LENGTH);
  const sealed = useOnce(encodeKeyset(keyset), (body) =>
    useOnce(deriveKeysetKek(fields, vaultKey), (kek) =>
      aead.seal(kek, nonce, body, encodeFields(fields)),
    ),
  );
  return concat(nonce, sealed);
}

/** Whether all of a header was made under this vault key. */
export function isAuthentic(header: VaultHeader, vaultKey: VaultKey): boolean {
  if (!equalBytes(vaultKeyId(header.vaultId, vaultKey), header.vaultKeyId)) return false;
  const authenticated = header.bytes.subarray(0, header.bytes.length - header.mac.length);
  return equalSecrets(macOf(header, vaultKey, authenticated), header.mac);
}

function deriveKeysetKek({ vaultId }: HeaderFields, vaultKey: VaultKey): Kek {
  return derive(vaultKey, vaultId, LABEL.keysetWrap) as Kek;
}

function macOf({ vaultId }: HeaderFields, vaultKey: VaultKey, bytes: Uint8Array): Uint8Array {
  const macKey = derive(vaultKey, vaultId, LABEL.headerMac) as MacKey;
  return useOnce(macKey, (key) => mac(key, bytes));
}

function tampered(): never {
  throw new RowsealError(
    'HEADER_TAMPERED',
    'The secret is right, but the vault header was changed without the vault key. Nothing of it was used: load it again.',
  );
}
