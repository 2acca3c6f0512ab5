import { assertOptions } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import { isDeleted } from './row-content.js';
import type { SealedRowOf } from './row-types.js';
import type { AnyRow } from './row-values.js';
import { holdsAll, mergeVersions } from './row-version.js';
import { type OpenedRow, type OpenRowOptions, openSealedRow, sealContent } from './seal-row.js';
import type { Table } from './table.js';
import { sealedRow, visibleValues } from './visible-columns.js';

/**
 * Merges two sealed versions of one row, as two devices wrote them: column by column, the later
 * write wins; a delete beats an edit.
 *
 * The order of merging does not matter (except where versions bind different sets of columns:
 * bound columns don't merge), and merging twice changes nothing. When one side already
 * holds everything, that very object is returned, so that nothing needs to be sent; it is still
 * under the key that it was under, and `reencryptRow` moves it.
 *
 * @throws what opening either throws: `ROW_AUTH_FAILED`, `ROW_MALFORMED`, `NOT_ENCRYPTED`,
 * `UNKNOWN_KEY`, `KEY_RETIRED`, `UNSUPPORTED_VERSION`, `LIMIT_EXCEEDED`, `LOCKED`;
 * `NO_SECURE_RANDOM`; `TypeError` for rows with different ids.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, decryptRow, defineTable, encrypted, encryptRow, memoryStore, mergeRows } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text() });
 * const row = { id: 'n1', title: 'Title', body: 'Body' };
 * const previous = encryptRow(vault, notes, row);
 * const one = encryptRow(vault, notes, { ...row, title: 'New title' }, { previous });
 * const other = encryptRow(vault, notes, { ...row, body: 'New body' }, { previous });
 * const merged = decryptRow(vault, notes, mergeRows(vault, notes, one, other));
 * console.assert(merged.title === 'New title' && merged.body === 'New body');
 * ```
 */
export function mergeRows<T extends Table>(
  vault: Vault,
  table: T,
  a: SealedRowOf<T>,
  b: SealedRowOf<T>,
  options: OpenRowOptions = {},
): SealedRowOf<T> {
  assertOptions(options, ['acceptRetired'], 'mergeRows');
  const [first, second] = [a, b].map((sealed) =>
    openSealedRow(vault, table, sealed as AnyRow, options),
  ) as [OpenedRow, OpenedRow];
  if (first.id !== second.id) {
    throw new TypeError('mergeRows takes two versions of one row; these have different ids.');
  }
  const merged = mergeVersions(table, first, second);
  // Every device must return the same of two that hold everything: the one that counts for more.
  const [one, two] = [
    { version: first, sealed: a },
    { version: second, sealed: b },
  ];
  const inOrder = merged.nonce === second.nonce ? [two, one] : [one, two];
  for (const { version, sealed } of inOrder) {
    if (holdsAll(table, version, merged)) return sealed;
  }
  const { rowId, id, content, bound } = merged;
  const payload = sealContent(vault, table, rowId, bound, content);
  const visible = isDeleted(content)
    ? (inOrder[0]?.sealed as AnyRow)
    : visibleValues(table, id, content, bound.values);
  return sealedRow(table, visible, payload) as SealedRowOf<T>;
}
