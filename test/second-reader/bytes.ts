import { type Code, demand, refuse } from './refusal.js';

// Section 1: byte strings and their texts.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Byte by byte; a beginning comes before what it begins. Below 0, 0 or above 0. */
export function compare(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export const same = (a: Uint8Array, b: Uint8Array): boolean => compare(a, b) === 0;

/** A number as `length` bytes, the highest first. */
export function bigEndian(value: number | bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let rest = BigInt(value);
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

export function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function fromHex(text: string): Uint8Array {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new TypeError(`not lower-case hex: ${text}`);
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toUtf8(text: string): Uint8Array | undefined {
  return /\p{Surrogate}/u.test(text) ? undefined : new TextEncoder().encode(text);
}

/** Strict; a byte order mark is a character like any other. */
export function fromUtf8(bytes: Uint8Array, malformed: Code): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse(malformed);
  }
}

export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const bits = (a << 16) | (b << 8) | c;
    const characters = Math.min(bytes.length - i, 3) + 1;
    for (let place = 0; place < characters; place++) {
      text += alphabet[(bits >> (18 - 6 * place)) & 63];
    }
  }
  return text;
}

export function fromBase64url(text: string, malformed: Code): Uint8Array {
  demand(text.length % 4 !== 1, malformed);
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let offset = 0;
  for (const character of text) {
    const symbol = alphabet.indexOf(character);
    demand(symbol >= 0, malformed);
    bits = ((bits << 6) | symbol) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes[offset++] = bits >> held;
  }
  demand((bits & ((1 << held) - 1)) === 0, malformed);
  return bytes;
}
