import { describe, expect, it } from 'vitest';
import { DEFAULT_PADDING, paddedLength } from '../../src/crypto/padding.js';

/**
 * Padmé by its definition rather than its code: of the floor(log2 L) + 1 bits of a length, only as
 * many are kept as it takes to write the exponent; the rest are zero, rounding up.
 */
function padmeByBits(length: number): number {
  const exponent = length.toString(2).length - 1;
  const kept = exponent.toString(2).length;
  const unit = 1n << BigInt(Math.max(0, exponent - kept));
  const rounded = ((BigInt(length) + unit - 1n) / unit) * unit;
  return Number(rounded);
}

describe('padding', () => {
  it('is Padmé above the floor, for every length up to 70,000 and around powers of two', () => {
    const lengths = Array.from({ length: 70_000 }, (_, i) => i + 1);
    for (let bits = 16; bits <= 20; bits++) lengths.push(2 ** bits - 1, 2 ** bits, 2 ** bits + 1);
    const floor = 16;
    const wrong = lengths.filter(
      (length) =>
        paddedLength(length, { floor }) !== (length <= floor ? floor : padmeByBits(length)),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    [1, 256],
    [256, 256],
    [257, 272],
    [1000, 1024],
    [1025, 1088],
    [1_000_000, 1_015_808],
  ])('makes %d bytes %d by default', (length, padded) => {
    expect(paddedLength(length, DEFAULT_PADDING)).toBe(padded);
  });

  it('never shortens, adds at most 12 % above the floor, and is stable', () => {
    for (let length = 257; length < 1_048_576; length += 1 + (length >>> 8)) {
      const padded = paddedLength(length, DEFAULT_PADDING);
      expect(padded).toBeGreaterThanOrEqual(length);
      expect(padded).toBeLessThanOrEqual(length * 1.12);
      expect(paddedLength(padded, DEFAULT_PADDING)).toBe(padded);
    }
  });

  it("adds nothing when it is 'none'", () => {
    for (const length of [0, 1, 255, 256, 257, 99_999]) {
      expect(paddedLength(length, 'none')).toBe(length);
    }
  });
});
