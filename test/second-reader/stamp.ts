import { bigEndian, concat } from './bytes.js';
import { demand } from './refusal.js';
import { wireOf } from './wire.js';

// Section 10, "Stamps". They are compared as byte strings.

export const stampLength = 16;
export const clockTolerance = 86_400_000;
const end = 2 ** 47;

/** Below 2^47 milliseconds. */
export const isStamp = (stamp: Uint8Array): boolean => (stamp[0] as number) < 0x80;

export interface Time {
  readonly milliseconds: number;
  readonly counter: number;
}

export function timeOf(stamp: Uint8Array): Time {
  const wire = wireOf(stamp, 'ROW_MALFORMED');
  return { milliseconds: wire.number(6), counter: wire.number(2) };
}

/** The stamp of the next write, and the writer's next `last`. */
export function nextStamp(
  now: number,
  last: Time | undefined,
  replaced: readonly Uint8Array[],
  writerId: Uint8Array,
): { readonly stamp: Uint8Array; readonly last: Time | undefined } {
  const latest = [...(last ? [last] : []), ...replaced.map(timeOf)].sort(byTime).at(-1);
  const time = latest && latest.milliseconds >= now ? after(latest) : startOf(now);
  demand(time.milliseconds < end, 'LIMIT_EXCEEDED');
  const stamp = concat(bigEndian(time.milliseconds, 6), bigEndian(time.counter, 2), writerId);
  return { stamp, last: time.milliseconds - now > clockTolerance ? last : time };
}

const startOf = (now: number): Time => ({ milliseconds: now, counter: 0 });

const after = ({ milliseconds, counter }: Time): Time =>
  counter < 0xffff ? { milliseconds, counter: counter + 1 } : startOf(milliseconds + 1);

const byTime = (a: Time, b: Time): number =>
  a.milliseconds - b.milliseconds || a.counter - b.counter;
