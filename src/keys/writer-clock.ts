/**
 * The clock of one opening of a vault: a hybrid logical clock (Kulkarni et al., "Logical Physical
 * Clocks", OPODIS 2014) with a writer id that is drawn at each opening and never stored, so that
 * a restored backup never writes as its other self.
 */
import {
  compareTicks,
  STAMP_TIME_LIMIT,
  type StampBytes,
  stampOf,
  type Tick,
  tickAfter,
  tickOf,
  WRITER_ID_LENGTH,
} from '../bytes/stamp.js';
import { randomBytes } from '../crypto/random.js';
import { RowsealError } from '../errors.js';

/** A stamp further ahead than this comes from a clock that is wrong, or lies. */
export const CLOCK_TOLERANCE_MS = 24 * 60 * 60 * 1000;

const BEGINNING: Tick = { time: 0, counter: 0 };

export interface WriterClock {
  /** A stamp later than this writer's last and than every one of `replaced`. */
  stamp(replaced?: Iterable<StampBytes>): StampBytes;
  /**
   * The stamp of a write that was committed at `time` and is sealed only now: later than every one
   * of `replaced`, and not as late as this writer's last, or Monday's write would beat another
   * device's of Tuesday.
   */
  stampAt(time: number, replaced?: Iterable<StampBytes>): StampBytes;
}

export function createWriterClock(): WriterClock {
  const writerId = randomBytes(WRITER_ID_LENGTH);
  let last = BEGINNING;
  return {
    stamp(replaced = []) {
      const now = Date.now();
      const tick = nextTick(now, last, replaced);
      // A column that one wrong clock stamped years ahead must stay writable, but must not carry
      // every later write of this device there too.
      if (tick.time <= now + CLOCK_TOLERANCE_MS) last = tick;
      return stampOf(tick, writerId);
    },
    stampAt: (time, replaced = []) => stampOf(nextTick(time, BEGINNING, replaced), writerId),
  };
}

/** At `time`, or just after whatever is later. Throws `LIMIT_EXCEEDED`. */
function nextTick(time: number, last: Tick, replaced: Iterable<StampBytes>): Tick {
  let latest = last;
  for (const stamp of replaced) latest = later(latest, tickOf(stamp));
  const tick = time > latest.time ? { time, counter: 0 } : tickAfter(latest);
  return tick.time < STAMP_TIME_LIMIT ? tick : outOfTime();
}

function later(a: Tick, b: Tick): Tick {
  return compareTicks(a, b) >= 0 ? a : b;
}

function outOfTime(): never {
  throw new RowsealError(
    'LIMIT_EXCEEDED',
    "This device's clock or a stamp in the row is thousands of years ahead. Set the clock, or delete the row and insert it again.",
  );
}
