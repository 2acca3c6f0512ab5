/** Which of the mirrors of one database works, and what they tell a store about it. */

/**
 * What one mirror is among those of a database.
 *
 * - `working`: the one that writes outcomes;
 * - `standby`: another one works, or none does;
 * - `replaced`: the database was cleared since this one came to it, and is none of its business.
 */
export type Standing = 'working' | 'standby' | 'replaced';

/** What became of something that the app asks for: nothing when this mirror is `replaced`. */
export type RequestResult = 'queued' | 'replaced';

/** Who works. */
export interface Lease {
  /** What this mirror is. */
  readonly standing: Standing;
  /** Whether no mirror works: the last one gave it up, or there was none. */
  readonly isFree: boolean;
  /** A number that is another one whenever the mirror that works has shown that it does. */
  readonly beat: number;
}

/** What a mirror tells a store when it comes to a database, or takes the work up. */
export interface TakeOver {
  /** The vault whose rows these are: 16 bytes as base64url text; `null` while it is locked. */
  readonly vaultId: string | null;
  /** By table: a digest of what the plaintext depends on. */
  readonly declarations: ReadonlyMap<string, string>;
  /**
   * Leaves the work to the mirror that has it if that has shown so after the beat of this number, which
   * `lease` told; `null` takes it from any.
   */
  readonly silentSince: number | null;
}
