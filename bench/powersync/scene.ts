/** What is played in a process of its own, and what comes out of it. */

/** By name: milliseconds, megabytes or counts, one for each time that it was measured. */
export type Figures = Readonly<Record<string, readonly number[]>>;

export interface FirstSync {
  readonly name: 'first sync';
  readonly url: string;
  readonly rows: number;
  /**
   * - `plain`: the rows unencrypted;
   * - `applied`: sealed rows, and nobody who looks at them;
   * - `mirrored`: sealed rows with the mirror;
   * - `written`: that, and the app writes a row now and then while the mirror works.
   */
  readonly variant: 'plain' | 'applied' | 'mirrored' | 'written';
  /** An empty folder that exists. */
  readonly folder: string;
}

export interface AppCommits {
  readonly name: 'app commits';
  readonly rows: number;
  readonly folder: string;
  /** How often both tables are written. */
  readonly pairs: number;
}

export interface Sealing {
  readonly name: 'sealing';
  readonly rows: number;
  /**
   * - `open`: the mirror seals what the app commits;
   * - `backlog`: it is locked meanwhile, and unlocked when all is written;
   * - `written`: it is committed in ten parts, and the app writes a row now and then meanwhile;
   * - `whole`: the same with one commit, which the mirror keeps whole.
   */
  readonly variant: 'open' | 'backlog' | 'written' | 'whole';
  readonly folder: string;
}

export interface Restart {
  readonly name: 'restart';
  /** That of a first sync, whose rows are all in plaintext. */
  readonly folder: string;
}

export type Scene = FirstSync | AppCommits | Sealing | Restart;
