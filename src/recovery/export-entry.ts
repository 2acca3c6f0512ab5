/** What an export says of one row. */
import type { RowsealError } from '../errors.js';
import type { Finding } from '../rows/decrypt-row-details.js';
import type { RowOf } from '../rows/row-types.js';
import type { Table } from '../rows/table.js';

/** A sealed row of a file, its values of the types that its database gave. */
export interface SealedExportRow {
  /** The row's id: 1 to 256 bytes, in a row that opens. */
  readonly id: string;
  /** Visible columns, `payload`, and `siblings` where the server kept any. */
  readonly [column: string]: unknown;
}

/** A row of a file that opened. */
export interface OpenedEntry<T extends Table = Table> {
  /** Tells it from what did not open. */
  readonly ok: true;
  /** The number of its line in the file, from 1. */
  readonly line: number;
  /** The table's name, as declared. */
  readonly table: T['name'];
  /** The row's id, 1 to 256 bytes. */
  readonly id: string;
  /** The row, siblings merged into it; `null` when it was deleted. */
  readonly row: RowOf<T> | null;
  /** What the app should know of the payload in place. */
  readonly findings: readonly Finding[];
  /** Why other payloads of this row did not open: an edit may be missing. */
  readonly refusals: readonly RowsealError[];
  /** The sealed row as it stands in the file. */
  readonly sealed: SealedExportRow;
  /**
   * The sealed row once for each of its payloads, to be uploaded in this order: so a server that
   * keeps siblings has them again.
   *
   * Security: the visible columns are the word of the server that they came from.
   */
  readonly uploads: readonly SealedExportRow[];
}

/** A row or a line that did not open, or what is wrong with the whole file. */
export interface RefusedEntry {
  /** Tells it from what opened. */
  readonly ok: false;
  /** The number of its line in the file, from 1; `null` for what is said of the whole file. */
  readonly line: number | null;
  /** The table's stored name; `null` where the line is damaged. */
  readonly table: string | null;
  /** The row's id, 1 to 256 bytes unless that is what is wrong; `null` where the line is damaged. */
  readonly id: string | null;
  /** Why it did not open. */
  readonly error: RowsealError;
  /** The sealed row as it stands in the file; `null` where the line is damaged. */
  readonly sealed: SealedExportRow | null;
  /** As of a row that opened; none where the line is damaged. */
  readonly uploads: readonly SealedExportRow[];
}

/**
 * What `openExport` tells of one row, or in the end of the file.
 *
 * One table after another, so that `entry.table` says which columns `entry.row` has.
 */
export type ExportEntry<T extends Table = Table> =
  | (T extends Table ? OpenedEntry<T> : never)
  | RefusedEntry;
