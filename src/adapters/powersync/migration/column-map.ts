/** How a row of the old table becomes one of the new table. */
import { RowsealError } from '../../../errors.js';
import { decodeValue, encodeRowId } from '../../../rows/row-values.js';
import type { LayoutColumn, Table } from '../../../rows/table.js';
import { assertGiven } from '../../../sync/arguments.js';
import { encodeEngineValue, engineValue } from '../../../sync/engine-values.js';
import type { EngineRow } from '../../../sync/sync-store.js';

/** A row of the old table as PowerSync's view gives it: text, numbers and `null` by column name. */
export type OldRow = { readonly id: string } & Readonly<Record<string, string | number | null>>;

/** What a new column says of an old row, as the plaintext table holds it. */
export type MapColumn = (old: OldRow) => string | number | null;

/** By name of the new column; one that is left out is the old column of its name. */
export type ColumnMap<Name extends string = string> = { readonly [N in Name]?: MapColumn };

/** Why a row can't be copied as it is. */
export class Unfit extends Error {
  override readonly name = 'Unfit';
}

/** Throws a `TypeError` for a column that the declaration lacks, and for what is no function. */
export function assertColumnMap(table: Table, map: ColumnMap): void {
  for (const [name, convert] of Object.entries(map)) {
    const isMapped = copiedColumns(table).some((column) => column.name === name);
    assertGiven(
      isMapped && typeof convert === 'function',
      `map: functions by name of columns of '${table.name}' that devices write, not '${name}'`,
    );
  }
}

/** Columns of which the server has the last word are not copied. */
export function copiedColumns({ layout }: Table): readonly LayoutColumn[] {
  return layout.columns.filter(({ kind }) => kind !== 'server-owned');
}

/**
 * The new row, with each value as the mirror would write it.
 *
 * {@link Unfit} for one that the declaration can't hold, or that the map throws for.
 */
export function mappedRow(
  table: Table,
  map: ColumnMap,
  id: string,
  old: EngineRow,
): EngineRow | Unfit {
  const row = Object.freeze({ ...old, id }) as OldRow;
  return fitting(() => {
    encodeRowId(table, id);
    const values = copiedColumns(table).map((column) => [
      column.name,
      heldValue(table, column, mapped(map, column.name, row)),
    ]);
    return Object.fromEntries(values);
  });
}

/** The new columns that are made of any of these old ones. */
export function columnsMadeOf(
  table: Table,
  map: ColumnMap,
  id: string,
  old: EngineRow,
  written: readonly string[],
): readonly string[] {
  return copiedColumns(table).flatMap(({ name }) => {
    let isMadeOf = false;
    const watched = new Proxy(Object.freeze({ ...old, id }) as OldRow, {
      get(row, property) {
        isMadeOf ||= written.includes(String(property));
        return Reflect.get(row, property);
      },
    });
    const value = fitting(() => mapped(map, name, watched));
    return isMadeOf || value instanceof Unfit ? [name] : [];
  });
}

function mapped(map: ColumnMap, name: string, row: OldRow): unknown {
  const convert = Object.hasOwn(map, name) ? map[name] : undefined;
  const value: unknown = convert ? convert(row) : (row[name] ?? null);
  // Which no column can hold; that it fails later must not end the process.
  if (value instanceof Promise) value.catch(() => {});
  return value;
}

/** What the plaintext table gives back for it, so that the same value is always the same text. */
function heldValue(table: Table, column: LayoutColumn, value: unknown): unknown {
  return engineValue(column, decodeValue(column, encodeEngineValue(table, column, value)));
}

function fitting<T>(work: () => T): T | Unfit {
  try {
    return work();
  } catch (error) {
    const { message = String(error) } = Object(error) as Partial<Error>;
    return new Unfit(message, { cause: error });
  }
}

/** What stopped a row, as it is listed. */
export function unfitDetail({ cause, message: detail }: Unfit): {
  readonly code: string | null;
  readonly detail: string;
} {
  return { code: cause instanceof RowsealError ? cause.code : null, detail };
}
