import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { compareBytes } from '../../src/bytes/compare.js';
import { STAMP_TIME_LIMIT, type StampBytes, stampOf, tickOf } from '../../src/bytes/stamp.js';
import { CLOCK_TOLERANCE_MS, createWriterClock } from '../../src/keys/writer-clock.js';

const NOW = Date.UTC(2026, 0, 1);
const other = new Uint8Array(8).fill(1);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

function foreign(time: number, counter = 0): StampBytes {
  return stampOf({ time, counter }, other);
}

describe("a writer's clock", () => {
  it('shows the time, and counts within a millisecond', () => {
    const clock = createWriterClock();
    expect(tickOf(clock.stamp())).toEqual({ time: NOW, counter: 0 });
    expect(tickOf(clock.stamp())).toEqual({ time: NOW, counter: 1 });
    vi.setSystemTime(NOW + 1);
    expect(tickOf(clock.stamp())).toEqual({ time: NOW + 1, counter: 0 });
  });

  it("never goes back, when the device's clock does", () => {
    const clock = createWriterClock();
    clock.stamp();
    vi.setSystemTime(NOW - 60_000);
    expect(tickOf(clock.stamp())).toEqual({ time: NOW, counter: 1 });
  });

  it('carries a full counter into the milliseconds', () => {
    const clock = createWriterClock();
    expect(tickOf(clock.stamp([foreign(NOW, 0xffff)]))).toEqual({ time: NOW + 1, counter: 0 });
    expect(tickOf(clock.stamp())).toEqual({ time: NOW + 1, counter: 1 });
  });

  it('stamps later than every stamp that is replaced, in whatever order they come', () => {
    const clock = createWriterClock();
    const replaced = [foreign(NOW + 7, 3), foreign(5), foreign(NOW + 7, 9), foreign(NOW)];
    for (const stamps of [replaced, [...replaced].reverse()]) {
      const stamp = clock.stamp(stamps);
      for (const each of stamps) expect(compareBytes(stamp, each)).toBeGreaterThan(0);
    }
    expect(tickOf(clock.stamp())).toEqual({ time: NOW + 7, counter: 12 });
  });

  it('writes over a column from far ahead without being dragged along', () => {
    const clock = createWriterClock();
    const ahead = foreign(NOW + CLOCK_TOLERANCE_MS + 1);
    expect(tickOf(clock.stamp([ahead]))).toEqual({
      time: NOW + CLOCK_TOLERANCE_MS + 1,
      counter: 1,
    });
    expect(tickOf(clock.stamp())).toEqual({ time: NOW, counter: 0 });
  });

  it('is dragged along within a day, as two clocks may differ', () => {
    const clock = createWriterClock();
    clock.stamp([foreign(NOW + CLOCK_TOLERANCE_MS)]);
    expect(tickOf(clock.stamp())).toEqual({ time: NOW + CLOCK_TOLERANCE_MS, counter: 2 });
  });

  it('refuses to stamp at or after 2^47 milliseconds', () => {
    const clock = createWriterClock();
    const last = foreign(STAMP_TIME_LIMIT - 1, 0xfffe);
    expect(tickOf(clock.stamp([last])).time).toBe(STAMP_TIME_LIMIT - 1);
    const beyond = foreign(STAMP_TIME_LIMIT - 1, 0xffff);
    expect(() => clock.stamp([beyond])).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED' }),
    );
    vi.setSystemTime(STAMP_TIME_LIMIT);
    expect(() => clock.stamp()).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });

  it('has a writer id of its own, the same in all of its stamps', () => {
    const [one, two] = [createWriterClock(), createWriterClock()];
    const idOf = (stamp: StampBytes) => Buffer.from(stamp.subarray(8)).toString('hex');
    expect(idOf(one.stamp())).toBe(idOf(one.stamp()));
    expect(idOf(one.stamp())).not.toBe(idOf(two.stamp()));
  });
});
