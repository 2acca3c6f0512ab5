/**
 * The types of rows, inferred from a table's declaration; flat, so that they read well on hover.
 */
import type { Column, ColumnKind, Presence } from './column.js';
import type { Columns, PayloadType, Table } from './table.js';

/** `& {}` makes editors show the columns and not this alias. */
type Flat<T> = { [K in keyof T]: T[K] } & {};
type ColumnsOf<T> = T extends Table<infer C> ? C : never;

type ValueIn<C> =
  C extends Column<ColumnKind, infer Value, infer Present>
    ? Present extends 'nullable'
      ? Value | null
      : Value
    : never;

type NamesOf<C extends Columns, Kind extends ColumnKind, Present extends Presence> = {
  [K in keyof C]: C[K] extends Column<Kind, unknown, Present> ? K : never;
}[keyof C];

type Own = 'encrypted' | 'mirrored' | 'bound';
type Visible = 'mirrored' | 'bound';

type RowColumns<C extends Columns> = {
  [K in NamesOf<C, Own, 'required' | 'nullable'>]: ValueIn<C[K]>;
} & {
  [K in NamesOf<C, Own, 'optional'>]?: ValueIn<C[K]> | undefined;
};

type SealedColumns<C extends Columns> = {
  [K in NamesOf<C, Visible, 'required' | 'nullable'>]: ValueIn<C[K]>;
} & {
  [K in NamesOf<C, Visible, 'optional'>]: ValueIn<C[K]> | null;
} & {
  [K in NamesOf<C, 'server-owned', Presence>]?: unknown;
};

/** Distributes, so that a table of which nothing is known may have either. */
type Payload<P extends PayloadType> = P extends 'bytes' ? Uint8Array : string;

/**
 * A plaintext row of a table: `id` and every column but the server-owned ones.
 *
 * @example
 * ```ts
 * import { defineTable, encrypted, type RowOf } from 'rowseal';
 *
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const note: RowOf<typeof notes> = { id: 'n1', body: 'hello' };
 * console.assert(note.body === 'hello');
 * ```
 */
export type RowOf<T extends Table> = Flat<{ id: string } & RowColumns<ColumnsOf<T>>>;

/**
 * A row as the server has it: `id`, the visible columns, and `payload`.
 *
 * Security: what the server may see. Its visible columns are whatever the server says; take
 * values from `decryptRow`.
 *
 * @example
 * ```ts
 * import { cleartext, defineTable, encrypted, type SealedRowOf } from 'rowseal';
 *
 * const notes = defineTable('notes', { body: encrypted.text(), folder: cleartext.text() });
 * const served: SealedRowOf<typeof notes> = { id: 'n1', folder: 'inbox', payload: 'AQ' };
 * console.assert(served.folder === 'inbox');
 * ```
 */
export type SealedRowOf<T extends Table> = Flat<
  { id: string } & SealedColumns<ColumnsOf<T>> & {
      payload: T extends Table<Columns, infer P> ? Payload<P> : never;
    }
>;
