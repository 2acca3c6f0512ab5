import { compareBytes } from '../bytes/compare.js';
import { assertOptions } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import { type BoundValues, nextBoundValues, withoutBound } from './bound-set.js';
import { mergeContents } from './merge-contents.js';
import { equalContents, equalValues, isDeleted, type RowContent } from './row-content.js';
import type { SealedRowOf } from './row-types.js';
import type { AnyRow } from './row-values.js';
import { type OpenedRow, type OpenRowOptions, openSealedRow, sealContent } from './seal-row.js';
import type { Table } from './table.js';
import { sealedRow, visibleValues } from './visible-columns.js';

/**
 * Merges two sealed versions of one row, as two devices wrote them: column by column, the later
 * write wins; a delete beats an edit.
 *
 * The order of merging does not matter (except where versions bind different sets of columns:
 * bound columns don't merge), and merging twice changes nothing. When one side already
 * holds everything, that very object is returned, so that nothing needs to be sent.
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
  const [first, second] = inFixedOrder(
    { sealed: a, opened: openSealedRow(vault, table, a as AnyRow, options) },
    { sealed: b, opened: openSealedRow(vault, table, b as AnyRow, options) },
  );
  if (first.opened.id !== second.opened.id) {
    throw new TypeError('mergeRows takes two versions of one row; these have different ids.');
  }
  const merged = mergeContents(first.opened.content, second.opened.content);
  const bound = nextBoundValues(table, merged, first.opened.bound);
  const content = withoutBound(merged, bound);
  for (const { sealed, opened } of [first, second]) {
    if (holdsAll(table, opened, content, bound)) return sealed;
  }
  const { rowId, id } = first.opened;
  const payload = sealContent(vault, table, rowId, bound, content);
  const visible = isDeleted(content)
    ? (first.sealed as AnyRow)
    : visibleValues(table, id, content, bound.values);
  return sealedRow(table, visible, payload) as SealedRowOf<T>;
}

/**
 * Whether a version says all that the merged one would; it may still have as a column what that one
 * binds.
 */
function holdsAll(
  table: Table,
  opened: OpenedRow,
  content: RowContent,
  bound: BoundValues,
): boolean {
  const { values } = nextBoundValues(table, opened.content, opened.bound);
  const bindsAlike = [...bound.values].every(([id, value]) => {
    const own = values.get(id);
    return own && equalValues(own, value);
  });
  return bindsAlike && equalContents(content, withoutBound(opened.content, bound));
}

interface Version<Sealed> {
  readonly sealed: Sealed;
  readonly opened: OpenedRow;
}

/**
 * The version that was inserted or deleted last comes first, and with it the bound columns, which
 * belong to that moment; then the one with the later bound set, whose columns no longer change.
 * Further ties are broken by bytes, so that every device decides alike.
 */
function inFixedOrder<Sealed>(
  a: Version<Sealed>,
  b: Version<Sealed>,
): [Version<Sealed>, Version<Sealed>] {
  const difference =
    b.opened.content.life - a.opened.content.life ||
    compareBytes(b.opened.content.lifeStamp, a.opened.content.lifeStamp) ||
    b.opened.bound.set - a.opened.bound.set ||
    compareBytes(a.opened.envelope.nonce, b.opened.envelope.nonce);
  return difference <= 0 ? [a, b] : [b, a];
}
