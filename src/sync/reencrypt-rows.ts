/** Re-encryption through a mirror: a page at a time, whichever other devices do it too. */
import { RowsealError } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import { throwIfStopped } from '../rows/stop-signal.js';
import { startTimer } from '../rows/timer.js';
import type { MirrorRun } from './mirror-run.js';
import { endReplaced } from './mirror-turns.js';
import {
  type MirrorReencryption,
  type MirrorReencryptionOptions,
  planOf,
  type ReencryptionPlan,
} from './reencryption.js';
import { createTally, type Tally } from './reencryption-tally.js';
import { primaryPrefix } from './renewal.js';
import type { RowName } from './row-name.js';

/** In milliseconds: how often the upload queue is looked at, and whether to stop. */
const LOOK_MS = 100;

interface Reencrypting {
  readonly run: MirrorRun;
  readonly plan: ReencryptionPlan;
  readonly tally: Tally;
}

/** Over all rows for one primary key, from any of them on and then from the first. */
interface Round {
  readonly prefix: string;
  readonly after: RowName | null;
  /** Whether it ends with the last of them. */
  readonly isFromFirst: boolean;
}

/** The `reencryptAll` of a mirror. */
export async function reencryptAll(
  run: MirrorRun,
  options: MirrorReencryptionOptions,
): Promise<MirrorReencryption> {
  const plan = planOf(options);
  const tally = createTally(run.store, plan);
  const work = { run, plan, tally };
  await tally.count(primaryPrefix(vaultInUse(work)));
  tally.tell(0);
  let round = tally.left() > 0 ? await beginRound(work) : null;
  while (round) {
    round = await takePage(work, round);
    await tally.countNow(primaryPrefix(vaultInUse(work)), round === null);
    tally.tell(0);
  }
  return tally.result();
}

/** Devices that began with the same row would seal the same rows. */
async function beginRound(work: Reencrypting): Promise<Round> {
  const after = await work.run.store.anyRow();
  const prefix = primaryPrefix(vaultInUse(work));
  return { prefix, after, isFromFirst: after === null };
}

/** Where to go on; `null` at the end of the round. */
async function takePage(work: Reencrypting, round: Round): Promise<Round | null> {
  const { store, loop } = work.run;
  if (primaryPrefix(vaultInUse(work)) !== round.prefix) return beginRound(work);
  const renewed = await store.renewRows(round.prefix, round.after, work.plan.pageLength);
  if (renewed === 'replaced') return replaced(work.run);
  const { queued, last } = renewed;
  if (queued > 0) {
    await loop.drain();
    await untilUploaded(work);
    await pause(work, work.plan.pauseMs);
  }
  if (last) return { ...round, after: last };
  return round.isFromFirst ? null : { ...round, after: null, isFromFirst: true };
}

/** What the app writes meanwhile is not waited for. */
async function untilUploaded(work: Reencrypting): Promise<void> {
  const { last } = await work.run.store.uploadsWaiting();
  while (true) {
    const { writes, first } = await work.run.store.uploadsWaiting();
    if (writes === 0 || first > last) return;
    work.tally.tell(writes);
    await pause(work, LOOK_MS);
  }
}

/** Throws as soon as the work is to stop. */
async function pause(work: Reencrypting, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= LOOK_MS) {
    await new Promise<void>((resolve) => void startTimer(resolve, Math.min(left, LOOK_MS)));
    vaultInUse(work);
  }
}

/** Throws `LOCKED`, the signal's reason, and why the mirror has ended. */
function vaultInUse({ run, plan: { signal } }: Reencrypting): Vault {
  if (run.ended) throw run.ended;
  throwIfStopped(signal);
  if (run.vault) return run.vault;
  throw new RowsealError('LOCKED', 'Call unlock of this mirror with an open vault.');
}

function replaced(run: MirrorRun): never {
  void endReplaced(run);
  throw run.ended;
}
