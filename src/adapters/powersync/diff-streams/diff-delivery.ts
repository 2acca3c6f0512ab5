/** When diffs are handed to the app: one at a time, and again until its handler is done with it. */
import { startTimer, stopTimer } from '../../../rows/timer.js';
import { createWorkLoop } from '../../../sync/work-loop.js';
import { createDiffTurns, type TurnOptions } from './diff-turns.js';

export interface DeliveryOptions extends TurnOptions {
  readonly onError: (error: unknown) => void;
}

/** Nobody tells of a vault that was opened: how often to ask, in milliseconds. */
const POLL_MS = 500;
/** How long to wait after a failure, doubled by each that follows: milliseconds. */
const RETRY_MS = 250;
const RETRY_LIMIT_MS = 30_000;

/** Begins to hand over; returns how to stop, which waits for the handler that runs. */
export function startDelivery(options: DeliveryOptions): () => Promise<void> {
  const { source, onError } = options;
  const turns = createDiffTurns(options);
  let failures = 0;
  let timer: unknown;
  let isWaiting = false;

  const wakeIn = (ms: number) => {
    stopTimer(timer);
    timer = startTimer(wake, ms);
  };
  const loop = createWorkLoop(
    async () => {
      await turns.run();
      failures = 0;
      if (turns.needsVault()) wakeIn(POLL_MS);
      return 'idle';
    },
    (error) => {
      if (source.isOver()) return;
      isWaiting = true;
      wakeIn(Math.min(RETRY_MS * 2 ** failures, RETRY_LIMIT_MS));
      failures++;
      void report(onError, error);
    },
  );
  function wake(): void {
    isWaiting = false;
    loop.wake();
  }

  const unwatch = source.watch(() => {
    turns.ask();
    if (!isWaiting) loop.wake();
  });
  loop.wake();

  const stop = async () => {
    turns.stop();
    unwatch();
    await loop.stop(new Error('It was stopped.'));
    stopTimer(timer);
    await source.close();
  };
  let stopped: Promise<void> | null = null;
  return () => {
    stopped ??= stop();
    return stopped;
  };
}

/** What reports a failure can fail as well, at once or later, and nobody is left to tell. */
async function report(onError: (error: unknown) => unknown, error: unknown): Promise<void> {
  try {
    await onError(error);
  } catch {}
}
