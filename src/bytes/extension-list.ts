/**
 * Extension lists: room in headers and payloads for what a later version adds.
 *
 * | bytes | field |
 * | --- | --- |
 * | 1 | number of extensions, at most 16 |
 * | 2 | id, strictly rising |
 * | 1 | 1 if a reader that does not know the id must refuse the whole, else 0 |
 * | varint | length |
 * | … | bytes |
 *
 * This version knows no critical extension: such a one is `UNSUPPORTED_VERSION`, any other is kept and
 * written back.
 */
import { refuseNewer } from '../errors.js';
import { readByte, readBytes, readUint16, readVarint, type WireReader } from './wire-reader.js';
import { type WireWriter, writeByte, writeSized, writeUint16 } from './wire-writer.js';

export interface Extension {
  readonly id: number;
  readonly bytes: Uint8Array;
}

export const EXTENSION_LIMIT = 16;

export function readExtensions(reader: WireReader): Extension[] {
  const count = readByte(reader);
  if (count > EXTENSION_LIMIT) reader.refuse('extensions');
  const extensions: Extension[] = [];
  for (let i = 0, last = -1; i < count; i++) {
    const id = readUint16(reader);
    if (id <= last) reader.refuse('extensions');
    last = id;
    const critical = readByte(reader);
    if (critical > 1) reader.refuse('extensions');
    const bytes = readBytes(reader, readVarint(reader));
    if (critical === 1) refuseNewer(`Extension ${id}`);
    extensions.push({ id, bytes });
  }
  return extensions;
}

export function writeExtensions(writer: WireWriter, extensions: readonly Extension[]): void {
  writeByte(writer, extensions.length);
  for (const { id, bytes } of extensions) {
    writeUint16(writer, id);
    // Only optional extensions survive reading, so only those are ever written back.
    writeByte(writer, 0);
    writeSized(writer, bytes);
  }
}
