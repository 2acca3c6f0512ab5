/** A loop that runs turn after turn while there is work, one at a time, and sleeps until woken. */

/** What a turn came to; after `later` there is work that another turn finds done, or does. */
export type Turn = 'more' | 'idle' | 'later';

export interface WorkLoop {
  /** Runs turns until there are no more for now; while it runs, once more after that. */
  wake(): void;
  /** Resolves when a run that began after the call is idle; rejects with what a turn threw. */
  drain(): Promise<void>;
  /** Ends the loop after the turn that runs now, and rejects who waits with `reason`. */
  stop(reason: Error): Promise<void>;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** `failed` hears of what a turn threw; the loop then sleeps until it is woken. */
export function createWorkLoop(
  turn: () => Promise<Turn>,
  failed: (error: unknown) => void,
): WorkLoop {
  let isWanted = false;
  let running: Promise<void> | null = null;
  let stopReason: Error | null = null;
  const waiters: Waiter[] = [];

  const isStopped = () => stopReason !== null;
  const endWaiting = (reason: unknown, those: readonly Waiter[]) => {
    for (const { reject } of those) reject(reason);
  };

  async function run(): Promise<void> {
    try {
      while (isWanted && !isStopped()) {
        isWanted = false;
        const served = waiters.splice(0);
        try {
          let last: Turn = 'more';
          while (!isStopped() && last === 'more') last = await turn();
          if (isStopped()) endWaiting(stopReason, served);
          else if (last === 'later') waiters.unshift(...served);
          else for (const { resolve } of served) resolve();
        } catch (error) {
          endWaiting(error, served);
          if (!isStopped()) failed(error);
        }
      }
    } finally {
      running = null;
    }
  }

  const wake = () => {
    isWanted = true;
    running ??= run();
  };
  return {
    wake,
    drain: () =>
      new Promise((resolve, reject) => {
        if (stopReason) return reject(stopReason);
        waiters.push({ resolve, reject });
        wake();
      }),
    async stop(reason) {
      stopReason ??= reason;
      endWaiting(stopReason, waiters.splice(0));
      await running;
    },
  };
}
