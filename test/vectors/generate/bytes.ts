/** Bytes for vectors, written by hand: nothing here is shared with `src`. */
import { createHash, hkdfSync } from 'node:crypto';

export type Bytes = Uint8Array;

export const hex = (bytes: Iterable<number>): string =>
  Buffer.from(Uint8Array.from(bytes)).toString('hex');
export const fromHex = (text: string): Bytes => Uint8Array.from(Buffer.from(text, 'hex'));
export const utf8 = (text: string): Bytes => Uint8Array.from(Buffer.from(text, 'utf8'));
export const base64url = (bytes: Iterable<number>): string =>
  Buffer.from(Uint8Array.from(bytes)).toString('base64url');
export const fromBase64url = (text: string): Bytes =>
  Uint8Array.from(Buffer.from(text, 'base64url'));

export const join = (...parts: readonly Iterable<number>[]): Bytes =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

export const sha256 = (bytes: Bytes): Bytes =>
  Uint8Array.from(createHash('sha256').update(bytes).digest());

/** Bytes that look random and follow from a name. */
export function named(name: string, length: number): Bytes {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    sha256(utf8(`${name} ${i}`)),
  );
  return join(...blocks).slice(0, length);
}

export const hkdf = (key: Bytes, salt: Bytes, label: string, length = 32): Bytes =>
  new Uint8Array(hkdfSync('sha256', key, salt, label, length));

/** Text of UTF-16 code units that need not be well-formed. */
export const utf16 = (text: string) => ({
  utf16: [...Array(text.length).keys()]
    .map((i) => text.charCodeAt(i).toString(16).padStart(4, '0'))
    .join(''),
});
