/** Stopping work that goes on for minutes, and waiting in the middle of it. */
import { startTimer } from './timer.js';

/** An `AbortSignal`, or what says as much. */
export interface StopSignal {
  /** Whether the work is to stop. */
  readonly aborted: boolean;
  /** What the work then rejects with. */
  readonly reason?: unknown;
}

/** How long a pause may outlast the signal. */
const LOOK_EVERY_MS = 100;

/** Throws the signal's reason once it is aborted. */
export function throwIfStopped(signal: StopSignal | undefined): void {
  if (!signal?.aborted) return;
  const stop = new Error('The work was stopped.');
  stop.name = 'AbortError';
  throw signal.reason ?? stop;
}

/** Waits, and throws the signal's reason soon after it is aborted. */
export async function pauseFor(ms: number, signal: StopSignal | undefined): Promise<void> {
  for (let left = ms; left > 0; left -= LOOK_EVERY_MS) {
    throwIfStopped(signal);
    await new Promise<void>((resolve) => startTimer(resolve, Math.min(left, LOOK_EVERY_MS)));
  }
}
