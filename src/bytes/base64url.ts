/**
 * Base64url without padding (RFC 4648, section 5), strict in both directions: one text per byte
 * string. Padding, white space, the `+/` alphabet and non-zero trailing bits are refused, since
 * two texts for one ciphertext would defeat comparing and pinning.
 *
 * Written out because every row passes through it, and a general codec is slower and larger
 * (`docs/decisions/0010-base64url-by-hand.md`).
 */
import { copyOf } from './copies.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NOT_IN_ALPHABET = 64;

/** By sextet: its character's code. */
const CODES = /* @__PURE__ */ Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
/** By character code below 128: its sextet. */
const SEXTETS = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, code) => {
  const sextet = CODES.indexOf(code);
  return sextet < 0 ? NOT_IN_ALPHABET : sextet;
});

/** Node's own: an order of magnitude faster, but its decoder skips what it doesn't know. */
interface NativeBuffer {
  isEncoding?(name: string): boolean;
  from(memory: ArrayBufferLike, at: number, length: number): NativeBytes;
  from(text: string, format: 'base64url'): NativeBytes;
}
type NativeBytes = Uint8Array & { toString(format: 'base64url'): string };

/** Of the polyfills that bundlers give browsers and React Native, most don't know base64url. */
function nativeBuffer(): NativeBuffer | null {
  const { Buffer } = globalThis as { readonly Buffer?: NativeBuffer };
  return Buffer?.isEncoding?.('base64url') ? Buffer : null;
}

export function encodeBase64url(bytes: Uint8Array): string {
  const text = nativeBuffer()
    ?.from(bytes.buffer, bytes.byteOffset, bytes.length)
    .toString('base64url');
  // A polyfill may have padded it.
  return text?.length === base64urlLength(bytes.length) ? text : encodeByTable(bytes);
}

/** The bytes of strict base64url text, or `null` when it is anything else. */
export function decodeBase64url(text: string): Uint8Array | null {
  return decodeNatively(text) ?? decodeByTable(text);
}

/** `null` where the table must decide: Node skips what it doesn't know, a polyfill may throw. */
function decodeNatively(text: string): Uint8Array | null {
  const Buffer = nativeBuffer();
  if (!Buffer) return null;
  try {
    // A copy: short ones are views of memory that all of the process shares.
    const bytes = copyOf(Buffer.from(text, 'base64url'));
    // Bytes have one text, so a text that does not come back was another one.
    return encodeBase64url(bytes) === text ? bytes : null;
  } catch {
    return null;
  }
}

/** Where no `Buffer` does it. */
export function encodeByTable(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    // Past the end there are zeros, whose characters are cut off below.
    const [a, b = 0, c = 0] = [bytes[i] as number, bytes[i + 1], bytes[i + 2]];
    text += String.fromCharCode(
      CODES[a >>> 2] as number,
      CODES[((a & 3) << 4) | (b >>> 4)] as number,
      CODES[((b & 15) << 2) | (c >>> 6)] as number,
      CODES[c & 63] as number,
    );
  }
  return text.slice(0, base64urlLength(bytes.length));
}

/** Where no `Buffer` does it. */
export function decodeByTable(text: string): Uint8Array | null {
  const bytes = new Uint8Array((text.length * 3) >>> 2);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const sextet = SEXTETS[text.charCodeAt(i)] ?? NOT_IN_ALPHABET;
    if (sextet === NOT_IN_ALPHABET) return null;
    bits = ((bits << 6) | sextet) & 0x3fff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = bits >>> held;
    }
  }
  // A lone last character holds no byte, and unused bits must be zero.
  return text.length % 4 === 1 || (bits & ((1 << held) - 1)) !== 0 ? null : bytes;
}

/** Characters that `byteLength` bytes take as base64url text. */
export function base64urlLength(byteLength: number): number {
  return Math.ceil((byteLength * 4) / 3);
}
