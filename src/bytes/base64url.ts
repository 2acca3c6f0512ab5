/**
 * Base64url without padding (RFC 4648, section 5), strict in both directions: one text per byte
 * string. Padding, white space, the `+/` alphabet and non-zero trailing bits are refused, since
 * two texts for one ciphertext would defeat comparing and pinning.
 */
import { base64urlnopad } from '@scure/base';

export function encodeBase64url(bytes: Uint8Array): string {
  return base64urlnopad.encode(bytes);
}

/** The bytes of strict base64url text, or `null` when it is anything else. */
export function decodeBase64url(text: string): Uint8Array | null {
  try {
    return base64urlnopad.decode(text);
  } catch {
    return null;
  }
}

/** Characters that `byteLength` bytes take as base64url text. */
export function base64urlLength(byteLength: number): number {
  return Math.ceil((byteLength * 4) / 3);
}
