/** What the mirror notes of a sealed row, so that it knows it again without opening it. */
import { encodeBase64url } from '../bytes/base64url.js';
import { encodeUtf8 } from '../bytes/utf8.js';
import { hash } from '../crypto/derive.js';
import type { LayoutColumn, Table } from '../rows/table.js';
import type { EngineRow, RowRecord } from './sync-store.js';

export const NEW_RECORD: RowRecord = Object.freeze({
  seen: null,
  clear: null,
  known: null,
  reflected: null,
  life: 0,
  own: null,
  sent: null,
  due: null,
  trouble: null,
  findings: Object.freeze([]),
});

/** In bytes: enough that nobody finds two rows with one digest. */
const DIGEST_LENGTH = 16;

/**
 * A digest of all that opening a sealed row depends on: payload, siblings, bound columns of every
 * set. A row with a digest that was seen needs no opening again.
 */
export function digestOf(table: Table, sealed: EngineRow): string {
  return digestUnder(table, sealed, table.layout.boundSets.length);
}

/** Whether a sealed row is the one that was noted, under this declaration or an earlier one. */
export function isNoted(table: Table, sealed: EngineRow, seen: string): boolean {
  return table.layout.boundSets.some((_, set) => digestUnder(table, sealed, set + 1) === seen);
}

/** A declaration's bound sets are those of the one before it, and mostly none more. */
function digestUnder(table: Table, sealed: EngineRow, sets: number): string {
  const values = boundValuesOf(table, sealed, sets);
  const text = JSON.stringify([sealed.payload, sealed.siblings || '', ...values]);
  // JSON text is well-formed whatever it was made of, so that it always has bytes.
  return digestBytes(encodeUtf8(text) as Uint8Array);
}

/** What a sealed row shows in the bound columns of every set, or of the first `sets`. */
export function boundValuesOf(
  table: Table,
  sealed: EngineRow,
  sets: number = table.layout.boundSets.length,
): readonly unknown[] {
  const bound = table.layout.boundSets.slice(0, sets).flat();
  return bound.map(({ name }) => sealed[name]);
}

/** The visible and server-owned values of a sealed row, as text that is compared. */
export function clearOf(table: Table, sealed: EngineRow): string {
  return JSON.stringify(clearColumns(table).map(({ name }) => sealed[name] ?? null));
}

/** A short digest of bytes, as text. */
export function digestBytes(bytes: Uint8Array): string {
  return encodeBase64url(hash(bytes).subarray(0, DIGEST_LENGTH));
}

function clearColumns({ layout }: Table): readonly LayoutColumn[] {
  return layout.columns.filter(({ kind }) => kind !== 'encrypted');
}
