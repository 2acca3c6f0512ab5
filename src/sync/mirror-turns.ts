/** The turns of a running mirror, and what it remembers between them. */
import { RowsealError } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import { startTimer, stopTimer } from '../rows/timer.js';
import { runCarefulPass } from './careful-pass.js';
import { declarationOf } from './declaration.js';
import type { RequestResult } from './lease.js';
import { LONGEST_MERGE_DELAY_MS, randomMergeDelay } from './merge-delay.js';
import type { MirrorSettings } from './mirror.js';
import { type PassContext, type PassResult, runPass } from './mirror-pass.js';
import type { MirrorRun } from './mirror-run.js';
import { takeUpWhatIsLeft } from './mirror-standing.js';
import {
  countedStatus,
  createObservable,
  INITIAL_STATUS,
  type MirrorStatus,
} from './mirror-status.js';
import { FEWEST_ROWS, nextPassSize } from './pass-size.js';
import type { QueueCounts } from './row-trouble.js';
import { sealUnder } from './sealed-under.js';
import type { SyncStore } from './sync-store.js';
import { createWorkLoop, type Turn } from './work-loop.js';

/** Every pass takes the list along. An end that is forgotten only joins two transactions. */
const ENDS_LIMIT = 10_000;
/** Counting reads the whole queue, so a long run of passes does it now and then. */
const STATUS_INTERVAL_MS = 250;
const RETRY_MS = 1000;

export function createMirrorRun(store: SyncStore, settings: MirrorSettings): MirrorRun {
  const { tables } = settings;
  const run: MirrorRun = {
    store,
    settings,
    tables: new Map(tables.map((table) => [table.name, table])),
    declarations: new Map(tables.map((table) => [table.name, declarationOf(table)])),
    status: createObservable<MirrorStatus>(INITIAL_STATUS),
    loop: createWorkLoop(
      () => takeTurn(run),
      (error) => turnFailed(run, error),
    ),
    vault: null,
    isWorking: false,
    heard: { beat: 0, looks: 0 },
    latestVault: null,
    turnVault: null,
    recalling: null,
    ended: null,
    ends: [],
    acceptRetiredUpTo: 0,
    unwritten: null,
    passSize: FEWEST_ROWS,
    failures: 0,
    suspects: new Set(),
    isDownloaded: false,
    firstSync: INITIAL_STATUS.firstSync,
    opened: new Set(),
    countedAt: 0,
    timer: undefined,
    pulse: undefined,
    stopListening: () => {},
    stopped: null,
  };
  return run;
}

/** Ends a run; nothing is written after the turn that runs now. */
export function endRun(run: MirrorRun, state: 'replaced' | 'closed', reason: Error): Promise<void> {
  run.status.set({ state, settled: false });
  run.ended ??= reason;
  stopTimer(run.timer);
  stopTimer(run.pulse);
  run.stopListening();
  run.stopped ??= run.loop.stop(reason).then(() => giveUp(run));
  return run.stopped;
}

/** The same for a mirror that has lost its database. */
export function endReplaced(run: MirrorRun): Promise<void> {
  const reason = new RowsealError(
    'STORE_FAILED',
    'This database was cleared, or has another mirror in this program. Use that one, or start one.',
  );
  return endRun(run, 'replaced', reason);
}

/** Lets another mirror work at once; where that fails, it waits until this one has been silent. */
async function giveUp(run: MirrorRun): Promise<void> {
  if (!run.isWorking) return;
  run.isWorking = false;
  await run.store.giveUp().catch(() => {});
}

/** Throws why the run has ended, when what the app asked for would reach another user's rows. */
export async function requested(run: MirrorRun, result: Promise<RequestResult>): Promise<void> {
  if ((await result) === 'replaced') void endReplaced(run);
  if (run.ended) throw run.ended;
}

async function takeTurn(run: MirrorRun): Promise<Turn> {
  const end = await run.store.lastSeq();
  if (end !== run.ends.at(-1)) run.ends = [...run.ends, end].slice(-ENDS_LIMIT);
  if (run.vault && !run.isWorking) {
    const turn = await standByTurn(run, run.vault);
    if (turn) return turn;
  }
  const vault = await vaultOfTurn(run);
  const wasDownloaded = run.isDownloaded;
  const { result, opened, unwritten, tookMs } = await pass(run, vault);
  run.unwritten = unwritten;
  if (run.ended) return 'idle';
  if (result === 'replaced') {
    void endReplaced(run);
    return 'idle';
  }
  if (result === 'standby') {
    run.isWorking = false;
    return 'more';
  }
  if (result !== 'moved') {
    run.passSize = result === 'idle' ? FEWEST_ROWS : nextPassSize(run.passSize, tookMs);
    run.failures = 0;
    run.suspects.clear();
  }
  run.status.set({ state: 'running', error: null });
  if (!run.firstSync.done) noteOpened(run, opened, result === 'idle' && wasDownloaded);
  if (result === 'idle' || Date.now() - run.countedAt > STATUS_INTERVAL_MS) await count(run);
  return result === 'idle' ? 'idle' : 'more';
}

/** The turn of a mirror with an open vault while another works; `null` when the work is its own. */
async function standByTurn(run: MirrorRun, own: Vault): Promise<Turn | null> {
  const wasDownloaded = run.isDownloaded;
  const standing = await takeUpWhatIsLeft(run, own);
  if (run.ended) return 'idle';
  if (standing === 'replaced') {
    void endReplaced(run);
    return 'idle';
  }
  run.isWorking = standing === 'working';
  // What another one held for want of a key may have it here.
  run.turnVault = null;
  if (run.isWorking) return null;
  run.failures = 0;
  run.status.set({ state: 'standby', error: null });
  if (Math.abs(Date.now() - run.countedAt) < STATUS_INTERVAL_MS) {
    wakeIn(run, STATUS_INTERVAL_MS);
    return 'later';
  }
  const counts = await run.store.counts();
  const isDone = counts.out + counts.in === 0;
  if (!run.firstSync.done) noteOpened(run, [], isDone && wasDownloaded);
  await tell(run, counts);
  return isDone ? 'idle' : 'later';
}

/** Sync may bring a row of the first sync again before that is done, or before it is written. */
function noteOpened(run: MirrorRun, rows: readonly string[], done: boolean): void {
  const { opened } = run;
  for (const row of rows) opened.add(row);
  run.firstSync = { done, opened: opened.size };
  if (done) opened.clear();
}

/**
 * What waited for keys is released here, between two turns: one that is under way with the vault
 * before would hold it again, or seal under the key before.
 *
 * Throws `LOCKED`.
 */
async function vaultOfTurn(run: MirrorRun): Promise<Vault> {
  const { vault, store } = run;
  const isAnother = vault !== run.turnVault;
  run.turnVault = vault;
  if (vault && (isAnother || !run.recalling)) {
    run.recalling = null;
    await requested(run, store.release('waiting'));
    run.recalling = await sealUnder(run, vault);
  }
  // The vault was rekeyed, it seems: what is sealed already is under a key that was given up.
  if (!vault && run.status.current.header?.code === 'UNLOCK_FAILED') await store.holdUploads();
  if (!vault) throw new RowsealError('LOCKED', 'Call unlock of this mirror with an open vault.');
  return run.recalling as Vault;
}

/** Throws `LOCKED`. */
async function pass(run: MirrorRun, vault: Vault): Promise<PassResult> {
  const { store, tables, ends, acceptRetiredUpTo, unwritten, passSize, settings } = run;
  const context: PassContext = {
    store,
    tables,
    vault,
    now: Date.now(),
    limit: passSize,
    ends,
    mergeDelay: settings.mergeDelay ?? randomMergeDelay,
    deletes: settings.deletes,
    acceptRetiredUpTo,
    unwritten,
  };
  const isCareful = run.failures > 1;
  return isCareful ? runCarefulPass(context, run.suspects) : runPass(context);
}

async function count(run: MirrorRun): Promise<void> {
  const counts = await run.store.counts();
  await tell(run, counts);
  if (run.ended) return;
  if (counts.nextDue !== null) wakeIn(run, counts.nextDue - Date.now());
}

async function tell(run: MirrorRun, counts: QueueCounts): Promise<void> {
  const { store, status, firstSync } = run;
  const counted = countedStatus(counts, await store.tallies(), await store.findingCount());
  if (run.ended) return;
  const settled = firstSync.done && counts.out + counts.in + counts.due === 0;
  status.set({ ...counted, settled, firstSync });
  run.countedAt = Date.now();
}

function wakeIn(run: MirrorRun, ms: number): void {
  stopTimer(run.timer);
  // What lies further ahead than a timer can count would come at once, and again and again.
  const wait = Math.min(Math.max(0, ms), LONGEST_MERGE_DELAY_MS);
  run.timer = startTimer(run.loop.wake, wait);
}

function turnFailed(run: MirrorRun, error: unknown): void {
  if (run.ended) return;
  if (error instanceof RowsealError && error.code === 'LOCKED') {
    // Unlocked while the turn was under way: the next one has an open vault.
    if (run.vault !== run.turnVault) return;
    run.vault = null;
    run.status.set({ state: 'locked', error: null, settled: false });
    void giveUp(run);
    count(run).catch((cause) => turnFailed(run, cause));
    return;
  }
  run.failures += 1;
  const cause = error instanceof Error ? error : new Error(String(error));
  run.status.set({ state: 'failing', error: cause, settled: false });
  wakeIn(run, RETRY_MS);
}
