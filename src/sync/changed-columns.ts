/**
 * What the app did to a row, from the bases that the queue kept: which columns changed on the
 * whole, and when each was written last.
 */
import type { Table } from '../rows/table.js';
import type { EngineRow } from './sync-store.js';

/** One write: the row before it, and when it was committed (milliseconds since 1970). */
export interface PlainWrite {
  readonly base: EngineRow | null;
  readonly at: number;
}

export type RowChange =
  | { readonly kind: 'none' }
  | { readonly kind: 'delete'; readonly at: number }
  | {
      readonly kind: 'insert' | 'edit';
      /** Of the insert, or of the last write. */
      readonly at: number;
      readonly row: EngineRow;
      /** When each changed column was written last, by name; all that there are for an insert. */
      readonly columns: ReadonlyMap<string, number>;
    };

/**
 * The change that a chain of writes adds up to; `row` is what the last of them left.
 *
 * A column that was changed and changed back is unchanged, and a delete followed by an insert is
 * an edit: an engine replaces a row in this way.
 */
export function changeOf(
  { layout }: Table,
  writes: readonly PlainWrite[],
  row: EngineRow | null,
): RowChange {
  const [first] = writes;
  if (!first || (first.base === null && row === null)) return { kind: 'none' };
  const after = (index: number) =>
    writes[index + 1]?.base ?? (index + 1 < writes.length ? null : row);
  if (row === null) return { kind: 'delete', at: lastTime(writes, (base) => base !== null) };
  const insertedAt = first.base ? null : lastTime(writes, (base) => base === null);
  const columns = new Map<string, number>();
  for (const { kind, name } of layout.columns) {
    if (kind === 'server-owned') continue;
    if (first.base && sameValue(first.base[name], row[name])) continue;
    // An insert writes every column, those that it leaves out too.
    if (insertedAt !== null) columns.set(name, insertedAt);
    writes.forEach(({ base, at }, index) => {
      const isChanged = !sameValue(base?.[name], after(index)?.[name]);
      if (isChanged) columns.set(name, Math.max(at, insertedAt ?? at));
    });
  }
  if (insertedAt !== null) return { kind: 'insert', at: insertedAt, row, columns };
  if (columns.size === 0) return { kind: 'none' };
  return { kind: 'edit', at: Math.max(...columns.values()), row, columns };
}

/** The time of the last write whose base is such. */
function lastTime(
  writes: readonly PlainWrite[],
  isSuch: (base: EngineRow | null) => boolean,
): number {
  return writes.reduce((time, { base, at }) => (isSuch(base) ? at : time), 0);
}

/** Engines' values are text, numbers and NULL; a missing column is NULL. */
export function sameValue(a: unknown, b: unknown): boolean {
  return (a ?? null) === (b ?? null);
}
