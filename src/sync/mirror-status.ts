/** What a mirror says about itself: one frozen object, replaced when something changed. */
import type { RowsealErrorCode } from '../errors/error-code.js';
import { reportBug } from './report-bug.js';
import type { QueueCounts, TroubleTally } from './row-trouble.js';

/**
 * Where a mirror stands.
 *
 * - `running`: rows are sealed and opened as they come;
 * - `standby`: another mirror of this database does that, in another tab or process; this one goes on
 *   by itself when that ends, locks or is not heard of any more;
 * - `locked`: the app reads and writes, nothing is sealed or opened until `unlock`;
 * - `failing`: the database or the engine threw `error`; the mirror tries again by itself;
 * - `replaced`: the database was cleared, or another mirror started on the same database object: this
 *   one has stopped;
 * - `closed`: `close` was called.
 */
export type MirrorState = 'running' | 'standby' | 'locked' | 'failing' | 'replaced' | 'closed';

/** Why a mirror does not follow the header that its vault store shows. */
export interface HeaderProblem {
  /** The code with which `refreshVault` refuses it. */
  readonly code: RowsealErrorCode;
  /** What there is to say, and what the app can do. */
  readonly message: string;
}

/** What a mirror is doing, and what is not in step. */
export interface MirrorStatus {
  /** Where it stands. */
  readonly state: MirrorState;
  /** What the engine threw last while `failing`. */
  readonly error: Error | null;
  /**
   * Why the header in the `vaultStore` is not the one in use: the mirror goes on with the vault that it
   * has, or is `locked` when the code is `UNLOCK_FAILED`; `null` when all is well.
   */
  readonly header: HeaderProblem | null;
  /** How many rows the app wrote that are not sealed yet. */
  readonly pendingOut: number;
  /** How many rows arrived that are not in the plaintext yet. */
  readonly pendingIn: number;
  /** How many merges this device will send unless another does. */
  readonly pendingMerges: number;
  /** The first sync: whether all of it stands in plaintext, and how many rows do so far. */
  readonly firstSync: { readonly done: boolean; readonly opened: number };
  /** Whether the first sync is done and nothing is pending; what is sealed may wait for upload. */
  readonly settled: boolean;
  /** Keys that the vault does not hold yet, with the number of rows that wait for each. */
  readonly waitingKeys: readonly { readonly keyId: string; readonly rows: number }[];
  /** How many rows wait for a newer version of the app. */
  readonly waitingForUpdate: number;
  /** How many rows arrived that do not open: their last good plaintext stays. */
  readonly quarantined: number;
  /** How many rows the app wrote that can't be sealed: they stay readable here, and only here. */
  readonly unsealable: number;
  /** How many rows the server no longer sends to this device. */
  readonly withdrawn: number;
  /** How many rows the server refused for good. */
  readonly rejected: number;
  /** How many findings there are about rows, such as a visible column that the server changed. */
  readonly findings: number;
}

export const INITIAL_STATUS: MirrorStatus = Object.freeze({
  state: 'locked',
  error: null,
  header: null,
  pendingOut: 0,
  pendingIn: 0,
  pendingMerges: 0,
  firstSync: Object.freeze({ done: false, opened: 0 }),
  settled: false,
  waitingKeys: Object.freeze([]),
  waitingForUpdate: 0,
  quarantined: 0,
  unsealable: 0,
  withdrawn: 0,
  rejected: 0,
  findings: 0,
});

/** The part of a status that the store counts. */
export function countedStatus(
  { out, in: arrived, due }: QueueCounts,
  tallies: readonly TroubleTally[],
  findings: number,
): Partial<MirrorStatus> {
  const rows = (isSuch: (tally: TroubleTally) => boolean) =>
    tallies.filter(isSuch).reduce((sum, tally) => sum + tally.rows, 0);
  const ofKind = (wanted: TroubleTally['kind']) => rows(({ kind }) => kind === wanted);
  return {
    pendingOut: out,
    pendingIn: arrived,
    pendingMerges: due,
    waitingKeys: tallies.flatMap(({ kind, keyId, rows: count }) =>
      kind === 'waiting' && keyId !== null ? [{ keyId, rows: count }] : [],
    ),
    waitingForUpdate: rows(({ kind, keyId }) => kind === 'waiting' && keyId === null),
    quarantined: ofKind('quarantined'),
    unsealable: ofKind('unsealable'),
    withdrawn: ofKind('withdrawn'),
    rejected: ofKind('rejected'),
    findings,
  };
}

/** A value that listeners follow: what React's `useSyncExternalStore` asks for. */
export interface Observable<Value> {
  readonly current: Value;
  /** Sets what differs; listeners hear of it only if something does. */
  set(changes: Partial<Value>): void;
  subscribe(listener: () => void): () => void;
}

export function createObservable<Value extends object>(initial: Value): Observable<Value> {
  let current = initial;
  const listeners = new Set<() => void>();
  return {
    get current() {
      return current;
    },
    set(changes) {
      const next = Object.freeze({ ...current, ...changes });
      if (comparable(next) === comparable(current)) return;
      current = next;
      for (const listener of [...listeners]) call(listener);
    },
    subscribe(listener) {
      // A function of its own, so that subscribing twice with one listener is two subscriptions.
      const own = () => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}

/** Of an error what it says: the rest may be anything. */
function comparable(value: object): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part instanceof Error ? [part.name, part.message] : part,
  );
}

function call(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    reportBug(error);
  }
}
