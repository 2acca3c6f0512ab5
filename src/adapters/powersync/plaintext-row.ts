/** The type of a plaintext row as SQL gives and takes it. */
import type { Column } from '../../rows/column.js';
import type { Columns, Table } from '../../rows/table.js';

/** `& {}` makes editors show the columns and not this alias. */
type Flat<T> = { [K in keyof T]: T[K] } & {};
type ColumnsOf<T> = T extends Table<infer C> ? C : never;
type IsAny<T> = 0 extends 1 & T ? true : false;

/** Integers, reals and booleans are numbers in SQLite, all else is text. */
type EngineValue<Value> =
  IsAny<Value> extends true ? string : [Value] extends [number | boolean] ? number : string;

/** What the server owns is not there before it says so. */
type ValueIn<C> =
  C extends Column<infer Kind, infer Value, infer Present>
    ? Kind extends 'server-owned'
      ? EngineValue<Value> | null
      : Present extends 'required'
        ? EngineValue<Value>
        : EngineValue<Value> | null
    : never;

type RowColumns<C extends Columns> = { [K in keyof C & string]: ValueIn<C[K]> };

/**
 * A row of a plaintext table as SQLite holds it: what a query builder's types are to say.
 *
 * Integers, reals and booleans are numbers, every other type is text. A column that may be missing, and
 * one that the server owns, is `null` where it has no value.
 *
 * @example
 * ```ts
 * import { defineTable, encrypted } from 'rowseal';
 * import type { PlaintextRowOf } from 'rowseal/powersync';
 *
 * const notes = defineTable('notes', {
 *   body: encrypted.text(),
 *   pinned: encrypted.boolean(),
 *   due_on: encrypted.date().optional(),
 * });
 * const note: PlaintextRowOf<typeof notes> = { id: 'n1', body: 'hello', pinned: 0, due_on: null };
 * console.assert(note.due_on === null);
 * ```
 */
export type PlaintextRowOf<T extends Table> = Flat<{ id: string } & RowColumns<ColumnsOf<T>>>;
