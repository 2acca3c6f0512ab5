/**
 * The associated data of a row: where its payload belongs.
 *
 * | bytes | field |
 * | --- | --- |
 * | 58 | every envelope byte before the ciphertext |
 * | 16 | vault id |
 * | varint + n | table id: length and UTF-8 |
 * | varint + n | row id: length and UTF-8 |
 * | 1 | group id, 0 |
 * | 1 | number of bound columns |
 * | 4 | column id, in rising order |
 * | 1 | type tag |
 * | varint + n | value: length and encoding |
 *
 * Every field has a fixed length or carries its own, so two different places never give the same
 * bytes (threat A05).
 */
import {
  createWriter,
  type WireWriter,
  writeByte,
  writeBytes,
  writeSized,
  writtenBytes,
} from '../bytes/wire-writer.js';
import { type EncodedValue, writeValue } from './row-content.js';

const GROUP_ID = 0;

/** Where a payload belongs. */
export interface RowPlace {
  readonly vaultId: Uint8Array;
  readonly tableId: Uint8Array;
  readonly rowId: Uint8Array;
  /** Values of the bound set that the envelope names, by column id, in rising order. */
  readonly bound: ReadonlyMap<number, EncodedValue>;
}

export function encodeAssociatedData(
  prefix: Uint8Array,
  place: RowPlace,
  writer: WireWriter = createWriter(),
): Uint8Array {
  writeBytes(writer, prefix);
  writeBytes(writer, place.vaultId);
  writeSized(writer, place.tableId);
  writeSized(writer, place.rowId);
  writeByte(writer, GROUP_ID);
  writeByte(writer, place.bound.size);
  for (const [id, value] of place.bound) writeValue(writer, id, value);
  return writtenBytes(writer);
}
