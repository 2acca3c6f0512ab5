import { ALPHABET } from './bech32m.js';

/** Crockford's base32 of bytes whose bits are a multiple of five. */
export function encodeBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{5}/g) as string[])
    .map((five) => ALPHABET[Number.parseInt(five, 2)])
    .join('');
}
