/** HKDF-SHA-256 (RFC 5869), HMAC-SHA-256 (RFC 2104) and SHA-256 (FIPS 180-4). */
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { encodeUtf8 } from '../bytes/utf8.js';
import { KEY_LENGTH, type MacKey } from './key-types.js';

export const HASH_LENGTH = 32;

/**
 * A key for one purpose from a key for none.
 *
 * @param salt separates vaults (the vault id) or slots (the slot's salt); not secret
 * @param label one of `LABEL`, as HKDF's `info`
 * @param length in bytes, 32 unless told
 */
export function derive(
  inputKey: Uint8Array,
  salt: Uint8Array,
  label: string,
  length = KEY_LENGTH,
): Uint8Array {
  return hkdf(sha256, inputKey, salt, encodeUtf8(label) as Uint8Array, length);
}

export function hash(bytes: Uint8Array): Uint8Array {
  return sha256(bytes);
}

export function mac(key: MacKey, bytes: Uint8Array): Uint8Array {
  return hmac(sha256, key, bytes);
}
