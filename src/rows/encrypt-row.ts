import type { StampBytes } from '../bytes/stamp.js';
import { assertOptions, RowsealError } from '../errors.js';
import { revealSecrets, type Vault } from '../keys/vault.js';
import type { WriterClock } from '../keys/writer-clock.js';
import {
  type Cell,
  type EncodedValue,
  equalValues,
  isDeleted,
  LIFE_LIMIT,
  type RowContent,
} from './row-content.js';
import type { RowOf, SealedRowOf } from './row-types.js';
import { type AnyRow, encodeRowId, encodeValue, ownValue, valueWhenMissing } from './row-values.js';
import {
  currentBound,
  currentBoundSet,
  type OpenRowOptions,
  openSealedRow,
  sealContent,
  withoutBound,
} from './seal-row.js';
import type { LayoutColumn, Table } from './table.js';
import { sealedRow } from './visible-columns.js';

/** Options of {@link encryptRow}. */
export interface EncryptOptions<Sealed> extends OpenRowOptions {
  /** The row as it was sealed last; without it the row is new. */
  readonly previous?: Sealed;
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
 * Throws `VALUE_UNSUPPORTED` for a value that would not come back exactly, `LIMIT_EXCEEDED` for
 * more than 1 MiB, `LOCKED`, `NO_SECURE_RANDOM`; with `previous`, whatever opening it throws;
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
  const { clock } = revealSecrets(vault).session;
  const values = row as AnyRow;
  assertColumns(table, values);
  const rowId = encodeRowId(table, values.id);
  const written = encodeColumns(table, values);
  const bound = new Map(
    currentBoundSet(table).map(({ id }) => [id, written.get(id) as EncodedValue]),
  );
  for (const id of bound.keys()) written.delete(id);
  const content = options.previous
    ? editedContent(vault, table, values, { written, bound, clock }, options)
    : newContent(1, clock.stamp(), written);
  const payload = sealContent(vault, table, { rowId, bound }, content);
  return sealedRow(table, values, payload) as SealedRowOf<T>;
}

interface Edit {
  readonly written: ReadonlyMap<number, EncodedValue>;
  readonly bound: ReadonlyMap<number, EncodedValue>;
  readonly clock: WriterClock;
}

function editedContent(
  vault: Vault,
  table: Table,
  values: AnyRow,
  { written, bound, clock }: Edit,
  { previous, acceptRetired = false }: EncryptOptions<unknown>,
): RowContent {
  const opened = openSealedRow(vault, table, previous as AnyRow, { acceptRetired });
  if (opened.id !== values.id) {
    throw new TypeError(
      'The previous row has another id than the row. Pass the sealed row that is being edited.',
    );
  }
  if (isDeleted(opened.content)) {
    return newContent(nextLife(opened.content), clock.stamp([opened.content.lifeStamp]), written);
  }
  assertBoundUnchanged(table, currentBound(table, opened), bound);
  const before = withoutBound(table, opened.content);
  const changed = [...written].filter(([id, value]) =>
    hasChanged(table, before.cells.get(id), id, value),
  );
  const replaced = changed
    .map(([id]) => before.cells.get(id)?.stamp)
    .filter((stamp) => stamp !== undefined);
  const stamp = clock.stamp(replaced);
  const cells = new Map(before.cells);
  for (const [id, value] of changed) cells.set(id, { ...value, stamp });
  return { ...before, cells };
}

export function nextLife({ life }: RowContent): number {
  if (life < LIFE_LIMIT) return life + 1;
  throw new RowsealError(
    'LIMIT_EXCEEDED',
    'This row was deleted and inserted too often. Insert it under a new id.',
  );
}

function newContent(
  life: number,
  stamp: StampBytes,
  written: ReadonlyMap<number, EncodedValue>,
): RowContent {
  const cells = new Map(
    [...written].map(([id, value]): [number, Cell] => [id, { ...value, stamp }]),
  );
  return { life, lifeStamp: stamp, cells, extensions: [] };
}

/** A column that the previous version did not have is unchanged while it says what it reads as. */
function hasChanged(
  table: Table,
  before: Cell | undefined,
  id: number,
  value: EncodedValue,
): boolean {
  if (before) return !equalValues(before, value);
  const column = table.layout.columns.find((each) => each.id === id) as LayoutColumn;
  if (column.presence === 'required' && !column.fallback) return true;
  return !equalValues(encodeValue(table, column, valueWhenMissing(column)), value);
}

function encodeColumns(table: Table, values: AnyRow): Map<number, EncodedValue> {
  const written = new Map<number, EncodedValue>();
  for (const column of table.layout.columns) {
    if (column.kind === 'server-owned') continue;
    written.set(column.id, encodeValue(table, column, ownValue(values, column.name)));
  }
  return written;
}

function assertColumns(table: Table, row: AnyRow): void {
  if (typeof row !== 'object' || row === null)
    throw new TypeError('encryptRow takes a row: an object with an id.');
  for (const name of Object.keys(row)) {
    if (name !== 'id' && !Object.hasOwn(table.columns, name)) {
      throw new TypeError(
        `Table '${table.name}' has no column '${name}'. Declare it, or leave it out of the row.`,
      );
    }
  }
}

function assertBoundUnchanged(
  table: Table,
  before: ReadonlyMap<number, EncodedValue>,
  after: ReadonlyMap<number, EncodedValue>,
): void {
  for (const { id, name } of currentBoundSet(table)) {
    if (!equalValues(before.get(id) as EncodedValue, after.get(id) as EncodedValue)) {
      throw new TypeError(
        `Column '${name}' of '${table.name}' is bound: it is fixed when the row is inserted. Delete the row and insert another one.`,
      );
    }
  }
}
