/**
 * Bound columns: visible, and part of a payload's associated data.
 *
 * The set of them may change from one version of an app to the next. Every envelope says by number
 * under which set it was sealed; a row moves to the current set when it is sealed again.
 */
import { RowsealError, refuseNewer } from '../errors.js';
import { type Cell, type EncodedValue, isDeleted, type RowContent } from './row-content.js';
import {
  type AnyRow,
  encodeValue,
  NULL,
  ownValue,
  servedValue,
  valueWhenMissing,
} from './row-values.js';
import type { LayoutColumn, Table } from './table.js';
import { ABSENT_TAG } from './value-codecs.js';

/** The values of one bound set. */
export interface BoundValues {
  /** Which of the table's sets: the byte in the envelope. */
  readonly set: number;
  /** By column id, in rising order. */
  readonly values: ReadonlyMap<number, EncodedValue>;
}

/**
 * Bound columns are ids and scopes; each is hashed with every payload, and compared by databases.
 */
const BOUND_LENGTH_LIMIT = 1024;

function currentBoundSet({ layout }: Table): number {
  return layout.boundSets.length - 1;
}

export function boundColumns({ layout }: Table, set: number): readonly LayoutColumn[] {
  return layout.boundSets[set] ?? refuseNewer('This row');
}

/**
 * The values that the server shows for a set; `null` when one of them is missing or of another
 * type, so that no payload could ever have been sealed with it.
 */
export function servedBoundValues(table: Table, set: number, sealed: AnyRow): BoundValues | null {
  return collect(table, set, (column) => servedValue(column, ownValue(sealed, column.name)));
}

/**
 * The values with which an opened row is sealed again: those of the current set, from wherever
 * the row has them.
 *
 * A delete has no columns, so it may lack values that the current set asks for; it stays in its
 * own set. Throws `ROW_MALFORMED`.
 */
export function nextBoundValues(
  table: Table,
  content: RowContent,
  bound: BoundValues,
): BoundValues {
  const next = collect(table, currentBoundSet(table), (column) => {
    const value = bound.values.get(column.id) ?? content.cells.get(column.id);
    return value || isDeleted(content) ? value : valueWhenMissing(column);
  });
  return next ?? bound;
}

/** Throws `VALUE_UNSUPPORTED`; for inserts, since a longer value may have become bound later. */
export function assertBoundLengths(table: Table, { set, values }: BoundValues): void {
  for (const column of boundColumns(table, set)) {
    if ((values.get(column.id) as EncodedValue).bytes.length > BOUND_LENGTH_LIMIT) {
      tooLong(table, column);
    }
  }
}

/** The values with which a typed row is sealed. Throws `VALUE_UNSUPPORTED`. */
export function writtenBoundValues(table: Table, row: AnyRow): BoundValues {
  return collect(table, currentBoundSet(table), (column) =>
    encodeValue(table, column, ownValue(row, column.name)),
  ) as BoundValues;
}

/** A value for each column of a set; `null` as soon as one has none. */
function collect(
  table: Table,
  set: number,
  read: (column: LayoutColumn) => EncodedValue | undefined,
): BoundValues | null {
  const values = new Map<number, EncodedValue>();
  for (const column of boundColumns(table, set)) {
    const value = read(column);
    if (!value) return null;
    // The server has one NULL for absent and null, and the declaration may change between them.
    values.set(column.id, value.tag === ABSENT_TAG ? NULL : value);
  }
  return { set, values };
}

/**
 * A content as the current declaration reads it: with the columns that were bound and no longer
 * are.
 */
export function withFormerlyBound(
  table: Table,
  content: RowContent,
  { values }: BoundValues,
): RowContent {
  if (values.size === 0) return content;
  const current = boundColumns(table, currentBoundSet(table));
  const former = [...values].filter(([id]) => !current.some((column) => column.id === id));
  if (former.length === 0 || isDeleted(content)) return content;
  const cells = new Map<number, Cell>(content.cells);
  for (const [id, value] of former) cells.set(id, { ...value, stamp: content.lifeStamp });
  return { ...content, cells };
}

/** A content without the columns that the associated data carries. */
export function withoutBound(content: RowContent, { values }: BoundValues): RowContent {
  if (values.size === 0 || ![...values.keys()].some((id) => content.cells.has(id))) return content;
  const cells = new Map(content.cells);
  for (const id of values.keys()) cells.delete(id);
  return { ...content, cells };
}

function tooLong(table: Table, { name }: LayoutColumn): never {
  throw new RowsealError(
    'VALUE_UNSUPPORTED',
    `The bound column '${name}' of '${table.name}' takes at most ${BOUND_LENGTH_LIMIT} bytes. The row was not sealed; nothing was lost.`,
  );
}
