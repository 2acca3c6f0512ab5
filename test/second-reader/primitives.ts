import { createHash, createHmac, hkdfSync } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { concat, toUtf8 } from './bytes.js';

// Section 3. libsodium has the AEAD, Node's OpenSSL has SHA-256.

await sodium.ready;

export const tagLength = 16;

/** The plaintext, or nothing where the tag is wrong. */
export function openSealed(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array | undefined {
  try {
    return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      null,
      sealed,
      associatedData,
      nonce,
      key,
    );
  } catch {
    return undefined;
  }
}

/** In constant time. */
export const equalSecrets = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && sodium.memcmp(a, b);

export const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(
    createHash('sha256')
      .update(concat(...parts))
      .digest(),
  );

export const hmac = (key: Uint8Array, bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHmac('sha256', key).update(bytes).digest());

const labels = {
  recoverySlot: 'rowseal/1 recovery key slot',
  secretSlot: 'rowseal/1 secret slot',
  slotCommitment: 'rowseal/1 slot commitment',
  slotWrap: 'rowseal/1 slot wrap',
  vaultKeyId: 'rowseal/1 vault key id',
  headerMac: 'rowseal/1 header MAC',
  exportMac: 'rowseal/1 export MAC',
  keysetWrap: 'rowseal/1 keyset wrap',
  dekId: 'rowseal/1 DEK id',
  rowKey: 'rowseal/1 row key',
};

export type Derivation = keyof typeof labels;

export const isDerivation = (name: string): name is Derivation => Object.hasOwn(labels, name);

/** One row of "Every derivation". */
export const derive = (output: Derivation, key: Uint8Array, salt: Uint8Array): Uint8Array =>
  hkdf(key, salt, labels[output], 32);

/** The last row: the label holds the length, since HKDF does not bind it. */
export function deriveAppKey(
  vaultKey: Uint8Array,
  vaultId: Uint8Array,
  label: string,
  length: number,
): Uint8Array {
  if (length < 16 || length > 64) throw new RangeError('16 to 64 bytes');
  return hkdf(vaultKey, vaultId, `rowseal/1 app key ${length}: ${label}`, length);
}

function hkdf(key: Uint8Array, salt: Uint8Array, label: string, length: number): Uint8Array {
  const info = toUtf8(label);
  if (info === undefined) throw new TypeError('the label holds a lone surrogate');
  return new Uint8Array(hkdfSync('sha256', key, salt, info, length));
}
