/** The migration's background: compares what is queued whenever something may have changed. */

import { startTimer, stopTimer } from '../../../rows/timer.js';
import type { MirrorState } from '../../../sync/mirror-status.js';
import { copyPass } from './copy-pass.js';
import type { MigrationContext } from './migration-context.js';
import { type MigrationPhase, readPhase } from './migration-notes.js';

/** Commits of this process and of this app's other tabs: at most one call in this time. */
const THROTTLE_MS = 20;
/** For what nobody tells of, such as a commit of another process. */
const POLL_MS = 2000;
/** States of a mirror that has ended: somebody logged out, or another has its place. */
const ENDED: readonly MirrorState[] = ['closed', 'replaced'];

export interface CopyLoop {
  /** Has a look now; resolves when it is over, or another that began later. */
  look(): Promise<void>;
  /** Resolves when the condition holds, which is asked after each look. Rejects once closed. */
  until(condition: () => Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

/** What is told after each look. */
export interface Looked {
  readonly phase: MigrationPhase | null;
  readonly error: Error | null;
}

export function startCopyLoop(
  context: MigrationContext,
  onLook: (looked: Looked) => Promise<void>,
): CopyLoop {
  const { db, mirror, freshness } = context;
  const waiters = new Set<() => Promise<void>>();
  let running: Promise<void> | null = null;
  let again = false;
  let closed = false;
  let timer: unknown;

  async function lookOnce(): Promise<void> {
    const { vault, status } = mirror;
    if (ENDED.includes(status.state)) end();
    try {
      const phase = await readPhase(db, context.migrated);
      if (phase !== null && vault && freshness.isFresh()) await copyPass(context, vault);
      await onLook({ phase, error: null });
    } catch (error) {
      await onLook({ phase: null, error: error as Error });
    }
    await askWaiters();
  }

  async function askWaiters(): Promise<void> {
    for (const waiter of [...waiters]) await waiter();
  }

  function end(): void {
    closed = true;
    stopTimer(timer);
    for (const stop of stops) stop();
  }

  async function run(): Promise<void> {
    stopTimer(timer);
    do {
      again = false;
      await lookOnce();
    } while (again && !closed);
    running = null;
    if (!closed) timer = startTimer(wake, POLL_MS);
  }

  function wake(): void {
    if (closed) return;
    if (running) again = true;
    else running = run();
  }

  async function close(): Promise<void> {
    end();
    await running;
    await askWaiters();
  }

  const stops = [
    db.onChange(
      { onChange: wake },
      { tables: ['rowseal_migration_queue', 'rowseal_queue', 'ps_crud'], throttleMs: THROTTLE_MS },
    ),
    db.registerListener({ statusChanged: wake }),
    mirror.subscribe(wake),
  ];
  wake();

  return {
    async look() {
      wake();
      await running;
    },
    until(condition) {
      return new Promise((resolve, reject) => {
        const waiter = async () => {
          try {
            if (closed) throw new TypeError('This migration was closed.');
            if (!(await condition())) return;
            resolve();
          } catch (error) {
            reject(error as Error);
          }
          waiters.delete(waiter);
        };
        waiters.add(waiter);
        wake();
        if (closed) void waiter();
      });
    },
    close,
  };
}
