import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBytes } from '../../src/bytes/compare.js';
import {
  compareTicks,
  laterStamp,
  STAMP_TIME_LIMIT,
  stampOf,
  tickAfter,
  tickOf,
} from '../../src/bytes/stamp.js';
import { holds } from '../properties/holds.js';

const ticks = fc.record({
  time: fc.oneof(
    fc.integer({ min: 0, max: STAMP_TIME_LIMIT - 1 }),
    fc.constantFrom(0, 1, 255, 256),
  ),
  counter: fc.oneof(fc.nat({ max: 0xffff }), fc.constantFrom(0, 255, 256, 0xffff)),
});
const writer = new Uint8Array(8).fill(0xab);

describe('a stamp', () => {
  it('holds its tick and its writer', () => {
    expect(
      Buffer.from(stampOf({ time: 0x010203040506, counter: 0x0708 }, writer)).toString('hex'),
    ).toBe('0102030405060708abababababababab');
    holds(
      fc.property(ticks, (tick) => {
        expect(tickOf(stampOf(tick, writer))).toEqual(tick);
      }),
      500,
    );
  });

  it('is ordered by its bytes as its tick is by numbers, then by writer', () => {
    holds(
      fc.property(ticks, ticks, (a, b) => {
        const order = compareBytes(stampOf(a, writer), stampOf(b, writer));
        expect(Math.sign(order)).toBe(Math.sign(compareTicks(a, b)));
      }),
      500,
    );
    const [low, high] = [
      stampOf({ time: 1, counter: 0 }, new Uint8Array(8)),
      stampOf({ time: 1, counter: 0 }, writer),
    ];
    expect(laterStamp(low, high)).toBe(high);
    expect(laterStamp(high, low)).toBe(high);
  });
});

describe('the next tick', () => {
  it('is later, and the least such', () => {
    holds(
      fc.property(ticks, ticks, (tick, other) => {
        const next = tickAfter(tick);
        expect(compareTicks(next, tick)).toBeGreaterThan(0);
        const between = compareTicks(other, tick) > 0 && compareTicks(other, next) < 0;
        expect(between).toBe(false);
      }),
      500,
    );
  });

  it('carries the counter into the milliseconds', () => {
    expect(tickAfter({ time: 5, counter: 0xfffe })).toEqual({ time: 5, counter: 0xffff });
    expect(tickAfter({ time: 5, counter: 0xffff })).toEqual({ time: 6, counter: 0 });
  });
});
