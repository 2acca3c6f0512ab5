/**
 * The content of a row as the formats know it: cells by column id, each with the stamp of its
 * last write. Merging and carrying unknown columns work on this, not on typed rows.
 */

import { equalBytes } from '../bytes/compare.js';
import type { Extension } from '../bytes/extension-list.js';
import type { StampBytes } from '../bytes/stamp.js';
import { laterStamp } from '../bytes/stamp.js';
import { type WireWriter, writeByte, writeSized, writeUint32 } from '../bytes/wire-writer.js';

/** A value as it stands in payloads and associated data: a type tag and its encoding. */
export interface EncodedValue {
  /** Its type, as one byte. */
  readonly tag: number;
  /** Its encoding, as many bytes as it takes. */
  readonly bytes: Uint8Array;
}

/** A column's value with the stamp of its last write. */
export interface Cell extends EncodedValue {
  readonly stamp: StampBytes;
}

export interface RowContent {
  /** Odd: the row lives; even: it was deleted. Insert 1, delete 2, insert again 3. */
  readonly life: number;
  /** When the row was last inserted or deleted. */
  readonly lifeStamp: StampBytes;
  /** By column id; columns that this version does not know included. */
  readonly cells: ReadonlyMap<number, Cell>;
  readonly extensions: readonly Extension[];
}

/** Even, so that every living row can still be deleted. */
export const LIFE_LIMIT = 2 ** 31 - 2;

/** A value behind its column's id, as payloads and associated data have it. */
export function writeValue(writer: WireWriter, id: number, { tag, bytes }: EncodedValue): void {
  writeUint32(writer, id);
  writeByte(writer, tag);
  writeSized(writer, bytes);
}

export function isDeleted({ life }: RowContent): boolean {
  return life % 2 === 0;
}

export function equalValues(a: EncodedValue, b: EncodedValue): boolean {
  return a.tag === b.tag && equalBytes(a.bytes, b.bytes);
}

/** Every stamp of a row: of its life and of its columns. */
export function stampsOf({ lifeStamp, cells }: RowContent): StampBytes[] {
  return [lifeStamp, ...[...cells.values()].map(({ stamp }) => stamp)];
}

export function latestStamp(content: RowContent): StampBytes {
  return stampsOf(content).reduce(laterStamp);
}

export function equalContents(a: RowContent, b: RowContent): boolean {
  return (
    a.life === b.life &&
    equalBytes(a.lifeStamp, b.lifeStamp) &&
    a.cells.size === b.cells.size &&
    [...a.cells].every(([id, cell]) => {
      const other = b.cells.get(id);
      return other && equalValues(cell, other) && equalBytes(cell.stamp, other.stamp);
    }) &&
    a.extensions.length === b.extensions.length &&
    a.extensions.every((extension, i) => {
      const other = b.extensions[i] as Extension;
      return extension.id === other.id && equalBytes(extension.bytes, other.bytes);
    })
  );
}
