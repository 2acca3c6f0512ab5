/** Following a sealed table, decrypted, without a plaintext table. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { assertOptions } from '../../../errors.js';
import type { Vault } from '../../../keys/vault.js';
import type { OpenRowOptions } from '../../../rows/seal-row.js';
import type { Table } from '../../../rows/table.js';
import { assertGiven, assertTable } from '../../../sync/arguments.js';
import { assertDatabase } from '../database-check.js';
import { startDelivery } from './diff-delivery.js';
import { openDiffSource } from './diff-source.js';
import type { DecryptedDiff } from './diff-turns.js';

/** Options of {@link trackDecryptedDiff}. */
export interface TrackDiffOptions<T extends Table> extends OpenRowOptions {
  /** The declared table whose sealed table is followed. */
  readonly table: T;
  /**
   * The vault as it is now; `null` or a locked one keeps what happens until there is an open one.
   *
   * Asked at each diff, and twice a second while something waits for it.
   */
  readonly vault: () => Vault | null;
  /**
   * Called with what the handler, `vault` or the database threw.
   *
   * Nothing is lost by that: the same is handed over again, with what came since, after a quarter of
   * a second and then ever later, up to half a minute.
   *
   * Security: the error is whatever your handler threw, so it may hold a row's value.
   */
  readonly onError: (error: unknown) => void;
}

const OPTIONS = ['acceptRetired', 'onError', 'table', 'vault'];

/**
 * Hands every change of a sealed table to your handler, decrypted, one diff after another.
 *
 * The first diff has `whole`, with all rows as they stand, so that one handler is enough at start
 * and later. So has the first after a log-out, with the rows that are there then, mostly none: the
 * rows that were cleared are no deletes. Each diff says what really happened, as `decryptDiff` does.
 *
 * The handler runs outside all locks, and is awaited before the next diff; while it runs, changes
 * add up to one diff. When it throws or rejects, the process lives, `onError` hears of it, and the
 * diff comes again. A row that does not open is a change of kind `refused`; where its key was missing,
 * it is told once `vault` gives one that has it.
 *
 * Nothing is noted on the disk: after a crash or a reload, begin with the `whole` diff of the new
 * start. Where several tabs use one database, each follows it by itself, and PowerSync's diff
 * triggers can miss what another tab's connection wrote.
 *
 * @returns a promise of how to stop: no handler is called after that, and the promise waits for one
 * that runs, so don't await it there
 * @throws `TypeError` for what is no database, no declared table, no function or no option, and when
 * the schema's sealed table is not what `sealedTables` makes.
 *
 * @example
 * ```ts
 * import { Schema } from '@powersync/common';
 * import { PowerSyncDatabase } from '@powersync/node';
 * import { defineTable, encrypted, encryptRow } from 'rowseal';
 * import { sealedTables, trackDecryptedDiff } from 'rowseal/powersync';
 * import { vaultForTesting } from 'rowseal/testing';
 *
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const schema = new Schema({ ...sealedTables([notes]) });
 * const db = new PowerSyncDatabase({ schema, database: { dbFilename: 'track-diff.db' } });
 * const { vault } = vaultForTesting('docs'); // in an app: openVault
 * const { payload } = encryptRow(vault, notes, { id: 'n1', body: 'hello' });
 * await db.execute("INSERT INTO notes_sealed (id, payload) VALUES ('n1', ?)", [payload]);
 *
 * const bodies = new Map<string, string>();
 * const options = { table: notes, vault: () => vault, onError: console.error };
 * const shown = new Promise<void>((resolve) => {
 *   void trackDecryptedDiff(db, options, ({ whole, changes }) => {
 *     if (whole) bodies.clear();
 *     for (const { kind, id, row } of changes) {
 *       if (row) bodies.set(id, row.body);
 *       else if (kind === 'delete') bodies.delete(id);
 *     }
 *     resolve();
 *   });
 * });
 * await shown;
 * console.assert(bodies.get('n1') === 'hello');
 * ```
 */
export async function trackDecryptedDiff<T extends Table>(
  db: CommonPowerSyncDatabase,
  options: TrackDiffOptions<T>,
  onChange: (diff: DecryptedDiff<T>) => Promise<void> | void,
): Promise<() => Promise<void>> {
  assertOptions(options, OPTIONS, 'trackDecryptedDiff');
  const { table, vault, onError, acceptRetired = false } = options;
  assertDatabase(db);
  assertTable(table);
  assertGiven(typeof vault === 'function', 'vault: a function that returns one, or null');
  assertGiven(typeof onError === 'function', 'onError: a function');
  assertGiven(typeof onChange === 'function', 'a handler: a function');
  await db.waitForReady();
  const source = await openDiffSource(db, table);
  const handler = onChange as (diff: DecryptedDiff) => Promise<void> | void;
  return startDelivery({ source, table, vault, acceptRetired, onChange: handler, onError });
}
