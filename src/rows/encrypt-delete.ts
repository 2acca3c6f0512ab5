import { assertOptions } from '../errors.js';
import { revealSecrets, type Vault } from '../keys/vault.js';
import { nextBoundValues } from './bound-set.js';
import { nextLife } from './edit-content.js';
import { isDeleted } from './row-content.js';
import type { SealedRowOf } from './row-types.js';
import type { AnyRow } from './row-values.js';
import { type OpenRowOptions, openSealedRow, sealContent } from './seal-row.js';
import type { Table } from './table.js';
import { resealedRow } from './visible-columns.js';

/**
 * Seals a delete: a payload that says 'deleted', which the server can neither forge nor undo.
 *
 * Put it in the row's place. It holds no column any more, beats every concurrent edit, and a
 * device that saw it ignores older payloads of the row. The visible columns stay as they are, so
 * that the delete still reaches every device that has the row.
 *
 * A row that is deleted already is returned as it is. To insert it again, pass the delete to
 * `encryptRow` as `previous`.
 *
 * @throws what opening `previous` throws: `ROW_AUTH_FAILED`, `ROW_MALFORMED`, `NOT_ENCRYPTED`,
 * `UNKNOWN_KEY`, `KEY_RETIRED`, `UNSUPPORTED_VERSION`, `LIMIT_EXCEEDED`, `LOCKED`; and
 * `NO_SECURE_RANDOM`.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, defineTable, encryptDelete, encrypted, encryptRow, memoryStore, tryDecryptRow } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const sealed = encryptRow(vault, notes, { id: 'n1', body: 'hello' });
 * const result = tryDecryptRow(vault, notes, encryptDelete(vault, notes, sealed));
 * console.assert(!result.ok && result.error.code === 'ROW_DELETED');
 * ```
 */
export function encryptDelete<T extends Table>(
  vault: Vault,
  table: T,
  previous: SealedRowOf<T>,
  options: OpenRowOptions = {},
): SealedRowOf<T> {
  assertOptions(options, ['acceptRetired'], 'encryptDelete');
  const served = previous as AnyRow;
  const opened = openSealedRow(vault, table, served, options);
  const { content, rowId } = opened;
  if (isDeleted(content)) return previous;
  const { clock } = revealSecrets(vault).opening;
  const bound = nextBoundValues(table, content, opened.bound);
  const payload = sealContent(vault, table, rowId, bound, {
    life: nextLife(content),
    // Not later than the row's stamps, as an edit's must be: the life counter decides alone, so a
    // row that a wrong clock stamped past the end of time can still be deleted.
    lifeStamp: clock.stamp(),
    cells: new Map(),
    extensions: [],
  });
  return resealedRow(table, served, bound, payload) as SealedRowOf<T>;
}
