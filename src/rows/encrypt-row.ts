import { assertOptions } from '../errors.js';
import { revealSecrets, type Vault } from '../keys/vault.js';
import {
  assertBoundLengths,
  type BoundValues,
  boundColumns,
  nextBoundValues,
  writtenBoundValues,
} from './bound-set.js';
import { type EncodedValues, editedContent, insertedContent } from './edit-content.js';
import { type EncodedValue, equalValues, isDeleted } from './row-content.js';
import type { RowOf, SealedRowOf } from './row-types.js';
import { type AnyRow, encodeRowId, encodeValue, ownValue } from './row-values.js';
import { type OpenedRow, type OpenRowOptions, openSealedRow, sealContent } from './seal-row.js';
import type { Table } from './table.js';
import { sealedRow } from './visible-columns.js';

/** Options of {@link encryptRow}. */
export interface EncryptOptions<Sealed> extends OpenRowOptions {
  /** The row as it was sealed last; without it (or with `undefined`) the row is new. */
  readonly previous?: Sealed | undefined;
}

/**
 * Seals a row: every encrypted column, and an authenticated copy of the visible ones, in one
 * payload that opens only in this place.
 *
 * With `previous`, an edit: columns that did not change keep their stamps, so that merging with
 * another device's edit loses neither, and columns that this version of the app does not know
 * are carried along. Without it the row is new, and all of its columns count as just written.
 *
 * Security: what it returns is what the server may see; send nothing else of the row.
 *
 * @throws `VALUE_UNSUPPORTED` for a value that would not come back exactly, `LIMIT_EXCEEDED` for
 * more than 1 MiB, `LOCKED`, `NO_SECURE_RANDOM`; what opening `previous` throws: `ROW_AUTH_FAILED`,
 * `ROW_MALFORMED`, `NOT_ENCRYPTED`, `UNKNOWN_KEY`, `KEY_RETIRED`, `UNSUPPORTED_VERSION`;
 * `TypeError` for a column that the table does not have, or a bound one that changed.
 *
 * @example
 * ```ts
 * import { byPassword, cleartext, createVault, defineTable, encrypted, encryptRow, memoryStore } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * const notes = defineTable('notes', { body: encrypted.text(), folder: cleartext.text() });
 * const sealed = encryptRow(vault, notes, { id: 'n1', body: 'hello', folder: 'inbox' });
 * const edited = encryptRow(
 *   vault,
 *   notes,
 *   { id: 'n1', body: 'hello there', folder: 'inbox' },
 *   { previous: sealed },
 * );
 * console.assert(edited.folder === 'inbox' && edited.payload !== sealed.payload);
 * ```
 */
export function encryptRow<T extends Table>(
  vault: Vault,
  table: T,
  row: RowOf<T>,
  options: EncryptOptions<SealedRowOf<T>> = {},
): SealedRowOf<T> {
  assertOptions(options, ['acceptRetired', 'previous'], 'encryptRow');
  const { clock } = revealSecrets(vault).opening;
  assertColumns(table, row as AnyRow);
  const values = valuesOf(table, row as AnyRow);
  const rowId = encodeRowId(table, values.id);
  const written = encodeColumns(table, values);
  const bound = writtenBoundValues(table, values);
  const { previous, ...openOptions } = options;
  const before = previous && openPrevious(vault, table, values, previous as AnyRow, openOptions);
  if (before && !isDeleted(before.content)) assertBoundUnchanged(table, before, bound);
  else assertBoundLengths(table, bound);
  const content = before
    ? editedContent(before.content, table.layout.contents, written, clock)
    : insertedContent(1, clock.stamp(), written);
  const payload = sealContent(vault, table, rowId, bound, content);
  return sealedRow(table, values, payload) as SealedRowOf<T>;
}

function openPrevious(
  vault: Vault,
  table: Table,
  values: AnyRow,
  previous: AnyRow,
  options: OpenRowOptions,
): OpenedRow {
  const opened = openSealedRow(vault, table, previous, options);
  if (opened.id === values.id) return opened;
  throw new TypeError('The previous row has another id than the row.');
}

/** Read once: a getter could answer otherwise for the visible columns than for the sealed ones. */
function valuesOf(table: Table, row: AnyRow): AnyRow {
  const values: Record<string, unknown> = { id: row.id };
  for (const { name } of table.layout.columns) values[name] = ownValue(row, name);
  return values;
}

function encodeColumns(table: Table, values: AnyRow): EncodedValues {
  const encoded = new Map<number, EncodedValue>();
  for (const column of table.layout.contents) {
    encoded.set(column.id, encodeValue(table, column, ownValue(values, column.name)));
  }
  return encoded;
}

function assertColumns(table: Table, row: AnyRow): void {
  if (typeof row !== 'object' || row === null) {
    throw new TypeError('encryptRow takes an object with an id.');
  }
  for (const name of Object.keys(row)) {
    if (name !== 'id' && !Object.hasOwn(table.columns, name)) {
      throw new TypeError(
        `Table '${table.name}' has no column '${name}'. Declare it, or leave it out.`,
      );
    }
  }
  for (const { name, kind } of table.layout.columns) {
    if (kind === 'server-owned') continue;
    // A getter of a model class would be read as 'not set', and the value lost.
    if (!Object.hasOwn(row, name) && !(name in Object.prototype) && row[name] !== undefined) {
      throw new TypeError(`Column '${name}' of this row is inherited: pass a plain object.`);
    }
  }
}

/** For a living row: a deleted one may be inserted again elsewhere. */
function assertBoundUnchanged(table: Table, before: OpenedRow, bound: BoundValues): void {
  const fixed = nextBoundValues(table, before.content, before.bound);
  for (const { id, name } of boundColumns(table, bound.set)) {
    if (!equalValues(fixed.values.get(id) as EncodedValue, bound.values.get(id) as EncodedValue)) {
      throw new TypeError(
        `Column '${name}' of '${table.name}' is bound, so it can't change. Delete the row and insert another one.`,
      );
    }
  }
}
