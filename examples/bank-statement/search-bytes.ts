/**
 * Finds any of many needles in one pass: a bit by the hash of six bytes says whether any needle may
 * begin so, a map which needles do. As bits, the table fits into a processor's cache.
 */
import { type Needle, SHORTEST_NEEDLE } from './needles.js';

/** Tells of each needle at each place where it stands. */
export type SearchBytes = (
  haystack: Uint8Array,
  onHit: (needle: Needle, at: number) => void,
) => void;

export function searchFor(needles: readonly Needle[]): SearchBytes {
  const begins = new Int32Array(1 << 19);
  const byPrefix = new Map<number, Needle[]>();
  for (const needle of needles) {
    if (needle.bytes.length < SHORTEST_NEEDLE) throw new RangeError('A needle is too short.');
    const first = threeBytes(needle.bytes, 0);
    const next = threeBytes(needle.bytes, 3);
    const bit = hash(first, next);
    begins[bit >>> 5] = (begins[bit >>> 5] as number) | (1 << bit);
    const others = byPrefix.get(sixBytes(first, next));
    if (others) others.push(needle);
    else byPrefix.set(sixBytes(first, next), [needle]);
  }
  return (haystack, onHit) => {
    let first = threeBytes(haystack, -1);
    let next = threeBytes(haystack, 2);
    for (let at = 0; at <= haystack.length - SHORTEST_NEEDLE; at++) {
      first = ((first << 8) | (haystack[at + 2] as number)) & 0xffffff;
      next = ((next << 8) | (haystack[at + 5] as number)) & 0xffffff;
      const bit = hash(first, next);
      if (((begins[bit >>> 5] as number) & (1 << bit)) === 0) continue;
      for (const needle of byPrefix.get(sixBytes(first, next)) ?? []) {
        if (standsAt(haystack, at, needle.bytes)) onHit(needle, at);
      }
    }
  };
}

/** The needles that stand anywhere in it. */
export function needlesIn(haystack: Uint8Array, search: SearchBytes): Set<Needle> {
  const found = new Set<Needle>();
  search(haystack, (needle) => found.add(needle));
  return found;
}

function threeBytes(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
}

/** 48 bits, which a number holds exactly. */
function sixBytes(first: number, next: number): number {
  return first * 2 ** 24 + next;
}

/** The six bytes in 24 bits; the odd factor spreads letters, which use few of them. */
function hash(first: number, next: number): number {
  return (Math.imul(first, 0x9e3779b1) >>> 8) ^ next;
}

function standsAt(haystack: Uint8Array, at: number, needle: Uint8Array): boolean {
  for (let i = SHORTEST_NEEDLE; i < needle.length; i++) {
    if (haystack[at + i] !== needle[i]) return false;
  }
  return true;
}
