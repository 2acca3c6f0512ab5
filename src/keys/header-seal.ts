/** Making a header authentic under a vault key, and checking that it is. */
import { equalBytes } from '../bytes/compare.js';
import { type AeadBackend, NONCE_LENGTH } from '../crypto/aead.js';
import { derive, mac } from '../crypto/derive.js';
import type { Kek, MacKey, VaultKey } from '../crypto/key-types.js';
import { LABEL } from '../crypto/labels.js';
import { randomBytes } from '../crypto/random.js';
import { equalSecrets, wipe } from '../crypto/secrets.js';
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
  const body = encodeKeyset(keyset);
  const nonce = randomBytes(NONCE_LENGTH);
  const wrapKey = deriveKeysetKek(fields, vaultKey);
  const sealed = aead.seal(wrapKey, nonce, body, encodeFields(fields));
  wipe(body, wrapKey);
  const sealedKeyset = new Uint8Array(NONCE_LENGTH + sealed.length);
  sealedKeyset.set(nonce);
  sealedKeyset.set(sealed, NONCE_LENGTH);
  const authenticated = encodeAuthenticated(fields, sealedKeyset);
  const tag = macOf(fields, vaultKey, authenticated);
  const bytes = new Uint8Array(authenticated.length + tag.length);
  bytes.set(authenticated);
  bytes.set(tag, authenticated.length);
  return parseHeaderBytes(bytes);
}

/**
 * Verifies that a header was made under this vault key, all of it, and opens its keyset.
 *
 * A slot that wraps another vault key than the header names (threat C22) is caught here.
 * Throws `HEADER_TAMPERED`.
 */
export function openHeader(header: VaultHeader, vaultKey: VaultKey, aead: AeadBackend): Keyset {
  if (!isAuthentic(header, vaultKey)) tampered();
  const wrapKey = deriveKeysetKek(header, vaultKey);
  const nonce = header.sealedKeyset.subarray(0, NONCE_LENGTH);
  const sealed = header.sealedKeyset.subarray(NONCE_LENGTH);
  const body = aead.open(wrapKey, nonce, sealed, encodeFields(header));
  wipe(wrapKey);
  return body ? parseKeyset(header.vaultId, body) : tampered();
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
  const tag = mac(macKey, bytes);
  wipe(macKey);
  return tag;
}

function tampered(): never {
  throw new RowsealError(
    'HEADER_TAMPERED',
    'The secret is right, but the vault header was changed by someone who does not know the vault key. Nothing was accepted from it; load it again or use another copy.',
  );
}
