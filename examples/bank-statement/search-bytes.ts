/**
 * Finds any of many needles in one pass: a table says whether three bytes begin any needle, a map
 * which needles begin with six.
 */
import { type Needle, SHORTEST_NEEDLE } from './needles.js';

export type SearchBytes = (haystack: Uint8Array) => Set<Needle>;

export function searchFor(needles: readonly Needle[]): SearchBytes {
  const begins = new Uint8Array(1 << 24);
  const byPrefix = new Map<number, Needle[]>();
  for (const needle of needles) {
    if (needle.bytes.length < SHORTEST_NEEDLE) throw new RangeError('A needle is too short.');
    begins[threeBytes(needle.bytes, 0)] = 1;
    const prefix = sixBytes(needle.bytes, 0);
    const others = byPrefix.get(prefix);
    if (others) others.push(needle);
    else byPrefix.set(prefix, [needle]);
  }
  return (haystack) => {
    const found = new Set<Needle>();
    let head = threeBytes(haystack, -1);
    for (let at = 0; at <= haystack.length - SHORTEST_NEEDLE; at++) {
      head = ((head << 8) | (haystack[at + 2] as number)) & 0xffffff;
      if (begins[head] === 0) continue;
      for (const needle of byPrefix.get(sixBytes(haystack, at)) ?? []) {
        if (standsAt(haystack, at, needle.bytes)) found.add(needle);
      }
    }
    return found;
  };
}

function threeBytes(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
}

/** 48 bits, which a number holds exactly. */
function sixBytes(bytes: Uint8Array, at: number): number {
  return threeBytes(bytes, at) * 2 ** 24 + threeBytes(bytes, at + 3);
}

function standsAt(haystack: Uint8Array, at: number, needle: Uint8Array): boolean {
  for (let i = SHORTEST_NEEDLE; i < needle.length; i++) {
    if (haystack[at + i] !== needle[i]) return false;
  }
  return true;
}
