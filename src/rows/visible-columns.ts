/** The visible part of a sealed row: what is sent beside the payload. */
import { type BoundValues, boundColumns } from './bound-set.js';
import { type EncodedValue, equalValues, type RowContent } from './row-content.js';
import { type AnyRow, decodeValue, ownValue, servedValue } from './row-values.js';
import type { LayoutColumn, Table } from './table.js';

/** `id`, the mirrored and bound columns, and the payload; what is absent is `null`, as in SQL. */
export function sealedRow(table: Table, values: AnyRow, payload: string | Uint8Array): AnyRow {
  const sealed: Record<string, unknown> = { id: values.id };
  for (const { name } of table.layout.visible) sealed[name] = ownValue(values, name) ?? null;
  sealed.payload = payload;
  return sealed;
}

/**
 * A row whose visible columns stay as the server shows them, but for the bound ones: beside any
 * other value the payload would not open.
 */
export function resealedRow(
  table: Table,
  served: AnyRow,
  bound: BoundValues,
  payload: string | Uint8Array,
): AnyRow {
  const values: Record<string, unknown> = { ...served };
  for (const column of boundColumns(table, bound.set)) {
    values[column.name] = decodeValue(column, bound.values.get(column.id));
  }
  return sealedRow(table, values, payload);
}

/** The visible values that an opened content vouches for, for `sealedRow`. */
export function visibleValues(
  table: Table,
  id: string,
  content: RowContent,
  bound: ReadonlyMap<number, EncodedValue>,
): AnyRow {
  const values: Record<string, unknown> = { id };
  for (const column of table.layout.visible) {
    values[column.name] = decodeValue(column, bound.get(column.id) ?? content.cells.get(column.id));
  }
  return values;
}

/** Names of the mirrored columns whose visible value is not the authenticated one. */
export function mismatchedColumns(table: Table, content: RowContent, served: AnyRow): string[] {
  return table.layout.visible
    .filter((column) => column.kind === 'mirrored' && !agrees(column, content, served))
    .map(({ name }) => name);
}

function agrees(column: LayoutColumn, content: RowContent, served: AnyRow): boolean {
  const authentic = decodeValue(column, content.cells.get(column.id)) ?? null;
  const visible = ownValue(served, column.name) ?? null;
  if (authentic === null || visible === null) return authentic === visible;
  const value = servedValue(column, visible);
  const bytes = column.codec.encode(authentic);
  return (
    value !== undefined && bytes !== null && equalValues(value, { tag: column.codec.tag, bytes })
  );
}
