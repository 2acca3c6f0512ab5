/** Associated data and sealed rows by sections 6 and 12 of docs/format.md, with nothing from `src`. */
import sodium from 'libsodium-wrappers';
import { varint } from '../../support/payload-bytes.js';
import { type Bytes, hkdf, join, utf8 } from './bytes.js';

await sodium.ready;

export interface BoundValue {
  readonly id: Bytes;
  readonly tag: number;
  readonly value: Bytes;
}

/** Where a payload belongs. */
export interface Place {
  readonly vaultId: Bytes;
  readonly tableId: string;
  readonly rowId: string;
  readonly bound: readonly BoundValue[];
}

const sized = (bytes: Bytes): Bytes => join(varint(bytes.length), bytes);

export function rowAssociatedData(prefix: Bytes, place: Place): Bytes {
  return join(
    prefix,
    place.vaultId,
    sized(utf8(place.tableId)),
    sized(utf8(place.rowId)),
    [0, place.bound.length],
    ...place.bound.flatMap(({ id, tag, value }) => [id, [tag], sized(value)]),
  );
}

export function prefixOf(keyId: Bytes, nonce: Bytes, boundSet: number): Bytes {
  return join([0x01], keyId, nonce, [boundSet]);
}

export const keyIdOf = (dek: Bytes, vaultId: Bytes): Bytes =>
  hkdf(dek, vaultId, 'rowseal/1 DEK id');

export function seal(key: Bytes, nonce: Bytes, plaintext: Bytes, associatedData: Bytes): Bytes {
  return Uint8Array.from(
    sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, associatedData, null, nonce, key),
  );
}

/** Throws where the tag is wrong. */
export function open(key: Bytes, nonce: Bytes, sealed: Bytes, associatedData: Bytes): Bytes {
  return Uint8Array.from(
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, associatedData, nonce, key),
  );
}

export interface EnvelopeParts {
  readonly dek: Bytes;
  readonly nonce: Bytes;
  readonly boundSet: number;
  readonly payload: Bytes;
}

/** The envelope of a payload in its place. */
export function sealEnvelope(
  { dek, nonce, boundSet, payload }: EnvelopeParts,
  place: Place,
): Bytes {
  const prefix = prefixOf(keyIdOf(dek, place.vaultId), nonce, boundSet);
  const rowKey = hkdf(dek, place.vaultId, 'rowseal/1 row key');
  return join(prefix, seal(rowKey, nonce, payload, rowAssociatedData(prefix, place)));
}
