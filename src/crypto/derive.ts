/**
 * SHA-256 (FIPS 180-4) from `@noble/hashes`, and over it HMAC (RFC 2104) and HKDF (RFC 5869).
 *
 * The two are written out because they are short and noble's own cost an app four times as many
 * bytes. `_SHA256` is the class behind noble's `sha256`, without the wrapper that takes options.
 */
import { _SHA256 } from '@noble/hashes/sha2.js';
import { encodeUtf8 } from '../bytes/utf8.js';
import { KEY_LENGTH, type MacKey } from './key-types.js';
import { wipe } from './secrets.js';

export const HASH_LENGTH = 32;
const BLOCK_LENGTH = 64;

/**
 * A key for one purpose from a key for none: HKDF-SHA-256.
 *
 * @param salt separates vaults (the vault id) or slots (the slot's salt); not secret
 * @param label one of `LABEL`, as HKDF's `info`
 * @param length in bytes, 32 unless told, at most 64
 */
export function derive(
  inputKey: Uint8Array,
  salt: Uint8Array,
  label: string,
  length = KEY_LENGTH,
): Uint8Array {
  const info = encodeUtf8(label) as Uint8Array;
  const pseudoRandomKey = hmac(salt, inputKey);
  const derived = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let i = 1, at = 0; at < length; i++, at += HASH_LENGTH) {
    const next = hmac(pseudoRandomKey, block, info, Uint8Array.of(i));
    wipe(block);
    block = next;
    derived.set(block.subarray(0, length - at), at);
  }
  wipe(pseudoRandomKey, block);
  return derived;
}

export function mac(key: MacKey, bytes: Uint8Array): Uint8Array {
  return hmac(key, bytes);
}

/** The hash of all parts, one after another. */
export function hash(...parts: readonly Uint8Array[]): Uint8Array {
  const state = new _SHA256();
  for (const part of parts) state.update(part);
  return state.digest();
}

/** The hash of what is not all there at once. */
export interface RunningHash {
  update(part: Uint8Array): void;
  /** Of all parts so far; nothing may follow. */
  digest(): Uint8Array;
}

export function beginHash(): RunningHash {
  const state = new _SHA256();
  return { update: (part) => void state.update(part), digest: () => state.digest() };
}

function hmac(key: Uint8Array, ...message: readonly Uint8Array[]): Uint8Array {
  const block = new Uint8Array(BLOCK_LENGTH);
  block.set(key.length > BLOCK_LENGTH ? hash(key) : key);
  const inner = hash(masked(block, 0x36), ...message);
  const outer = hash(masked(block, 0x36 ^ 0x5c), inner);
  wipe(block, inner);
  return outer;
}

/**
 * Flips bits in every byte of a block, in place: first to the inner pad, then from there to the
 * outer.
 */
function masked(block: Uint8Array, mask: number): Uint8Array {
  for (let i = 0; i < BLOCK_LENGTH; i++) block[i] = (block[i] as number) ^ mask;
  return block;
}
