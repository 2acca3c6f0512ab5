/** What {@link reencryptAll} takes and says: where the rows are, how to go through them, and what came of it. */
import type { RowsealError } from '../errors.js';
import type { OpenRowOptions } from './seal-row.js';
import type { StopSignal } from './stop-signal.js';

/** The sealed rows of one table, wherever the app keeps them: what {@link reencryptAll} goes through. */
export interface StoredRows<Sealed> {
  /**
   * The next rows in the order of their ids: those that come after the id `after` (from the
   * beginning for `null`), at most `limit` of them; none only when there are none left.
   *
   * Rows whose payload begins with the 44 characters of `primaryPrefix` need nothing: leave them
   * out where that is cheap.
   */
  readRows(after: string | null, limit: number, primaryPrefix: string): Promise<readonly Sealed[]>;
  /**
   * Stores `next` in the place of `expected` while the stored payload is still that of `expected`,
   * in one step, and says whether it did.
   */
  replaceRow(next: Sealed, expected: Sealed): Promise<boolean>;
}

/** How far {@link reencryptAll} is. */
export interface ReencryptProgress {
  /** Number of rows looked at, in the first walk through the table. */
  readonly done: number;
  /** Number of rows that this run has stored under the primary key. */
  readonly moved: number;
}

/** Options of {@link reencryptAll}. */
export interface ReencryptOptions extends OpenRowOptions {
  /** How many rows to read at a time, 1 to 10,000; 100 unless told. */
  readonly pageLength?: number;
  /** Milliseconds to wait after each page, so that the app and the server have time for others; none unless told. */
  readonly pauseMs?: number;
  /** An `AbortSignal` that stops the run between two rows; what is stored stays. */
  readonly signal?: StopSignal;
  /** Called after each page. */
  readonly onProgress?: (progress: ReencryptProgress) => void;
}

/** What {@link reencryptAll} came to. */
export interface ReencryptResult {
  /** Number of rows that this run has stored under the primary key. */
  readonly moved: number;
  /** Rows that did not open, each as it was: `KEY_RETIRED` is one to ask the user about. */
  readonly failed: readonly ReencryptFailure[];
  /** Ids of rows, of 1 to 256 bytes, that others changed each time they were to be stored: run again. */
  readonly busy: readonly string[];
}

/** A row that {@link reencryptAll} left as it was. */
export interface ReencryptFailure {
  /** The row's id, 1 to 256 bytes. */
  readonly id: string;
  /** Why it does not open. */
  readonly error: RowsealError;
}
