import { assertOptions, RowsealError } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import { isDeleted } from './row-content.js';
import type { RowOf, SealedRowOf } from './row-types.js';
import { type AnyRow, decodeValue } from './row-values.js';
import type { RowVersion } from './row-version.js';
import { type OpenRowOptions, openSealedRow } from './seal-row.js';
import type { Table } from './table.js';

/**
 * Opens a sealed row and returns its authenticated values, equal to what was sealed.
 *
 * Visible columns come from their authenticated copies, and server-owned ones are left out:
 * nothing in the result is the server's word. Use `decryptRowDetails` to learn of differences,
 * and `tryDecryptRow` where an exception would stop a whole engine.
 *
 * @throws `ROW_AUTH_FAILED`, `ROW_MALFORMED`, `ROW_DELETED`, `NOT_ENCRYPTED`, `UNKNOWN_KEY`,
 * `KEY_RETIRED`, `UNSUPPORTED_VERSION`, `LIMIT_EXCEEDED`, `LOCKED`; never returns part of a row.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, decryptRow, defineTable, encrypted, encryptRow, memoryStore } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const sealed = encryptRow(vault, notes, { id: 'n1', body: 'hello' });
 * console.assert(decryptRow(vault, notes, sealed).body === 'hello');
 * ```
 */
export function decryptRow<T extends Table>(
  vault: Vault,
  table: T,
  sealed: SealedRowOf<T>,
  options: OpenRowOptions = {},
): RowOf<T> {
  assertOptions(options, ['acceptRetired'], 'decryptRow');
  const opened = openSealedRow(vault, table, sealed as AnyRow, options);
  if (isDeleted(opened.content)) {
    throw new RowsealError(
      'ROW_DELETED',
      'This row was deleted. Remove its plaintext if there is any.',
    );
  }
  return plainRow(table, opened) as RowOf<T>;
}

/** What {@link tryDecryptRow} returns. */
export type DecryptResult<Row> =
  | { readonly ok: true; readonly row: Row }
  | { readonly ok: false; readonly error: RowsealError };

/**
 * Opens a sealed row without throwing on any that does not open.
 *
 * For engines that call a codec row by row, where one throwing row would stop all others.
 *
 * @throws `TypeError` for mistakes in the call itself: not a vault, not an option.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, defineTable, encrypted, memoryStore, tryDecryptRow } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const result = tryDecryptRow(vault, notes, { id: 'n1', payload: 'plain text' });
 * console.assert(!result.ok && result.error.code === 'NOT_ENCRYPTED');
 * ```
 */
export function tryDecryptRow<T extends Table>(
  vault: Vault,
  table: T,
  sealed: SealedRowOf<T>,
  options: OpenRowOptions = {},
): DecryptResult<RowOf<T>> {
  try {
    return { ok: true, row: decryptRow(vault, table, sealed, options) };
  } catch (error) {
    if (error instanceof RowsealError) return { ok: false, error };
    throw error;
  }
}

/** The typed row of an opened one; absent columns are left out. */
export function plainRow(table: Table, { id, content, bound }: RowVersion): AnyRow {
  const row: Record<string, unknown> = { id };
  for (const column of table.layout.columns) {
    if (column.kind === 'server-owned') continue;
    const encoded =
      (column.kind === 'bound' && bound.values.get(column.id)) || content.cells.get(column.id);
    const value = decodeValue(column, encoded);
    if (value !== undefined) row[column.name] = value;
  }
  return row;
}
