/**
 * Declaring tables, and the layout that the formats follow from a declaration.
 */
import { encodeUtf8 } from '../bytes/utf8.js';
import { hash } from '../crypto/derive.js';
import { DEFAULT_PADDING, type Padding } from '../crypto/padding.js';
import { assertOptions } from '../errors.js';
import type { Column, ColumnKind, Presence } from './column.js';
import type { EncodedValue } from './row-content.js';
import type { ValueCodec } from './value-codecs.js';

/** Column names and declarations of a table. */
export type Columns = Readonly<Record<string, Column>>;

/** How the sealed payload is stored: base64url text, or raw bytes in a binary column. */
export type PayloadType = 'text' | 'bytes';

/** A table as declared by `defineTable`; `RowOf` and `SealedRowOf` give its rows' types. */
export interface Table<
  C extends Columns = Columns,
  P extends PayloadType = PayloadType,
  Name extends string = string,
> {
  /** Its name, as declared. */
  readonly name: Name;
  /** Its columns by name, as declared. */
  readonly columns: C;
  /** How the sealed payload is stored. */
  readonly payload: P;
  /** How payloads are padded. */
  readonly padding: Padding;
  /** What the codec works with; derived from the rest. */
  readonly layout: TableLayout;
}

/** A column with its place in the formats. */
export interface LayoutColumn {
  /** Its name in rows. */
  readonly name: string;
  /** First 32 bits of a hash of stored name and type. */
  readonly id: number;
  /** What the server sees of it. */
  readonly kind: ColumnKind;
  /** How its values become bytes. */
  readonly codec: ValueCodec;
  /** Whether it may be left out or `null`. */
  readonly presence: Presence;
  /** Encoded, so that each row reads a value of its own. */
  readonly fallback: EncodedValue | null;
}

/** What the formats need to know of a table. */
export interface TableLayout {
  /** The table's stored name as 1 to 256 bytes of UTF-8. */
  readonly tableId: Uint8Array;
  /** In the order of declaration. */
  readonly columns: readonly LayoutColumn[];
  /**
   * The columns that travel in the payload, encrypted and mirrored ones, in rising order of ids.
   */
  readonly contents: readonly LayoutColumn[];
  /** The columns that are sent beside the payload: mirrored and bound ones. */
  readonly visible: readonly LayoutColumn[];
  /**
   * Every set of bound columns there ever was, each in rising order of ids; the last is current.
   */
  readonly boundSets: readonly (readonly LayoutColumn[])[];
}

/** Options of {@link defineTable}. */
export interface TableOptions<P extends PayloadType = PayloadType> {
  /** The name under which earlier versions declared this table: renames without losing data. */
  readonly storedAs?: string;
  /** The least payload length in bytes (16 to 65,536, then Padmé), or `'none'`; 256 unless told. */
  readonly padding?: Padding;
  /** `'text'` (base64url) unless told. */
  readonly payload?: P;
  /**
   * The names of the bound columns of earlier versions, oldest first, one list for each change of
   * the set.
   *
   * Rows written then stay readable.
   */
  readonly earlierBoundSets?: readonly (readonly string[])[];
}

const RESERVED = ['id', 'payload', 'parents', 'siblings', '__proto__'];
const NAME_LENGTH_LIMIT = 256;
const COLUMN_LIMIT = 256;
const BOUND_SET_LIMIT = 256;
/** Their number takes one byte of the associated data. */
const BOUND_COLUMN_LIMIT = 255;

/**
 * Declares a table: which columns are encrypted, and which the server may see.
 *
 * Every table has a text column `id`, and a column `payload` on the server; neither is declared.
 * Names enter the formats: rename with `storedAs`. Columns may be reordered, added (with
 * `default`, `optional` or `nullable`) and removed; a column whose type changes is a new one.
 *
 * @throws `TypeError` for reserved or colliding names, more than 256 columns, or options that make
 * no sense.
 *
 * @example
 * ```ts
 * import { cleartext, defineTable, encrypted } from 'rowseal';
 *
 * const transactions = defineTable('transactions', {
 *   amount: encrypted.integer(),
 *   note: encrypted.text().optional(),
 *   account_id: cleartext.text(),
 * });
 * console.assert(transactions.columns.amount.kind === 'encrypted');
 * ```
 */
export function defineTable<
  const C extends Columns,
  P extends PayloadType = 'text',
  const Name extends string = string,
>(name: Name, columns: C, options: TableOptions<P> = {}): Table<C, P, Name> {
  assertOptions(options, ['earlierBoundSets', 'padding', 'payload', 'storedAs'], 'defineTable');
  const { payload = 'text' as P } = options;
  const padding = checkedPadding(options);
  if (payload !== 'text' && payload !== 'bytes') {
    throw new TypeError("The payload of a table is 'text' or 'bytes'.");
  }
  assertPlainObject(columns);
  const layoutColumns = Object.entries(columns).map(([key, column]) => layoutColumn(key, column));
  assertDistinct(name, layoutColumns);
  const layout = {
    tableId: nameBytes(options.storedAs ?? name),
    columns: layoutColumns,
    contents: layoutColumns
      .filter(({ kind }) => kind === 'encrypted' || kind === 'mirrored')
      .sort((a, b) => a.id - b.id),
    visible: layoutColumns.filter(({ kind }) => kind === 'mirrored' || kind === 'bound'),
    boundSets: boundSetsOf(layoutColumns, options.earlierBoundSets ?? []),
  };
  return Object.freeze({ name, columns: Object.freeze({ ...columns }), payload, padding, layout });
}

/** `{ __proto__: column }` would set a prototype, and the column would be lost without a word. */
function assertPlainObject(columns: Columns): void {
  const prototype = Object.getPrototypeOf(columns) as object | null;
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new TypeError('The columns of a table are the own properties of a plain object.');
  }
}

function layoutColumn(name: string, column: Column): LayoutColumn {
  if (RESERVED.includes(name)) {
    throw new TypeError(
      `A column can't be named '${name}'. 'id' is always there; rename the others.`,
    );
  }
  nameBytes(name);
  if (typeof column?.codec?.encode !== 'function') {
    throw new TypeError(
      `Column '${name}' is not declared: use encrypted.text(), cleartext.text() and the like.`,
    );
  }
  const { kind, codec, presence } = column;
  const id = columnId(column.storedName ?? name, codec);
  return { name, id, kind, codec, presence, fallback: encodeFallback(name, column) };
}

function encodeFallback(name: string, { codec, fallback }: Column): EncodedValue | null {
  if (!fallback) return null;
  const bytes = codec.encode(fallback.value);
  if (!bytes) throw new TypeError(`The default of column '${name}' is not ${codec.takes}.`);
  // A copy: bytes would otherwise follow what their owner does to them later.
  return { tag: codec.tag, bytes: Uint8Array.from(bytes) };
}

/**
 * Where a column is found in payloads: the first four bytes of SHA-256 over a label, the type and
 * the stored name. Short, because every row carries it; a collision is refused at definition.
 */
function columnId(storedName: string, codec: ValueCodec): number {
  nameBytes(storedName);
  const digest = hash(
    encodeUtf8(`rowseal/1 column id\0${codec.name}\0${storedName}`) as Uint8Array,
  );
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
}

function assertDistinct(table: string, columns: readonly LayoutColumn[]): void {
  if (columns.length > COLUMN_LIMIT) {
    throw new TypeError(`Table '${table}' has more than ${COLUMN_LIMIT} columns.`);
  }
  const seen = new Map<number, string>();
  for (const { id, name } of columns) {
    const other = seen.get(id);
    if (other !== undefined) {
      throw new TypeError(
        `Columns '${other}' and '${name}' of '${table}' have one id. Give one of them another stored name with storedAs.`,
      );
    }
    seen.set(id, name);
  }
}

function boundSetsOf(
  columns: readonly LayoutColumn[],
  earlier: readonly (readonly string[])[],
): LayoutColumn[][] {
  if (earlier.length >= BOUND_SET_LIMIT) throw new TypeError('A table has at most 256 bound sets.');
  const past = earlier.map((names) => names.map((name) => visibleColumn(columns, name)));
  const sets = [...past, columns.filter(({ kind }) => kind === 'bound')];
  if (sets.some(({ length }) => length > BOUND_COLUMN_LIMIT)) {
    throw new TypeError(`A table has at most ${BOUND_COLUMN_LIMIT} bound columns.`);
  }
  return sets.map((set) => set.sort((a, b) => a.id - b.id));
}

function visibleColumn(columns: readonly LayoutColumn[], name: string): LayoutColumn {
  const column = columns.find((each) => each.name === name);
  if (column?.kind === 'mirrored' || column?.kind === 'bound') return column;
  throw new TypeError(
    `'${name}' was bound once, so it must still be declared as a cleartext column.`,
  );
}

function nameBytes(name: string): Uint8Array {
  const bytes = typeof name === 'string' ? encodeUtf8(name) : null;
  if (!bytes || bytes.length === 0 || bytes.length > NAME_LENGTH_LIMIT) {
    throw new TypeError('Names of tables and columns are text of 1 to 256 bytes.');
  }
  return bytes;
}

/** A copy, which stays as it was checked. */
function checkedPadding({ padding = DEFAULT_PADDING }: TableOptions): Padding {
  if (padding === 'none') return padding;
  const { floor } = padding;
  if (!Number.isInteger(floor) || floor < 16 || floor > 65536) {
    throw new TypeError("The padding of a table is 'none' or { floor } of 16 to 65,536 bytes.");
  }
  return Object.freeze({ floor });
}
