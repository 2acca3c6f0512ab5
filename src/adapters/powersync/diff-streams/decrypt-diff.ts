/** Decrypting the records of a PowerSync diff, in the app's own `trackTableDiff`. */
import { assertOptions } from '../../../errors.js';
import { revealSecrets, type Vault } from '../../../keys/vault.js';
import type { OpenRowOptions } from '../../../rows/seal-row.js';
import type { Table } from '../../../rows/table.js';
import { assertGiven, assertTable } from '../../../sync/arguments.js';
import { type DecryptedChange, openChange } from './diff-change.js';
import {
  addChange,
  type DiffRecord,
  type ExtractedDiffRecord,
  readRecord,
  type SealedChange,
} from './diff-records.js';

/**
 * Decrypts the records of a sealed table's diff into what really happened, one change for each
 * row, in the order in which rows were touched first.
 *
 * A synced update, which is DELETE and INSERT to a trigger, is one update; an insert that was
 * deleted in the same diff is nothing, and so is a payload that came back unchanged; a sealed delete
 * is a delete. Siblings, payloads that wait to be merged, are merged into the row. A row that does
 * not open is a change of kind `refused`, and others go on.
 *
 * `trackDecryptedDiff` does this outside the write lock, and is safe against a handler that throws.
 * For what was there before the diff began, pass `SELECT *, 'INSERT' AS __operation` of the sealed
 * table.
 *
 * @param records all of `withDiff('SELECT * FROM DIFF')` or `withExtractedDiff('SELECT * FROM DIFF')`,
 * tracked with all columns
 * @throws `LOCKED`; `TypeError` for what is no vault, no declared table or no list of whole records,
 * and for options that do not exist. No row makes it throw.
 *
 * @example
 * ```ts
 * import { defineTable, encrypted, encryptRow } from 'rowseal';
 * import { decryptDiff } from 'rowseal/powersync';
 * import { vaultForTesting } from 'rowseal/testing';
 *
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const { vault } = vaultForTesting('docs');
 * const before = encryptRow(vault, notes, { id: 'n1', body: 'hello' });
 * const after = encryptRow(vault, notes, { id: 'n1', body: 'hello there' }, { previous: before });
 * // What a synced update looks like to a trigger:
 * const records = [
 *   { id: 'n1', operation: 'DELETE', value: JSON.stringify(before) },
 *   { id: 'n1', operation: 'INSERT', value: JSON.stringify(after) },
 * ];
 * const [change] = decryptDiff(vault, notes, records);
 * console.assert(change?.kind === 'update' && change.row.body === 'hello there');
 * ```
 */
export function decryptDiff<T extends Table>(
  vault: Vault,
  table: T,
  records: readonly (DiffRecord | ExtractedDiffRecord)[],
  options: OpenRowOptions = {},
): DecryptedChange<T>[] {
  assertOptions(options, ['acceptRetired'], 'decryptDiff');
  revealSecrets(vault);
  assertTable(table);
  assertGiven(Array.isArray(records), "the records of withDiff('SELECT * FROM DIFF')");
  const { acceptRetired = false } = options;
  const changes = new Map<string, SealedChange>();
  for (const record of records) addChange(changes, readRecord(table, record));
  return [...changes.values()].flatMap((change) => {
    const accepted = { before: acceptRetired, after: acceptRetired };
    return (openChange(vault, table, change, accepted).told ?? []) as DecryptedChange<T> | [];
  });
}
