/** What a store notes about keys. */

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
