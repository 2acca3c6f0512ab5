import type { Table } from '../rows/table.js';
import type { RowName } from '../sync/row-name.js';
import type { EngineRow, SyncStore } from '../sync/sync-store.js';
import type { SealedUpload } from './memory-database.js';
import type { ServedRow } from './memory-sync.js';

/** What an app writes into a plaintext table. */
export interface AppWrite {
  /** `update` sets the columns given; `delete` is given none. */
  readonly op: 'insert' | 'update' | 'delete';
  /** The table's name as declared. */
  readonly table: string;
  /** The row's id: text of 1 to 256 bytes. */
  readonly id: string;
  /** Columns as the engine has them: text, numbers and `null`. */
  readonly row: EngineRow;
}

/**
 * What `testAdapter` does with an open database, as an app and a sync engine do.
 *
 * Rows come and go without their ids, with every column that their table has in the engine.
 */
export interface AdapterHands {
  /** Makes a mirror's store over the database; the test makes several. */
  createStore(): SyncStore;
  /**
   * Runs the app's writes in one transaction, as SQL of its own would.
   *
   * With `rollBack` they are run and then undone. It works before any store has taken over, too.
   */
  write(writes: readonly AppWrite[], options?: { readonly rollBack?: boolean }): Promise<void>;
  /** Reads a row of the plaintext table. */
  plain(table: string, id: string): Promise<EngineRow | null>;
  /** Reads a row of the sealed table. */
  sealed(table: string, id: string): Promise<EngineRow | null>;
  /**
   * Sends all that waits and may leave to the server, which has it from then on; returns the
   * transactions.
   *
   * The rows in `refused` are refused for good, as an upload notes it.
   */
  upload(refused?: readonly RowName[]): Promise<readonly (readonly SealedUpload[])[]>;
  /**
   * Lets rows change on the server, and sync bring all that the server has, in one transaction of
   * the engine's.
   *
   * A `row` of `null` is one that the device is no longer sent. What is given is what arrives: a
   * column that there is not, `true`, or a column left out.
   */
  deliver(rows: readonly ServedRow[]): Promise<void>;
  /** Lets sync bring a sealed row that is damaged as badly as the engine allows, where it allows it. */
  readonly damage?: (table: string, id: string) => Promise<void>;
  /** Logs the user out, as the engine does it: every row goes. */
  clear(): Promise<void>;
  /** Ends it as a kill does; what was committed stays for the next opening. */
  close(): Promise<void>;
}

/**
 * Opens the database of a place, a text of 21 characters, with the declared tables: an empty one at
 * first, later what was left there.
 */
export type OpenAdapter = (place: string, tables: readonly Table[]) => Promise<AdapterHands>;
