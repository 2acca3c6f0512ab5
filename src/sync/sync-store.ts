/**
 * What the mirror asks of a sync engine: a durable queue, the two tables, and the mirror's own
 * bookkeeping, each read in one snapshot and written in one transaction.
 *
 * A store moves rows about and never looks into a payload; everything that knows keys or formats
 * stands above it. `rowseal/testing` has a store in memory to copy, and the test that every store
 * must pass.
 */
import type { Lease, RequestResult, Standing, TakeOver } from './lease.js';
import type { RowName } from './row-name.js';
import type {
  QueueCounts,
  RowFinding,
  RowTrouble,
  TroubledRow,
  TroubleTally,
} from './row-trouble.js';
import type { SealingStore } from './sealing.js';

/** A row without its id, as the engine has it: text, numbers and `null` by column name. */
export type EngineRow = Readonly<Record<string, unknown>>;

/**
 * Why a row is in the queue.
 *
 * - `out`: the app wrote the plaintext;
 * - `in`: sync wrote or removed the sealed row;
 * - `show`: the plaintext must be made again from what is sealed, since the declaration changed or
 *   `release` asks for another look;
 * - `retry`: the app asks for the row to be sent again, which the server had refused or lost;
 * - `reseal`: what was sealed of the row waits for upload under a key that is not the primary now;
 * - `renew`: what stands of the row is under such a key, and is to be re-encrypted.
 */
export type Direction = 'out' | 'in' | 'show' | 'retry' | 'reseal' | 'renew';

/** One write to one row, queued in the transaction that made it, or a request to look at it again. */
export interface QueueEntry {
  /** Its number in the queue: rising, never used twice. */
  readonly seq: number;
  /** Why it is there; `out` and `in` say which side was written. */
  readonly dir: Direction;
  /** When, in milliseconds since 1970 by this device's clock. */
  readonly at: number;
  /**
   * The row as it was before this write, on the side that was written; `null` if there was none, and
   * for the others, which no write made.
   */
  readonly base: EngineRow | null;
}

/** All that one snapshot says about one row. */
export interface RowWork {
  /** The table's name as declared. */
  readonly table: string;
  /** The row's id: text of 1 to 256 bytes. */
  readonly id: string;
  /** Every entry that the queue has for it, in rising order; none for a merge that fell due. */
  readonly entries: readonly QueueEntry[];
  /** The row of the plaintext table. */
  readonly plain: EngineRow | null;
  /** The row of the sealed table: `payload`, `parents`, `siblings` and visible columns. */
  readonly sealed: EngineRow | null;
  /** What the mirror noted about it last. */
  readonly record: RowRecord | null;
  /** Whether the server refused for good what this device sent last. */
  readonly rejected: boolean;
}

/** One pass's work, from one snapshot. */
export interface Work {
  /**
   * The number up to which entries of `out` are in hand; a transaction of the app's ends there.
   */
  readonly upTo: number;
  /** The highest number ever given to an entry, as this snapshot sees it. */
  readonly snapshot: number;
  /** In the order in which they were touched first. */
  readonly rows: readonly RowWork[];
}

/** What the mirror notes about a row: what its plaintext reflects. */
export interface RowRecord {
  /** Digest of the payload, siblings and bound columns that were looked at last. */
  readonly seen: string | null;
  /** The visible and server-owned values that were looked at last, as JSON text. */
  readonly clear: string | null;
  /** The sealed row that holds all this device knows; `null` while that is the one in place. */
  readonly known: EngineRow | null;
  /**
   * What the plaintext says of that while it is behind, as a sealed row, or as nothing; `null` while
   * it says all of it.
   *
   * It is behind where the app wrote it again before what arrived could be shown.
   */
  readonly reflected: { readonly sealed: EngineRow | null } | null;
  /** The life counter, a number: even for a deleted row, 0 while nothing of it was ever opened. */
  readonly life: number;
  /** Id of the payload that this device wrote last. */
  readonly own: string | null;
  /** Digest of the merged content that was sent last, and the payload ids that it answered. */
  readonly sent: { readonly content: string; readonly answered: readonly string[] } | null;
  /** When a merge is to be sent unless it has become needless: milliseconds since 1970. */
  readonly due: number | null;
  /** Why it is not in step; `null` when all is well. */
  readonly trouble: RowTrouble | null;
  /** What authentic data revealed, such as `metadata-mismatch:account_id`. */
  readonly findings: readonly string[];
}

/** What becomes of one row. */
export interface RowOutcome {
  /** The table's name as declared. */
  readonly table: string;
  /** The row's id: text of 1 to 256 bytes. */
  readonly id: string;
  /** The plaintext to write; `null` deletes it, `undefined` leaves it. */
  readonly plain?: EngineRow | null;
  /** The sealed row to write and to upload; `null` deletes it, `undefined` leaves it. */
  readonly sealed?: EngineRow | null;
  /** The record to keep; `null` forgets the row, `undefined` leaves the one there is. */
  readonly record?: RowRecord | null;
  /** The entries that are done: their `seq`s. */
  readonly done: readonly number[];
  /**
   * Entries to be kept but not handed out again until `release`, or until the row gets another
   * entry: their `seq`s.
   */
  readonly held?: readonly number[];
  /** Whether a refusal by the server is forgotten, since the row is sent again. */
  readonly clearsRejection?: boolean;
  /**
   * Whether what waits for upload under another key than the primary is taken back, since `sealed`
   * says all of it, or since it can't be sealed again for now and `record` has it.
   *
   * What that named as `parents` is named by `sealed` too: the server must not keep it as unseen.
   */
  readonly supersedes?: boolean;
}

/**
 * What became of a batch; nothing of it was written unless it is `written`.
 *
 * `moved`: sync wrote a sealed row meanwhile that it would replace; the others say what this mirror
 * is, since it does not work.
 */
export type WriteResult = 'written' | 'moved' | Exclude<Standing, 'working'>;

/** A sync engine's side of a mirror. */
export interface SyncStore extends SealingStore {
  /**
   * Sets up bookkeeping and triggers, and queues what they missed: plaintext rows that were never
   * queued (`out`) and sealed rows never looked at (`in`).
   *
   * With an open vault, this mirror becomes the one that works, `silentSince` permitting: then all
   * rows of a table whose declaration changed are queued too (`show`). While it is locked it leaves
   * that to others.
   *
   * A mirror does it again whenever it takes the work up. When the database was cleared since, nothing
   * is changed: `replaced`.
   *
   * Throws `VAULT_MISMATCH`, before anything is changed, when what is there belongs to another
   * vault.
   */
  takeOver(start: TakeOver): Promise<Standing>;
  /**
   * Tells who works.
   *
   * With `awaits`, a mirror that stands by asks for a beat, too: by the next one the mirror that works
   * shows that it is still there.
   */
  lease(awaits: boolean): Promise<Lease>;
  /**
   * Shows that this mirror works; writes nothing when none has asked for it since the last time, and
   * when it does not work.
   *
   * Each batch that is written shows it as well.
   */
  beat(): Promise<Standing>;
  /** Lets another mirror work, if this is the one that does. */
  giveUp(): Promise<void>;
  /**
   * Reads the oldest work, of about `limit` rows, in one snapshot: rows with entries that are not
   * held, and rows whose merge is due at `now`.
   *
   * Rows with an entry of `reseal` come before all others and by themselves, with `upTo` 0: what the
   * app wrote since is left to later passes. Those that wait in one upload are handed out together.
   *
   * There are fewer where rows are so large that memory is short. It ends between two entries of
   * `out` only where a `seq` of `ends`, which rise, says that a transaction of the app's ended.
   */
  readWork(limit: number, now: number, ends: readonly number[]): Promise<Work>;
  /**
   * Writes outcomes in one transaction, in their order.
   *
   * Rows with an entry after `snapshot` are special: after an entry of `out` the plaintext is left
   * as it is; after an entry of any other kind the row's outcome is dropped and its entries stay,
   * or, when an outcome with `sealed` is among those, nothing at all is written: `moved`.
   */
  writeOutcomes(outcomes: readonly RowOutcome[], snapshot: number): Promise<WriteResult>;
  /**
   * Does all that `writeOutcomes` does and undoes it, to learn whether the database takes it.
   *
   * Throws what that throws.
   */
  rehearse(outcomes: readonly RowOutcome[], snapshot: number): Promise<void>;
  /** The highest `seq` ever committed: everything up to it is whole transactions. */
  lastSeq(): Promise<number>;
  /**
   * Hands held entries out again: of all rows, or of those whose trouble is of one kind.
   *
   * A row with such a trouble that has no entry gets one of `show`, so that it is looked at again;
   * of all rows, those with findings get one too, and those that are `withdrawn` none.
   */
  release(kind?: RowTrouble['kind']): Promise<RequestResult>;
  /**
   * Gives rows that the server refused an entry of `retry`, so that they are sent again.
   *
   * The outcome that does so forgets the refusal. One without a record of its row has nothing to be
   * sent again, and is forgotten at once.
   */
  retryRejected(): Promise<RequestResult>;
  /** Gives those of `rows` that are `withdrawn` an entry of `retry`, so that they are sent again. */
  retryWithdrawn(rows: readonly RowName[]): Promise<RequestResult>;
  /** How much there is to do. */
  counts(): Promise<QueueCounts>;
  /** The rows that are not in step, counted by kind, code and key id. */
  tallies(): Promise<readonly TroubleTally[]>;
  /** How many findings there are. */
  findingCount(): Promise<number>;
  /** At most `limit` rows that are not in step. */
  troubled(limit: number): Promise<readonly TroubledRow[]>;
  /** At most `limit` findings. */
  findings(limit: number): Promise<readonly RowFinding[]>;
  /**
   * Calls back after each commit that may have queued something, or that gave the work to another
   * mirror; returns how to stop it.
   */
  onWork(listener: () => void): () => void;
}
