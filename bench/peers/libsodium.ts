import sodium from 'libsodium-wrappers';
import { type Columns, columnsOf, sameColumns } from '../rows.js';
import { columnsFromJson, columnsToJson } from './json-columns.js';
import { loadedVersion, type Peer } from './peer.js';

/** As its README encrypts: the nonce before the ciphertext, base64 of its own. */
export function libsodium(): Promise<Peer<Columns, string, Columns>> {
  return secretbox('libsodium secretbox + JSON', () =>
    sodium.randombytes_buf(sodium.crypto_secretbox_NONCEBYTES),
  );
}

/** The same with nonces from one call of the platform: libsodium asks it for four bytes at a time. */
export function libsodiumPlatformNonces(): Promise<Peer<Columns, string, Columns>> {
  return secretbox('libsodium, platform nonces', () =>
    crypto.getRandomValues(new Uint8Array(sodium.crypto_secretbox_NONCEBYTES)),
  );
}

async function secretbox(
  name: string,
  newNonce: () => Uint8Array,
): Promise<Peer<Columns, string, Columns>> {
  await sodium.ready;
  const key = sodium.crypto_secretbox_keygen();
  const nonceLength = sodium.crypto_secretbox_NONCEBYTES;
  return {
    name,
    version: loadedVersion('libsodium-wrappers'),
    protects: 'XSalsa20-Poly1305; not bound to anything; no key id; no padding',
    storedUnit: 'characters',
    prepare: (rows) => rows.map(columnsOf),
    encrypt(columns) {
      const nonce = newNonce();
      const box = sodium.crypto_secretbox_easy(columnsToJson(columns), nonce, key);
      const stored = new Uint8Array(nonceLength + box.length);
      stored.set(nonce);
      stored.set(box, nonceLength);
      return sodium.to_base64(stored);
    },
    decrypt(text) {
      const stored = sodium.from_base64(text);
      const [nonce, box] = [stored.subarray(0, nonceLength), stored.subarray(nonceLength)];
      return columnsFromJson(sodium.crypto_secretbox_open_easy(box, nonce, key, 'text'));
    },
    matches: sameColumns,
    storedBytes: (text) => text.length,
  };
}
