/**
 * One ciphertext that opens under two keys: the "invisible salamanders" of Dodis, Grubbs,
 * Ristenpart and Woodage (CRYPTO 2018), for XChaCha20-Poly1305.
 *
 * Poly1305 is a polynomial over the integers modulo p = 2^130 − 5, evaluated at a secret point r,
 * plus a secret s. Whoever knows both keys knows both pairs, so "both tags are equal" is one
 * linear equation in any single block of the ciphertext. A solution is a block only when it lies
 * in a quarter of the field, so a second block counts up until one fits.
 */
import { xchacha20, xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { equalBytes } from '../../src/bytes/compare.js';

/** All that decides whether a ciphertext opens. */
export interface Opening {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly associatedData: Uint8Array;
}

const BLOCK = 16;
const P = 2n ** 130n - 5n;
const BLOCK_BIT = 2n ** 128n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;
const ATTEMPTS = 10_000n;

/**
 * Ciphertext followed by its tag, which opens under both.
 *
 * @param leading ciphertext to begin with, in whole blocks; 32 bytes come after it
 */
export function collide(
  first: Opening,
  second: Opening,
  leading: Uint8Array = new Uint8Array(0),
): Uint8Array {
  for (let counter = 0n; counter < ATTEMPTS; counter++) {
    const block = solve(polynomial(first, leading, counter), polynomial(second, leading, counter));
    if (block === null) continue;
    const ciphertext = Uint8Array.from([...leading, ...encode(block), ...encode(counter)]);
    const tag = tagOf(first, ciphertext);
    // The two sums may be equal modulo p and yet differ as numbers; then the next counter.
    if (equalBytes(tag, tagOf(second, ciphertext))) return Uint8Array.from([...ciphertext, ...tag]);
  }
  throw new Error('No collision found: the two openings have the same one-time key.');
}

/** The tag as a function of the block x that is solved for: (slope · x + rest modulo p) + s. */
interface Polynomial {
  readonly slope: bigint;
  readonly rest: bigint;
  readonly s: bigint;
}

function polynomial(opening: Opening, leading: Uint8Array, counter: bigint): Polynomial {
  const { associatedData } = opening;
  const { r, s } = oneTimeKey(opening);
  const lengths = BigInt(associatedData.length) + (BigInt(leading.length + 2 * BLOCK) << 64n);
  const before = [...blocksOf(associatedData), ...blocksOf(leading)];
  const blocks = [...before, 0n, counter + BLOCK_BIT, lengths + BLOCK_BIT];
  const rest = blocks.reduce((sum, block) => modulo((sum + block) * r), 0n);
  // The block x stands third from the end.
  return { slope: modulo(r * r * r), rest, s };
}

/** The block that gives both polynomials one value, or `null` when it is not a block's number. */
function solve(a: Polynomial, b: Polynomial): bigint | null {
  const wanted = modulo(b.s - a.s + b.rest - a.rest);
  const x = modulo(wanted * inverse(modulo(a.slope - b.slope)));
  return x >= BLOCK_BIT && x < 2n * BLOCK_BIT ? x - BLOCK_BIT : null;
}

function oneTimeKey({ key, nonce }: Opening): { r: bigint; s: bigint } {
  const stream = xchacha20(key, nonce, new Uint8Array(2 * BLOCK));
  return { r: decode(stream.subarray(0, BLOCK)) & CLAMP, s: decode(stream.subarray(BLOCK)) };
}

/** The tag that noble itself computes: encrypting the decryption gives the ciphertext back. */
function tagOf({ key, nonce, associatedData }: Opening, ciphertext: Uint8Array): Uint8Array {
  // The AEAD's own stream begins one 64-byte block later than the one-time key.
  const padded = new Uint8Array(64 + ciphertext.length);
  padded.set(ciphertext, 64);
  const plaintext = xchacha20(key, nonce, padded).subarray(64);
  return xchacha20poly1305(key, nonce, associatedData).encrypt(plaintext).subarray(-BLOCK);
}

/** 16 bytes at a time, the last one padded with zeros, each with the bit above it. */
function blocksOf(bytes: Uint8Array): bigint[] {
  const count = Math.ceil(bytes.length / BLOCK);
  return Array.from({ length: count }, (_, i) => {
    const block = new Uint8Array(BLOCK);
    block.set(bytes.subarray(i * BLOCK, (i + 1) * BLOCK));
    return decode(block) + BLOCK_BIT;
  });
}

/** Little-endian, as in RFC 8439. */
function decode(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) + BigInt(byte), 0n);
}

function encode(value: bigint): Uint8Array {
  return Uint8Array.from({ length: BLOCK }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

function modulo(value: bigint): bigint {
  return ((value % P) + P) % P;
}

/** By Fermat's little theorem, since p is prime. */
function inverse(value: bigint): bigint {
  let result = 1n;
  for (let base = value, exponent = P - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = modulo(result * base);
    base = modulo(base * base);
  }
  return result;
}
