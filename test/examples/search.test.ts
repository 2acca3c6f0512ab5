import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { needlesOf, RAW } from '../../examples/bank-statement/needles.js';
import { needlesIn, searchFor } from '../../examples/bank-statement/search-bytes.js';
import { holds } from '../properties/holds.js';

const VALUE = 'Møller?>~';
const find = (values: string[], haystack: Uint8Array) =>
  Array.from(needlesIn(haystack, searchFor(values.flatMap(needlesOf))), (needle) => [
    needle.value,
    needle.form,
  ]);

describe('the search', () => {
  it.each([
    [RAW, (bytes: Buffer) => bytes],
    ['hex', (bytes: Buffer) => Buffer.from(bytes.toString('hex'))],
    ['hex', (bytes: Buffer) => Buffer.from(bytes.toString('hex').toUpperCase())],
  ])('finds a value %s', (form, encode) => {
    const haystack = Buffer.concat([
      Buffer.from('ab'),
      encode(Buffer.from(VALUE)),
      Buffer.alloc(3),
    ]);
    expect(find(['something else', VALUE], haystack)).toEqual([[VALUE, form]]);
  });

  it.each(['base64', 'base64url'] as const)('finds a value in %s at any offset', (encoding) => {
    for (const [before, after] of [0, 1, 2, 3, 4, 5].flatMap((n) => [
      [n, 0],
      [n, 1],
      [n, 2],
    ])) {
      const around = [
        Buffer.alloc(before ?? 0, 0xa7),
        Buffer.from(VALUE),
        Buffer.alloc(after ?? 0, 0x5c),
      ];
      const haystack = Buffer.from(Buffer.concat(around).toString(encoding));
      expect(find([VALUE], haystack), `${before} before, ${after} after`).toHaveLength(1);
    }
  });

  it('finds exactly the planted ones of any values, wherever they stand', () => {
    const text = fc.string({ unit: 'binary', minLength: 6, maxLength: 20 });
    const planted = fc.record({ value: text, at: fc.nat(50), other: text });
    holds(
      fc.property(planted, ({ value, at, other }) => {
        const haystack = Buffer.concat([
          Buffer.alloc(at),
          Buffer.from(value),
          Buffer.alloc(50 - at),
        ]);
        const search = searchFor([...needlesOf(value), ...needlesOf(other)]);
        const found = needlesIn(haystack, search);
        const expected = [...needlesOf(value), ...needlesOf(other)].filter(
          ({ bytes }) => haystack.indexOf(bytes) >= 0,
        );
        expect(new Set([...found].map(({ bytes }) => Buffer.from(bytes).toString('hex')))).toEqual(
          new Set(expected.map(({ bytes }) => Buffer.from(bytes).toString('hex'))),
        );
        expect([...found].some((needle) => needle.value === value)).toBe(true);
      }),
    );
  });

  it('finds nothing in random bytes, nor in an empty place', () => {
    const bytes = new Uint8Array(1 << 20);
    let state = 1;
    for (let i = 0; i < bytes.length; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      bytes[i] = state >>> 16;
    }
    const values = Array.from({ length: 500 }, (_, index) => `value ${index * 7919}`);
    expect(find(values, bytes)).toEqual([]);
    expect(find(values, new Uint8Array(0))).toEqual([]);
    expect(find(values, Buffer.from('value'))).toEqual([]);
  });

  it('tells of every place where a needle stands', () => {
    const places: number[] = [];
    searchFor(needlesOf('112112'))(Buffer.from('112112112.112112'), (_, at) => places.push(at));
    expect(places).toEqual([0, 3, 10]);
  });

  it('takes no needle that is too short to be told from chance', () => {
    expect(() => searchFor(needlesOf('short'))).toThrow(RangeError);
  });
});
