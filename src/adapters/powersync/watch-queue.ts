/** Learning of new entries in the queue, whichever process committed them. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { startTimer, stopTimer } from '../../rows/timer.js';
import { readLastSeq } from './bookkeeping.js';
import { LEASE_TABLE } from './lease-tables.js';

/** Commits of this process, and of this app's other tabs: at most one call in this time. */
const THROTTLE_MS = 10;
/** Commits of other processes are told by nobody. */
const POLL_MS = 2000;

/** Calls back after each commit that may have queued something; returns how to stop it. */
export function watchQueue(db: CommonPowerSyncDatabase, listener: () => void): () => void {
  let seen = 0;
  let timer: unknown;
  let stopped = false;
  const poll = async () => {
    // A database that is busy, or being closed, has nothing to tell.
    const last = await readLastSeq(db).catch(() => seen);
    if (stopped) return;
    if (last > seen) listener();
    seen = last;
    timer = startTimer(() => void poll(), POLL_MS);
  };
  const stop = db.onChange(
    { onChange: listener },
    { tables: ['rowseal_queue', 'rowseal_rejected', LEASE_TABLE], throttleMs: THROTTLE_MS },
  );
  timer = startTimer(() => void poll(), POLL_MS);
  return () => {
    stopped = true;
    stopTimer(timer);
    stop();
  };
}
