/** What every mirror does now and then, idle or not: show that it works, or look at the one that does. */

import { startTimer } from '../rows/timer.js';
import type { MirrorRun } from './mirror-run.js';
import { hear } from './mirror-standing.js';
import { endReplaced } from './mirror-turns.js';

const PULSE_MS = 2000;

/** Goes on until the run ends. */
export function startPulse(run: MirrorRun): void {
  run.pulse = startTimer(async () => {
    // A database that is busy, or being closed, is asked again later.
    await (run.isWorking ? show(run) : look(run)).catch(() => {});
    if (!run.ended) startPulse(run);
  }, PULSE_MS);
}

/** A mirror that fails is silent: another one may have more luck. */
async function show(run: MirrorRun): Promise<void> {
  const { store } = run;
  const isFailing = run.failures > 0;
  const standing = isFailing ? (await store.lease(false)).standing : await store.beat();
  if (run.ended || standing === 'working') return;
  if (standing === 'replaced') return void endReplaced(run);
  run.isWorking = false;
  run.loop.wake();
}

async function look(run: MirrorRun): Promise<void> {
  const { standing, beat } = await run.store.lease(run.vault !== null);
  if (run.ended) return;
  if (standing === 'replaced') return void endReplaced(run);
  hear(run, beat);
  if (run.vault) run.loop.wake();
}
