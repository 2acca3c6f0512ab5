/** What the mirror asks of a sync engine about keys. */
import type { Standing } from './lease.js';
import type { RowName } from './row-name.js';

/** Under which keys a mirror works from now on. */
export interface Sealing {
  /** The first 44 characters of a payload under each key that may be in use, the primary's first. */
  readonly prefixes: readonly string[];
  /**
   * Headers of the vault as text: the one in use first, then earlier ones, latest first, with keys
   * that it lacks.
   */
  readonly headers: readonly string[];
}

/** What came of queueing rows to be re-encrypted. */
export interface RenewedRows {
  /** How many rows got an entry. */
  readonly queued: number;
  /** The last row that was looked at; `null` at the end of the last table. */
  readonly last: RowName | null;
}

/** How many payloads begin alike. */
export interface PrefixUse {
  /** The first 44 characters of the payloads, or all of shorter ones; empty where there is none. */
  readonly prefix: string;
  /** How many begin so, in place and among siblings. */
  readonly payloads: number;
}

/** What waits for upload, of whatever table. */
export interface WaitingUploads {
  /** How many writes. */
  readonly writes: number;
  /** The number of the first of them, in an order that only rises; 0 when there is none. */
  readonly first: number;
  /** The number of the last of them; 0 when there is none. */
  readonly last: number;
}

/** The part of a sync engine's side that keys are the reason for. */
export interface SealingStore {
  /**
   * Notes under which key this device seals from now on, and the headers that go with it, and gives
   * rows an entry of `reseal` that wait for upload under another key.
   *
   * `outdated`, and nothing is changed, when the key noted before is not among `prefixes`.
   *
   * From then on nothing that begins otherwise may leave, until `supersedes` has taken it back.
   */
  sealUnder(sealing: Sealing): Promise<'noted' | 'outdated' | Exclude<Standing, 'working'>>;
  /** The `headers` that `sealUnder` noted last; none before it has, and none after log-out. */
  notedHeaders(): Promise<readonly string[]>;
  /** Lets nothing sealed leave until the next `sealUnder`; without effect when another mirror works. */
  holdUploads(): Promise<void>;
  /**
   * Gives at most `limit` rows an entry of `renew`, of which a payload does not begin with `prefix`:
   * the one in place, or one among the `siblings`.
   *
   * They are looked for in the sealed tables, in rising order of table and id, `after` a row or from
   * the first on; the order is the store's own. Rows that have such an entry, or were rejected, are
   * passed over; not those with a trouble, which may be a sibling's alone.
   */
  renewRows(
    prefix: string,
    after: RowName | null,
    limit: number,
  ): Promise<RenewedRows | 'replaced'>;
  /** A row of the sealed tables, drawn about at random; `null` when there is none. */
  anyRow(): Promise<RowName | null>;
  /**
   * How the payloads in the sealed tables begin, siblings included; in no order.
   *
   * More than 64 siblings of one row, which no honest server keeps, count as one that is empty.
   */
  keyUse(): Promise<readonly PrefixUse[]>;
  /** What waits for upload, which sync may wait for in turn. */
  uploadsWaiting(): Promise<WaitingUploads>;
}
