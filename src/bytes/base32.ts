/** Crockford's base32: the alphabet people can read aloud (no I, L, O or U). */
import { base32crockford } from '@scure/base';

/** Upper-case text of bytes whose bit length is a multiple of five, so that there is no padding. */
export function encodeBase32(bytes: Uint8Array): string {
  return base32crockford.encode(bytes);
}

export const BASE32_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
