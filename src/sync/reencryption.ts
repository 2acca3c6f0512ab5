/** What a mirror's `reencryptAll` is told, and what it tells. */
import { assertOptions } from '../errors.js';
import type { StopSignal } from '../rows/stop-signal.js';
import { assertGiven } from './arguments.js';

/** How far a mirror's `reencryptAll` has come. */
export interface MirrorReencryptionProgress {
  /** How many payloads are no longer under another key than the primary since it began. */
  readonly done: number;
  /** How many are still, siblings included, as this device has them. */
  readonly left: number;
  /** How many writes wait for upload: while the device is offline, it waits for them. */
  readonly waiting: number;
}

/** Options of a mirror's `reencryptAll`. */
export interface MirrorReencryptionOptions {
  /** How many rows are sealed and uploaded at a time: 1 to 1000, 200 unless told. */
  readonly pageLength?: number;
  /**
   * How long to leave the device to everything else after each page: up to 60,000 milliseconds, 1000
   * unless told.
   *
   * PowerSync brings nothing while writes wait for upload.
   */
  readonly pauseMs?: number;
  /** Hears how far it has come: at the start, after pages, and while it waits for uploads. */
  readonly onProgress?: (progress: MirrorReencryptionProgress) => void;
  /** Stops it between two pages: an `AbortSignal`. */
  readonly signal?: StopSignal;
}

/** What a mirror's `reencryptAll` came to. */
export interface MirrorReencryption {
  /** How many payloads are no longer under another key than the primary since it began. */
  readonly done: number;
  /** How many are still: what does not open, was refused by the server, or came since. */
  readonly left: number;
}

export type ReencryptionPlan = Required<Omit<MirrorReencryptionOptions, 'signal'>> & {
  readonly signal: StopSignal | undefined;
};

const MOST_ROWS = 1000;
const LONGEST_PAUSE_MS = 60_000;

/** The options with what is meant where nothing is said. Throws a `TypeError` for others. */
export function planOf(options: MirrorReencryptionOptions): ReencryptionPlan {
  assertOptions(options, ['onProgress', 'pageLength', 'pauseMs', 'signal'], 'reencryptAll');
  const { pageLength = 200, pauseMs = 1000, onProgress = () => {}, signal } = options;
  const isLength = Number.isInteger(pageLength) && pageLength >= 1 && pageLength <= MOST_ROWS;
  assertGiven(isLength, 'pageLength: a whole number from 1 to 1000');
  const isPause = pauseMs >= 0 && pauseMs <= LONGEST_PAUSE_MS;
  assertGiven(isPause, 'pauseMs: 0 to 60,000 milliseconds');
  assertGiven(typeof onProgress === 'function', 'onProgress: a function');
  return { pageLength, pauseMs, onProgress, signal };
}
