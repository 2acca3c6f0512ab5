/** What an app holds of a migration. */
import type { MigrationPhase } from './migration-notes.js';
import type { RemovedPlaintext, RemovePlaintextOptions } from './remove-plaintext.js';
import type { DifferingRow, RowCounts } from './row-results.js';
import type { SwitchOverOptions } from './switch-over.js';

/** Where a migration stands on this device: how far it is, and what is not good. */
export interface MigrationStatus extends RowCounts {
  /**
   * Which table the app reads and writes: the old one while `copying`, the new one once `switched`.
   *
   * It lasts: look at it at each start, before the first query.
   */
  readonly phase: MigrationPhase;
  /** Whether another device of the user has switched over, so that this one should. */
  readonly isSwitchedElsewhere: boolean;
  /** What the database threw last; it is tried again. */
  readonly error: Error | null;
}

/** Moves the rows of one old table, in steps that the app takes. */
export interface Migration {
  /** A frozen object, replaced whenever something in it changed. */
  readonly status: MigrationStatus;
  /** Calls `listener` after each change of `status`; returns how to stop that. */
  subscribe(listener: () => void): () => void;
  /**
   * Resolves when every row that the server has is compared with its copy, and the server has the
   * copies.
   *
   * Copying itself goes on in the background, whether this is called or not. It waits while the device
   * is offline or the vault is locked. Rejects when the migration is closed.
   */
  copy(): Promise<void>;
  /**
   * Opens the sealed row of each old row, as the server has it, and notes whether it says the same.
   *
   * A column that somebody wrote in the new table may say something else: that is newer. Rejects with
   * `LOCKED` while the vault is locked.
   */
  verify(): Promise<MigrationStatus>;
  /** The rows that can't be copied, or whose copies are not good; at most `limit`, 100 unless told. */
  differences(limit?: number): Promise<readonly DifferingRow[]>;
  /**
   * Makes the new table the one that this device reads and writes.
   *
   * What it had not uploaded yet of the old one becomes edits of the new one. It waits until all rows
   * of the server are here and copied, so it needs a connection. From then on writing the old table is
   * an error here. Rejects with a `TypeError` while there are rows that can't be copied, and when the
   * migration is closed.
   */
  switchOver(options?: SwitchOverOptions): Promise<void>;
  /**
   * Has the server remove the plaintext of verified rows, for all devices.
   *
   * May be called again, at any time, after whatever went wrong. Rejects with a `TypeError` while this
   * device has not switched over or a row is not verified, with `LOCKED` while the vault is locked, and
   * with what `remove` throws.
   */
  removePlaintext(options: RemovePlaintextOptions): Promise<RemovedPlaintext>;
  /** Stops; what is left is taken up by the next `migrateTable`. */
  close(): Promise<void>;
}

export const INITIAL_STATUS: MigrationStatus = Object.freeze({
  phase: 'copying',
  isSwitchedElsewhere: false,
  rows: 0,
  copied: 0,
  pending: 0,
  verified: 0,
  differing: 0,
  error: null,
});
