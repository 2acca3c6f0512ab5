import { expect, it } from 'vitest';
import { compareBytes, equalBytes } from '../../src/bytes/compare.js';
import { FORMAT_BYTE, isFutureFormatByte } from '../../src/bytes/format-bytes.js';
import { isBytes } from '../../src/bytes/is-bytes.js';

it('gives every format a first byte of its own, below all printable text', () => {
  const bytes = Object.values(FORMAT_BYTE);
  expect(new Set(bytes).size).toBe(bytes.length);
  for (const byte of bytes) {
    expect(byte).toBeGreaterThanOrEqual(1);
    expect(byte).toBeLessThan(0x20);
    expect(isFutureFormatByte(byte)).toBe(false);
  }
});

it('takes only the unassigned bytes from 0x01 to 0x1f for later formats', () => {
  const assigned: number[] = Object.values(FORMAT_BYTE);
  for (let byte = 0; byte < 256; byte++) {
    const later = byte >= 1 && byte <= 0x1f && !assigned.includes(byte);
    expect(isFutureFormatByte(byte)).toBe(later);
  }
});

it('orders bytes as unsigned numbers, a prefix first', () => {
  const sorted = [[], [0], [0, 0], [0, 255], [1], [127], [128], [255, 0]].map((b) =>
    Uint8Array.from(b),
  );
  for (const [i, a] of sorted.entries()) {
    for (const [j, b] of sorted.entries()) {
      expect(Math.sign(compareBytes(a, b))).toBe(Math.sign(i - j));
      expect(equalBytes(a, b)).toBe(i === j);
    }
  }
});

it('knows a Uint8Array, and nothing that only resembles one', () => {
  expect(isBytes(Buffer.from('a'))).toBe(true);
  for (const other of [
    [1],
    'a',
    new Uint8ClampedArray(1),
    new DataView(new ArrayBuffer(1)),
    null,
  ]) {
    expect(isBytes(other)).toBe(false);
  }
});
