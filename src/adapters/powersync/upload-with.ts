/** The upload half of a PowerSync connector: the queue's transactions, guarded, to your server. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { assertOptions, RowsealError } from '../../errors.js';
import type { Table } from '../../rows/table.js';
import { assertGiven, assertTables } from '../../sync/arguments.js';
import { payloadIdOf } from '../../sync/payload-id.js';
import { type RowName, rowKey } from '../../sync/row-name.js';
import { tableBehind, toServer, type UploadEntry, type UploadWrite } from '../../sync/to-server.js';
import { type Deletes, readDeletes } from './bookkeeping.js';
import { assertDatabase } from './database-check.js';
import { nextUpload } from './held-uploads.js';
import { noteAnswer, type Rejection } from './rejections.js';
import { assertAllGuarded } from './schema-check.js';
import { sendWrites, type UploadAnswer } from './send-writes.js';

/** What is known of a transaction beside its writes. */
export interface UploadTransaction {
  /** Its number in the device's queue, rising; `null` where PowerSync gave it none. */
  readonly id: number | null;
}

/** Options of {@link uploadWith}. */
export interface UploadOptions {
  /** The declared tables, all of them; tables of the app's own are uploaded as they are. */
  readonly tables: readonly Table[];
  /**
   * Sends the writes of one transaction of the app's, in order, to be stored as one.
   *
   * It resolves once they are stored, or with the rows that are refused for good; these are left
   * out, and the others are sent again, whether they were stored or not. It rejects for what may go
   * well later: PowerSync tries again.
   *
   * If it resolves for a write that was not stored, the write leaves the queue, and after the next
   * checkpoint PowerSync takes the row away, as the server does not have it.
   *
   * It may send the same writes twice, after a crash for instance. An upsert makes that harmless:
   * the trigger of `serverSql` keeps whatever was written in between.
   */
  send(
    writes: readonly UploadWrite[],
    transaction: UploadTransaction,
  ): Promise<UploadAnswer | undefined> | Promise<void>;
  /**
   * Called with an entry that would show plaintext, instead of stopping all uploads.
   *
   * For a released app whose users have such entries in their queues. The entry is never sent, and
   * is gone once this resolves: save what it holds first, such as with an `INSERT OR REPLACE` into
   * the plaintext table. It is called again when the rest of the transaction has to be sent again.
   */
  readonly onExposure?: (entry: UploadEntry, error: RowsealError) => Promise<void> | void;
  /** Called with a `DELETE` of a sealed row, which is not sent; sync brings the row back. */
  readonly onStrayDelete?: (entry: UploadEntry) => void;
}

/**
 * Makes the `uploadData` of a PowerSync connector, which sends only what the server may see.
 *
 * Each call uploads the oldest transaction of the queue, whole; PowerSync calls until the queue is
 * empty, and in between a disconnect is heard. A row that your server refuses for good is noted,
 * stays on the device and is shown by the mirror as `rejected`; it never blocks the queue.
 *
 * After a change of the vault's key the mirror seals again what waits for upload, and until then nothing
 * leaves under the key before. It is done in no time; only while the mirror does not run, or is locked,
 * the upload is refused (`LOCKED`), and PowerSync tries again.
 *
 * An entry that would show plaintext comes from a schema or from code that is wrong, and is thrown:
 * uploads stop, nothing of its transaction leaves and nothing is lost. A mended app makes no more of
 * them; one that is queued already is thrown at each call, until `onExposure` takes it or, in
 * development, the database is cleared.
 *
 * @throws `TypeError` for an option that it does not have or that is of another type, and for no
 * tables. The function that it returns throws
 * `EXPOSURE_REFUSED`, `LOCKED` for rows that the mirror has to seal again first, since the vault has a
 * new key, a `TypeError` for what is no database, for a sealed table of the schema that
 * `tables` lacks and for an answer of `send` that is none, and whatever `send` throws.
 *
 * @example
 * ```ts
 * import { defineTable, encrypted } from 'rowseal';
 * import { type UploadWrite, uploadWith } from 'rowseal/powersync';
 *
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const post = async (writes: readonly UploadWrite[]) => ({ status: 204, refused: [], writes });
 * const uploadData = uploadWith({
 *   tables: [notes],
 *   async send(writes) {
 *     const { status, refused } = await post(writes); // in an app: fetch
 *     if (status >= 500) throw new Error('The server asks us to come back later.');
 *     return { refused };
 *   },
 * });
 * console.assert(uploadData.length === 1); // uploadData(db)
 * ```
 */
export function uploadWith(options: UploadOptions): (db: CommonPowerSyncDatabase) => Promise<void> {
  assertOptions(options, OPTION_NAMES, 'uploadWith');
  assertTables(options.tables);
  const { send, onExposure = send, onStrayDelete = send } = options;
  const areFunctions = [send, onExposure, onStrayDelete].every(
    (each) => typeof each === 'function',
  );
  assertGiven(areFunctions, 'send: a function; onExposure and onStrayDelete too, if at all');
  return (db) => uploadNext(db, options);
}

const OPTION_NAMES = ['onExposure', 'onStrayDelete', 'send', 'tables'];

async function uploadNext(db: CommonPowerSyncDatabase, options: UploadOptions): Promise<void> {
  assertDatabase(db);
  const transaction = await nextUpload(db, options.tables);
  if (!transaction) return;
  assertAllGuarded(db, options.tables);
  // All of it is looked at before any of it leaves.
  const writes = await writesOf(transaction.crud, options, await readDeletes(db));
  const about: UploadTransaction = { id: transaction.transactionId ?? null };
  const reasons = await sendWrites(writes, (left) => options.send(left, about));
  // Noted first: after a crash in between, the transaction is sent and refused once more.
  const { accepted, rejected } = outcomeOf(writes, reasons, options);
  const queuedAs = transaction.crud.map(({ clientId }) => clientId);
  await noteAnswer(db, queuedAs, rejected, accepted);
  await transaction.complete();
}

async function writesOf(
  entries: readonly UploadEntry[],
  options: UploadOptions,
  deletes: Deletes,
): Promise<UploadWrite[]> {
  const writes: UploadWrite[] = [];
  for (const entry of entries) {
    const write = await writeOf(entry, options, deletes);
    if (write) writes.push(write);
  }
  return writes;
}

async function writeOf(
  entry: UploadEntry,
  { tables, onExposure, onStrayDelete }: UploadOptions,
  deletes: Deletes,
): Promise<UploadWrite | null> {
  try {
    const write = toServer(entry, tables, { deletes });
    if (!write && entry.op === 'DELETE') onStrayDelete?.(entry);
    return write;
  } catch (error) {
    if (!onExposure || !(error instanceof RowsealError)) throw error;
    await onExposure(entry, error);
    return null;
  }
}

/** Of declared tables; what the app makes of its other rows is its own affair. */
function outcomeOf(
  writes: readonly UploadWrite[],
  reasons: ReadonlyMap<string, string>,
  { tables }: UploadOptions,
): { readonly rejected: readonly Rejection[]; readonly accepted: readonly RowName[] } {
  const rejected = new Map<string, Rejection>();
  const accepted: RowName[] = [];
  for (const write of writes) {
    const table = tableBehind(write.table, tables)?.name;
    if (table === undefined) continue;
    const reason = reasons.get(rowKey(write));
    if (reason === undefined) accepted.push({ table, id: write.id });
    else rejected.set(rowKey(write), { table, id: write.id, payloadId: payloadIn(write), reason });
  }
  return { rejected: [...rejected.values()], accepted };
}

function payloadIn({ data }: UploadWrite): string | null {
  return data && Object.hasOwn(data, 'payload') ? payloadIdOf(data) : null;
}
