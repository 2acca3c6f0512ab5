/**
 * Declaring columns: what the server may see is said here, column by column, and nowhere else.
 */
import type { JsonValue } from './json-value.js';
import {
  bigintCodec,
  booleanCodec,
  bytesCodec,
  dateCodec,
  decimalCodec,
  integerCodec,
  jsonCodec,
  realCodec,
  textCodec,
  timestampCodec,
  type ValueCodec,
} from './value-codecs.js';

/**
 * What the server sees of a column.
 *
 * - `encrypted`: the server sees nothing of it;
 * - `mirrored`: visible, with an authenticated copy in the payload;
 * - `bound`: visible, authenticated by the payload, fixed when the row is inserted;
 * - `server-owned`: visible, written by the server, not authenticated, never sent.
 */
export type ColumnKind = 'encrypted' | 'mirrored' | 'bound' | 'server-owned';

/** Whether a value must be there, may be left out (`undefined`), or may be `null`. */
export type Presence = 'required' | 'optional' | 'nullable';

/** A column as declared. */
export interface Column<
  Kind extends ColumnKind = ColumnKind,
  Value = unknown,
  Present extends Presence = Presence,
> {
  /** What the server sees of it. */
  readonly kind: Kind;
  /** How its values become bytes. */
  readonly codec: ValueCodec<Value>;
  /** Whether it may be left out or `null`. */
  readonly presence: Present;
  /** The name that enters the formats, when it is not the column's own. */
  readonly storedName: string | null;
  /** What rows read that were written before the column existed. */
  readonly fallback: { readonly value: Value } | null;
}

/** An encrypted column whose presence is settled. */
export interface EncryptedColumn<Value, Present extends Presence>
  extends Column<'encrypted', Value, Present> {
  /** The name under which earlier versions declared this column: renames without losing data. */
  storedAs(name: string): EncryptedColumn<Value, Present>;
}

/** An encrypted column as first declared: required. */
export interface RequiredColumn<Value> extends EncryptedColumn<Value, 'required'> {
  /** May be left out: reads as `undefined`. */
  optional(): EncryptedColumn<Value, 'optional'>;
  /** May be `null`. */
  nullable(): EncryptedColumn<Value, 'nullable'>;
  /** What rows read that were written before this column was added; new rows need a value still. */
  default(value: Value): EncryptedColumn<Value, 'required'>;
  storedAs(name: string): RequiredColumn<Value>;
}

/** A visible column whose kind and presence are settled. */
export interface VisibleColumn<
  Kind extends 'mirrored' | 'bound' | 'server-owned',
  Value,
  Present extends Presence,
> extends Column<Kind, Value, Present> {
  /** The name under which earlier versions declared this column: renames without losing data. */
  storedAs(name: string): VisibleColumn<Kind, Value, Present>;
}

/** A visible column that may still become bound or server-owned. */
export interface MirroredColumn<Value, Present extends Presence>
  extends VisibleColumn<'mirrored', Value, Present> {
  /** Authenticated with the payload and fixed when the row is inserted: for owners and scopes. */
  bound(): VisibleColumn<'bound', Value, Present>;
  /** Written by the server; not authenticated, never sent, never returned as a row's value. */
  serverOwned(): VisibleColumn<'server-owned', Value, Present>;
  storedAs(name: string): MirroredColumn<Value, Present>;
}

/** A visible column as first declared: required, with an authenticated copy in the payload. */
export interface CleartextColumn<Value> extends MirroredColumn<Value, 'required'> {
  /** May be left out: reads as `undefined`, and stands on the server as NULL. */
  optional(): MirroredColumn<Value, 'optional'>;
  /** May be `null`. */
  nullable(): MirroredColumn<Value, 'nullable'>;
  /** What rows read that were written before this column was added; new rows need a value still. */
  default(value: Value): VisibleColumn<'mirrored', Value, 'required'>;
  storedAs(name: string): CleartextColumn<Value>;
}

/**
 * Columns that the server can't read; their values travel in the row's sealed payload.
 *
 * @example
 * ```ts
 * import { defineTable, encrypted } from 'rowseal';
 *
 * const notes = defineTable('notes', {
 *   title: encrypted.text(),
 *   done: encrypted.boolean().default(false),
 *   tags: encrypted.json<string[]>().optional(),
 * });
 * console.assert(notes.name === 'notes');
 * ```
 */
export const encrypted = {
  /** Text: every string without lone surrogates. */
  text: () => encryptedColumn(textCodec),
  /** A safe integer: money belongs here, in cents. */
  integer: () => encryptedColumn(integerCodec),
  /** A bigint of at most 1,024 bytes. */
  bigint: () => encryptedColumn(bigintCodec),
  /** An exact decimal as text, such as `'-12.50'`; its digits are kept as they are. */
  decimal: () => encryptedColumn(decimalCodec),
  /** Any number, bit by bit: NaN, infinities and -0 too; not for money. */
  real: () => encryptedColumn(realCodec),
  /** `true` or `false`. */
  boolean: () => encryptedColumn(booleanCodec),
  /** A `Uint8Array`. */
  bytes: () => encryptedColumn(bytesCodec),
  /** A calendar date as `'YYYY-MM-DD'`, without time or zone. */
  date: () => encryptedColumn(dateCodec),
  /** A point in time as a `Date`, to the millisecond. */
  timestamp: () => encryptedColumn(timestampCodec),
  /** Plain JSON, at most 64 levels deep; the order of keys is kept. */
  json: <Value = JsonValue>() => encryptedColumn(jsonCodec as ValueCodec as ValueCodec<Value>),
} as const;

/**
 * Columns that the server can read, of types that a database gives back unchanged.
 *
 * Plain, the payload carries an authenticated copy: `decryptRow` returns that copy, and a
 * different visible value is a `metadata-mismatch` finding.
 *
 * @example
 * ```ts
 * import { cleartext, defineTable, encrypted } from 'rowseal';
 *
 * const messages = defineTable('messages', {
 *   body: encrypted.text(),
 *   room_id: cleartext.text().bound(),
 *   received_at: cleartext.text().serverOwned(),
 * });
 * console.assert(messages.columns.room_id.kind === 'bound');
 * ```
 */
export const cleartext = {
  /** Text without NUL, which Postgres can't store. */
  text: () => cleartextColumn(visibleTextCodec),
  /** A safe integer. */
  integer: () => cleartextColumn(integerCodec),
  /** `true` or `false`; SQLite's 1 and 0 are understood. */
  boolean: () => cleartextColumn(booleanCodec),
} as const;

const visibleTextCodec: ValueCodec<string> = {
  ...textCodec,
  takes: 'a string without NUL and lone surrogates',
  encode: (value) =>
    typeof value === 'string' && !value.includes('\0') ? textCodec.encode(value) : null,
  decode: (bytes) => (bytes.includes(0) ? undefined : textCodec.decode(bytes)),
};

function encryptedColumn<Value>(codec: ValueCodec<Value>): RequiredColumn<Value> {
  return column({ ...PLAIN, kind: 'encrypted', codec }) as RequiredColumn<Value>;
}

function cleartextColumn<Value>(codec: ValueCodec<Value>): CleartextColumn<Value> {
  return column({ ...PLAIN, kind: 'mirrored', codec }) as CleartextColumn<Value>;
}

const PLAIN = { presence: 'required', storedName: null, fallback: null } as const;

/**
 * One object for all stages. The types above say which call makes sense at which stage; where
 * they are not checked, an encrypted column must still never become a visible one.
 */
function column(declared: Column): Column {
  const next = (change: Partial<Column>) => column({ ...declared, ...change });
  const settle = (change: Partial<Column>) => {
    const { presence, fallback } = declared;
    return presence === 'required' && !fallback ? next(change) : refuse('is settled already');
  };
  const show = (kind: ColumnKind) =>
    declared.kind === 'mirrored' ? next({ kind }) : refuse(`is ${declared.kind}`);
  return Object.freeze({
    ...declared,
    optional: () => settle({ presence: 'optional' }),
    nullable: () => settle({ presence: 'nullable' }),
    default: (value: unknown) => settle({ fallback: { value } }),
    storedAs: (storedName: string) => next({ storedName }),
    bound: () => show('bound'),
    serverOwned: () => show('server-owned'),
  });
}

function refuse(why: string): never {
  throw new TypeError(
    `This column ${why}. A column is optional, nullable or has a default, once; only a plain cleartext column becomes bound or server-owned.`,
  );
}
