/** How a write changes a row's content: which columns get a new stamp, and which keep theirs. */
import type { StampBytes } from '../bytes/stamp.js';
import { RowsealError } from '../errors.js';
import type { WriterClock } from '../keys/writer-clock.js';
import {
  type Cell,
  type EncodedValue,
  equalValues,
  isDeleted,
  LIFE_LIMIT,
  type RowContent,
} from './row-content.js';
import { isReadable, readableValue } from './row-values.js';
import type { LayoutColumn } from './table.js';

/** Encoded values of a row, by column id. */
export type EncodedValues = ReadonlyMap<number, EncodedValue>;

/** The content of a row that was not there before: every column counts as just written. */
export function insertedContent(
  life: number,
  stamp: StampBytes,
  values: EncodedValues,
): RowContent {
  const cells = new Map<number, Cell>();
  for (const [id, { tag, bytes }] of values) cells.set(id, { tag, bytes, stamp });
  return { life, lifeStamp: stamp, cells, extensions: [] };
}

/**
 * The content after a write over `before`: only changed columns get a stamp, later than those
 * they replace, and columns that `columns` does not list are carried along. A deleted row is
 * inserted again.
 */
export function editedContent(
  before: RowContent,
  columns: readonly LayoutColumn[],
  values: EncodedValues,
  clock: WriterClock,
): RowContent {
  if (isDeleted(before)) {
    return insertedContent(nextLife(before), clock.stamp(), values);
  }
  const changed = columns.filter((column) =>
    hasChanged(column, before.cells.get(column.id), values.get(column.id) as EncodedValue),
  );
  const stamp = clock.stamp(changed.flatMap(({ id }) => before.cells.get(id)?.stamp ?? []));
  const cells = new Map(before.cells);
  for (const { id } of changed) {
    const { tag, bytes } = values.get(id) as EncodedValue;
    cells.set(id, { tag, bytes, stamp });
  }
  return { ...before, cells };
}

/** The life after the next delete or insert. Throws `LIMIT_EXCEEDED`. */
export function nextLife({ life }: RowContent): number {
  if (life < LIFE_LIMIT) return life + 1;
  throw new RowsealError(
    'LIMIT_EXCEEDED',
    'This row was deleted and inserted too often. Insert it under another id.',
  );
}

/**
 * Whether a column no longer says what it read as. One that the row did not have, or had in a form
 * that the declaration reads otherwise, is unchanged while it repeats that reading: stamping it
 * would beat a value that another device wrote meanwhile.
 */
export function hasChanged(
  column: LayoutColumn,
  before: EncodedValue | undefined,
  value: EncodedValue,
): boolean {
  const mustBeWritten = column.presence === 'required' && !column.fallback;
  if (mustBeWritten && !isReadable(column, before)) return true;
  return !equalValues(readableValue(column, before), value);
}
