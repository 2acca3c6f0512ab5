/** Learning of new entries in the queue, whichever process committed them. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { readLastSeq } from './bookkeeping.js';

/** Commits of this process, and of this app's other tabs: at most one call in this time. */
const THROTTLE_MS = 10;
/** Commits of other processes are told by nobody. */
const POLL_MS = 2000;

/** Every platform of PowerSync's has timers; the language alone has not. */
interface Host {
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Calls back after each commit that may have queued something; returns how to stop it. */
export function watchQueue(db: CommonPowerSyncDatabase, listener: () => void): () => void {
  const host = globalThis as unknown as Host;
  let seen = 0;
  let timer: unknown;
  let stopped = false;
  const poll = async () => {
    // A database that is busy, or being closed, has nothing to tell.
    const last = await readLastSeq(db).catch(() => seen);
    if (stopped) return;
    if (last > seen) listener();
    seen = last;
    timer = host.setTimeout(() => void poll(), POLL_MS);
  };
  const stop = db.onChange(
    { onChange: listener },
    { tables: ['rowseal_queue', 'rowseal_rejected'], throttleMs: THROTTLE_MS },
  );
  timer = host.setTimeout(() => void poll(), POLL_MS);
  return () => {
    stopped = true;
    host.clearTimeout(timer);
    stop();
  };
}
