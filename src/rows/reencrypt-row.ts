import { equalBytes } from '../bytes/compare.js';
import { assertOptions } from '../errors.js';
import type { DataKey } from '../keys/keyset.js';
import { revealSecrets, type Vault } from '../keys/vault.js';
import { nextBoundValues } from './bound-set.js';
import type { SealedRowOf } from './row-types.js';
import type { AnyRow } from './row-values.js';
import { type OpenRowOptions, openSealedRow, sealContent } from './seal-row.js';
import type { Table } from './table.js';
import { resealedRow } from './visible-columns.js';

/**
 * Seals the same content under the primary data key: after `rotateDataKey` or `rekeyVault`, or
 * when the set of bound columns changed.
 *
 * Stamps, unknown columns and deletes stay as they are, and so do the visible columns as the
 * server has them: nothing is edited. A row that is up to date is returned as it is, so a loop
 * over all rows can be stopped and run again.
 *
 * @throws what opening throws: `ROW_AUTH_FAILED`, `ROW_MALFORMED`, `NOT_ENCRYPTED`,
 * `UNKNOWN_KEY`, `KEY_RETIRED`, `UNSUPPORTED_VERSION`, `LIMIT_EXCEEDED`, `LOCKED`; and
 * `NO_SECURE_RANDOM`.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, defineTable, encrypted, encryptRow, memoryStore, reencryptRow, rotateDataKey } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const sealed = encryptRow(vault, notes, { id: 'n1', body: 'hello' });
 * const next = await rotateDataKey(store, vault);
 * const moved = reencryptRow(next, notes, sealed);
 * console.assert(moved !== sealed && reencryptRow(next, notes, moved) === moved);
 * ```
 */
export function reencryptRow<T extends Table>(
  vault: Vault,
  table: T,
  sealed: SealedRowOf<T>,
  options: OpenRowOptions = {},
): SealedRowOf<T> {
  assertOptions(options, ['acceptRetired'], 'reencryptRow');
  const served = sealed as AnyRow;
  const opened = openSealedRow(vault, table, served, options);
  const { envelope, rowId, content } = opened;
  const primary = revealSecrets(vault).dataKeys[0] as DataKey;
  const bound = nextBoundValues(table, content, opened.bound);
  if (equalBytes(envelope.keyId, primary.id) && envelope.boundSet === bound.set) return sealed;
  const payload = sealContent(vault, table, rowId, bound, content);
  return resealedRow(table, served, bound, payload) as SealedRowOf<T>;
}
