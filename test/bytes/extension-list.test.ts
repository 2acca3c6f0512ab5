import { describe, expect, it } from 'vitest';
import { readExtensions } from '../../src/bytes/extension-list.js';
import { createReader } from '../../src/bytes/wire-reader.js';
import { malformedRow } from '../../src/rows/payload.js';

const read = (...bytes: number[]) =>
  readExtensions(createReader(Uint8Array.from(bytes), malformedRow));

describe('an extension list', () => {
  it('is read in order, optional extensions only', () => {
    expect(read(0)).toEqual([]);
    expect(read(2, 0, 1, 0, 0, 1, 0, 0, 2, 8, 9)).toEqual([
      { id: 1, bytes: Uint8Array.of() },
      { id: 256, bytes: Uint8Array.of(8, 9) },
    ]);
  });

  it('with a critical extension is for a later version, wherever it stands', () => {
    const later = expect.objectContaining({ code: 'UNSUPPORTED_VERSION' });
    expect(() => read(1, 0, 1, 1, 0)).toThrow(later);
    expect(() => read(2, 0, 1, 0, 0, 0, 2, 1, 0)).toThrow(later);
  });

  it.each([
    ['has too many', [17]],
    ['is not in rising order', [2, 0, 2, 0, 0, 0, 1, 0, 0]],
    ['names one twice', [2, 0, 1, 0, 0, 0, 1, 0, 0]],
    ['has a flag that is neither 0 nor 1', [1, 0, 1, 2, 0]],
    ['ends too early', [1, 0, 1, 0, 3, 1, 2]],
  ])('that %s is malformed', (_, bytes) => {
    expect(() => read(...bytes)).toThrow(expect.objectContaining({ code: 'ROW_MALFORMED' }));
  });
});
