/** What a mirror tells of rows that are not in step, and of how much there is to do. */
import type { RowsealErrorCode } from '../errors/error-code.js';

/**
 * What is wrong with a row.
 *
 * - `quarantined`: what arrived does not open, and will not;
 * - `waiting`: it will open with a newer vault header or a newer version of the app;
 * - `unsealable`: the app wrote what can't be sealed;
 * - `withdrawn`: the server no longer sends it to this device;
 * - `rejected`: the server refused it for good.
 */
export type TroubleKind = 'quarantined' | 'waiting' | 'unsealable' | 'withdrawn' | 'rejected';

/** Why a row is not in step. */
export interface RowTrouble {
  /** What is wrong with it; what the server refused is noted apart. */
  readonly kind: Exclude<TroubleKind, 'rejected'>;
  /** The code of the refusal; `null` for a withdrawn row. */
  readonly code: RowsealErrorCode | null;
  /** What there is to say: the key id that is waited for, or a message. */
  readonly detail: string | null;
}

/** How much there is to do. */
export interface QueueCounts {
  /** How many rows wait to be sealed: all but those with `in` and `show`; held ones are not counted. */
  readonly out: number;
  /** How many rows have a sealed form that waits to be looked at; held ones are not counted. */
  readonly in: number;
  /** How many merges are to be sent later. */
  readonly due: number;
  /** When the first of those is due: milliseconds since 1970. */
  readonly nextDue: number | null;
}

/** How many rows have one trouble. */
export interface TroubleTally {
  /** Which. */
  readonly kind: TroubleKind;
  /** The code of the refusal; `null` for rows that are `withdrawn` or `rejected`. */
  readonly code: RowsealErrorCode | null;
  /** For `UNKNOWN_KEY` the key id that is waited for: 32 bytes as base64url text. */
  readonly keyId: string | null;
  /** How many. */
  readonly rows: number;
}

/** A row that is not in step, or that the server refused. */
export interface TroubledRow {
  /** The table's name as declared. */
  readonly table: string;
  /** The row's id: text of 1 to 256 bytes. */
  readonly id: string;
  /** What is wrong with it. */
  readonly kind: TroubleKind;
  /**
   * The code of the refusal; `null` for a row that is `withdrawn` or `rejected`.
   *
   * It was noted in the database, maybe by a newer version of the app that knows more codes: give a
   * `switch` a `default`.
   */
  readonly code: RowsealErrorCode | null;
  /** The key id that is waited for, or a message; for a `rejected` row what the server gave as reason. */
  readonly detail: string | null;
}

/** A finding about a row. */
export interface RowFinding {
  /** The table's name as declared. */
  readonly table: string;
  /** The row's id: text of 1 to 256 bytes. */
  readonly id: string;
  /** Such as `metadata-mismatch:account_id`. */
  readonly finding: string;
}
