/**
 * UTF-8, exact or refused: a lone surrogate has no UTF-8 form, and silently becoming U+FFFD would
 * make different texts equal.
 *
 * The decoder is written out because the core must run where there is no `TextDecoder`
 * (React Native's Hermes before 0.76). Well-formed sequences are those of the Unicode Standard,
 * table 3-7.
 */

declare const TextEncoder: { new (): { encode(text: string): Uint8Array } };

const LONE_SURROGATE = /\p{Surrogate}/u;

export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** The UTF-8 bytes of a text, or `null` when it holds a lone surrogate. */
export function encodeUtf8(text: string): Uint8Array | null {
  return encodeAscii(text) ?? (isWellFormed(text) ? new TextEncoder().encode(text) : null);
}

/** The text of well-formed UTF-8, or `null`; overlong forms and surrogates are refused. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at] as number);
    const codePoint = length === 0 ? -1 : codePointAt(bytes, at, length);
    if (codePoint < 0) return null;
    text += String.fromCodePoint(codePoint);
    at += length;
  }
  return text;
}

/** Up to this many characters a loop is faster than asking the platform. */
const ASCII_LENGTH_LIMIT = 64;

/** The bytes of a short text of ASCII characters, as most values and ids are. */
function encodeAscii(text: string): Uint8Array | null {
  if (text.length > ASCII_LENGTH_LIMIT) return null;
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return null;
    bytes[i] = code;
  }
  return bytes;
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0; // a continuation byte, or an overlong two-byte form
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

const SMALLEST = [0, 0, 0x80, 0x800, 0x10000] as const;

function codePointAt(bytes: Uint8Array, at: number, length: number): number {
  const lead = bytes[at] as number;
  if (length === 1) return lead;
  let codePoint = lead & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i];
    if (next === undefined || (next & 0xc0) !== 0x80) return -1;
    codePoint = (codePoint << 6) | (next & 0x3f);
  }
  const surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  return codePoint < (SMALLEST[length] as number) || codePoint > 0x10ffff || surrogate
    ? -1
    : codePoint;
}
