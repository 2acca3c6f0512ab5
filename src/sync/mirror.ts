/** What an app holds of a mirror, and what an adapter tells it. */
import type { Vault } from '../keys/vault.js';
import type { KeyUse } from '../rows/key-use.js';
import type { Table } from '../rows/table.js';
import type { MirrorStatus } from './mirror-status.js';
import type { MirrorReencryption, MirrorReencryptionOptions } from './reencryption.js';
import type { RowName } from './row-name.js';
import type { RowFinding, TroubledRow } from './row-trouble.js';
import type { VaultSource } from './vault-source.js';

/** What a mirror over any store is told. */
export interface MirrorSettings {
  /** `null` while it is locked. */
  readonly vault: Vault | null;
  readonly tables: readonly Table[];
  readonly deletes: 'sealed' | 'engine';
  /** Resolves when the engine has everything that the server had at first. */
  readonly firstSync: Promise<void>;
  /** Tells of new headers; without one the app calls `unlock`. */
  readonly vaultStore?: VaultSource | undefined;
  /** How long a merge is left to the writer of the payload in place: milliseconds. */
  readonly mergeDelay?: () => number;
}

/** Options of a mirror's `retry`. */
export interface RetryOptions {
  /** Opens what has arrived by now and was written after its key was revoked (`KEY_RETIRED`). */
  readonly acceptRetired?: boolean;
  /**
   * Sends these rows again, as this device knew them, that `troubledRows` has as `withdrawn`.
   *
   * For a server that lost what it had acknowledged, as one does that was restored from a backup. A
   * row that left on purpose is sent too, so choose them; what is not withdrawn is left out.
   */
  readonly withdrawn?: readonly RowName[];
}

/** Keeps the plaintext tables and the sealed tables of one database in step. */
export interface Mirror {
  /** A frozen object, replaced whenever something in it changed. */
  readonly status: MirrorStatus;
  /**
   * The vault in use, as of the newest header that the mirror has followed; `null` while it is locked.
   *
   * Change the vault from this one, not from the one that the mirror was given.
   */
  readonly vault: Vault | null;
  /**
   * Calls `listener` after each change of `status`; returns how to stop that.
   *
   * What it throws stops nothing: it goes to `reportError`, or to `console.error` where there is none.
   */
  subscribe(listener: () => void): () => void;
  /**
   * Takes an open vault, after `locked` or after the vault was changed.
   *
   * Rows that waited for its keys are opened, and any other mirror of the database stands by. Rejects
   * with `VAULT_MISMATCH` for the vault of another user, with a `TypeError` for what is no vault, and
   * then goes on as before.
   */
  unlock(vault: Vault): Promise<void>;
  /**
   * Resolves when all that the app has committed is sealed and queued for upload, whichever mirror of
   * the database does it.
   *
   * Rows that can't be sealed, or that wait for a key, don't hold it up. Rejects with `LOCKED` while
   * the vault is locked, and with what the database threw.
   */
  flush(): Promise<void>;
  /**
   * Resolves when all that the first sync brought stands in the plaintext tables.
   *
   * Before that the app may see only a part of the user's rows. It waits through `locked`.
   */
  waitForFirstSync(): Promise<void>;
  /** The rows that are not in step, at most `limit` of them; 100 unless told. */
  troubledRows(limit?: number): Promise<readonly TroubledRow[]>;
  /** The findings, at most `limit` of them; 100 unless told. */
  findings(limit?: number): Promise<readonly RowFinding[]>;
  /**
   * Tries rows again that did not open, could not be sealed, or were refused by the server.
   *
   * Rejects with `LOCKED` while the vault is locked, and does all but `acceptRetired` after `unlock`; with
   * a `TypeError` for an option that there is not, and for rows without table and id; and with what the
   * database threw.
   */
  retry(options?: RetryOptions): Promise<void>;
  /**
   * Seals again, under the vault's primary key, every row of which a payload is under another one: after
   * `rotateDataKey` or `rekeyVault`, in the background.
   *
   * It keeps stamps and plaintext, and needs no place to go on from: call it at each start, on as many
   * devices as there are. Rows are taken a page at a time, and each page is uploaded before the next;
   * offline it waits. What does not open is left, so look at `troubledRows` and `findings` first, and
   * `retry` with `acceptRetired` what is the user's own. Where another mirror of the database works, that
   * one seals.
   *
   * Resolves when it has gone round once. Rejects with `LOCKED` when the vault is locked or gets locked,
   * with the signal's reason between two pages, with why the mirror has ended, with a `TypeError` for
   * other options, and with what the database or `onProgress` threw; all that was done by then stays done.
   */
  reencryptAll(options?: MirrorReencryptionOptions): Promise<MirrorReencryption>;
  /**
   * Counts the payloads that this device has by the key that they name, most first; without a key.
   *
   * The server may have others: before a key is dropped, it is the server that counts.
   */
  keyUse(): Promise<readonly KeyUse[]>;
  /** Stops after the pass that runs now; what is left is done by another mirror, or the next one. */
  close(): Promise<void>;
}
