/**
 * A stamp: when a column was last written, and by whom.
 *
 * | bytes | field |
 * | --- | --- |
 * | 0–5 | milliseconds since 1970, below 2^47 |
 * | 6–7 | counter of a hybrid logical clock |
 * | 8–15 | writer id, drawn at random at each opening of a vault |
 *
 * Big-endian, so that the order of stamps is the order of their bytes.
 */
import { compareBytes } from './compare.js';
import { readBytes, type WireReader } from './wire-reader.js';

export type StampBytes = Uint8Array & { readonly __kind?: 'stamp' };

const STAMP_LENGTH = 16;
export const WRITER_ID_LENGTH = 8;
/** Stamps at or after this many milliseconds are refused: no honest clock shows the year 6429. */
export const STAMP_TIME_LIMIT = 2 ** 47;
const COUNTER_LIMIT = 2 ** 16;

/** The point in time of a stamp, without its writer. */
export interface Tick {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Orders writes within one millisecond. */
  readonly counter: number;
}

export function stampOf(tick: Tick, writerId: Uint8Array): StampBytes {
  const stamp = new Uint8Array(STAMP_LENGTH);
  let time = tick.time;
  for (let i = 5; i >= 0; i--) {
    stamp[i] = time % 0x100;
    time = Math.floor(time / 0x100);
  }
  stamp[6] = tick.counter >>> 8;
  stamp[7] = tick.counter & 0xff;
  stamp.set(writerId, 8);
  return stamp;
}

export function tickOf(stamp: StampBytes): Tick {
  let time = 0;
  for (let i = 0; i < 6; i++) time = time * 0x100 + (stamp[i] as number);
  return { time, counter: (stamp[6] as number) * 0x100 + (stamp[7] as number) };
}

/** A view of a stamp in its range. */
export function readStamp(reader: WireReader): StampBytes {
  const stamp = readBytes(reader, STAMP_LENGTH);
  return tickOf(stamp).time < STAMP_TIME_LIMIT ? stamp : reader.refuse('stamp');
}

/** The next tick; the counter carries into the milliseconds. */
export function tickAfter(tick: Tick): Tick {
  return tick.counter + 1 < COUNTER_LIMIT
    ? { time: tick.time, counter: tick.counter + 1 }
    : { time: tick.time + 1, counter: 0 };
}

export function compareTicks(a: Tick, b: Tick): number {
  return a.time - b.time || a.counter - b.counter;
}

export function laterStamp(a: StampBytes, b: StampBytes): StampBytes {
  return compareBytes(a, b) >= 0 ? a : b;
}
