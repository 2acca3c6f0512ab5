/** The turns of a running mirror, and what it remembers between them. */
import { RowsealError } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import type { Table } from '../rows/table.js';
import { runCarefulPass } from './careful-pass.js';
import { declarationOf } from './declaration.js';
import { LONGEST_MERGE_DELAY_MS, randomMergeDelay } from './merge-delay.js';
import type { MirrorSettings } from './mirror.js';
import { type PassContext, type PassResult, runPass } from './mirror-pass.js';
import {
  countedStatus,
  createObservable,
  INITIAL_STATUS,
  type MirrorStatus,
  type Observable,
} from './mirror-status.js';
import type { SyncStore } from './sync-store.js';
import { startTimer, stopTimer } from './timer.js';
import type { UnwrittenPass } from './unwritten-pass.js';
import { createWorkLoop, type Turn, type WorkLoop } from './work-loop.js';

/** Rows in one pass: so few that its write holds the lock for a moment only. */
const ROWS_PER_PASS = 1000;
/** Every pass takes the list along. An end that is forgotten only joins two transactions. */
const ENDS_LIMIT = 10_000;
/** Counting reads the whole queue, so a long run of passes does it now and then. */
const STATUS_INTERVAL_MS = 250;
const RETRY_MS = 1000;

export interface MirrorRun {
  readonly store: SyncStore;
  readonly settings: MirrorSettings;
  readonly tables: ReadonlyMap<string, Table>;
  readonly declarations: ReadonlyMap<string, string>;
  readonly status: Observable<MirrorStatus>;
  readonly loop: WorkLoop;
  /** `null` while locked. */
  vault: Vault | null;
  /** The last one there was, which may be locked. */
  latestVault: Vault | null;
  /** The one that the last turn had. */
  turnVault: Vault | null;
  /** Why it ended; `null` while it runs. */
  ended: Error | null;
  /** Entries at which transactions of the app are known to end. */
  ends: readonly number[];
  /** What arrived up to this entry may be under a revoked key; 0 for nothing. */
  acceptRetiredUpTo: number;
  /** The last pass, if it could not be written. */
  unwritten: UnwrittenPass | null;
  /** Turns that failed one after the other. */
  failures: number;
  /** Rows that failed in the last of them, each by itself. */
  readonly suspects: Set<string>;
  /** The engine has all of the first sync; it stands in plaintext after the next idle turn. */
  isDownloaded: boolean;
  firstSync: MirrorStatus['firstSync'];
  /** Which rows of the first sync were opened so far, by `rowKey`. */
  readonly opened: Set<string>;
  countedAt: number;
  timer: unknown;
  stopListening: () => void;
}

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
    latestVault: null,
    turnVault: null,
    ended: null,
    ends: [],
    acceptRetiredUpTo: 0,
    unwritten: null,
    failures: 0,
    suspects: new Set(),
    isDownloaded: false,
    firstSync: INITIAL_STATUS.firstSync,
    opened: new Set(),
    countedAt: 0,
    timer: undefined,
    stopListening: () => {},
  };
  return run;
}

/** Ends a run; nothing is written after the turn that runs now. */
export function endRun(run: MirrorRun, state: 'replaced' | 'closed', reason: Error): Promise<void> {
  run.ended ??= reason;
  stopTimer(run.timer);
  run.stopListening();
  const stopped = run.loop.stop(reason);
  run.status.set({ state, settled: false });
  return stopped;
}

/** The same for a mirror that has lost its database. */
export function endReplaced(run: MirrorRun): Promise<void> {
  const reason = new RowsealError(
    'STORE_FAILED',
    'Another mirror took this database over, or it was cleared. Use the other one, or start one.',
  );
  return endRun(run, 'replaced', reason);
}

async function takeTurn(run: MirrorRun): Promise<Turn> {
  const end = await run.store.lastSeq();
  if (end !== run.ends.at(-1)) run.ends = [...run.ends, end].slice(-ENDS_LIMIT);
  const vault = await vaultOfTurn(run);
  const wasDownloaded = run.isDownloaded;
  const { result, opened, unwritten } = await pass(run, vault);
  run.unwritten = unwritten;
  if (run.ended) return 'idle';
  if (result === 'replaced') {
    void endReplaced(run);
    return 'idle';
  }
  if (result !== 'moved') {
    run.failures = 0;
    run.suspects.clear();
  }
  run.status.set({ state: 'running', error: null });
  if (!run.firstSync.done) noteOpened(run, opened, result === 'idle' && wasDownloaded);
  if (result === 'idle' || Date.now() - run.countedAt > STATUS_INTERVAL_MS) await count(run);
  return result === 'idle' ? 'idle' : 'more';
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
 * before would hold it again.
 *
 * Throws `LOCKED`.
 */
async function vaultOfTurn(run: MirrorRun): Promise<Vault> {
  const { vault, store } = run;
  if (vault && vault !== run.turnVault) await store.release('waiting');
  run.turnVault = vault;
  if (!vault) throw new RowsealError('LOCKED', 'Call unlock of this mirror with an open vault.');
  return vault;
}

/** Throws `LOCKED`. */
async function pass(run: MirrorRun, vault: Vault): Promise<PassResult> {
  const { store, tables, ends, acceptRetiredUpTo, unwritten, settings } = run;
  const context: PassContext = {
    store,
    tables,
    vault,
    now: Date.now(),
    limit: ROWS_PER_PASS,
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
  const { store, status, firstSync } = run;
  const counts = await store.counts();
  const counted = countedStatus(counts, await store.tallies(), await store.findingCount());
  if (run.ended) return;
  const settled = firstSync.done && counts.out + counts.in + counts.due === 0;
  status.set({ ...counted, settled, firstSync });
  run.countedAt = Date.now();
  if (counts.nextDue !== null) wakeIn(run, counts.nextDue - Date.now());
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
    count(run).catch((cause) => turnFailed(run, cause));
    return;
  }
  run.failures += 1;
  const cause = error instanceof Error ? error : new Error(String(error));
  run.status.set({ state: 'failing', error: cause, settled: false });
  wakeIn(run, RETRY_MS);
}
