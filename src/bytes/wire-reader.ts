/**
 * Reading binary formats: big-endian, bounds-checked, one encoding per value.
 *
 * A reader never throws anything but the error its owner chose, whatever the bytes: `refuse` is
 * called with the name of the part that is wrong, and must throw.
 */

export interface WireReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly refuse: (part: string) => never;
}

export function createReader(bytes: Uint8Array, refuse: (part: string) => never): WireReader {
  return { bytes, at: 0, refuse };
}

export function readByte(reader: WireReader): number {
  const value = reader.bytes[reader.at];
  if (value === undefined) return reader.refuse('length');
  reader.at += 1;
  return value;
}

/** A view of the next `length` bytes, not a copy: it lives as long as the whole input. */
export function readBytes(reader: WireReader, length: number): Uint8Array {
  const end = reader.at + length;
  if (end > reader.bytes.length) return reader.refuse('length');
  const view = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return view;
}

export function readUint16(reader: WireReader): number {
  return readByte(reader) * 0x100 + readByte(reader);
}

export function readUint32(reader: WireReader): number {
  return readUint16(reader) * 0x10000 + readUint16(reader);
}

/** An unsigned LEB128 number below 2^32 in its shortest form. */
export function readVarint(reader: WireReader): number {
  let value = 0;
  // Five bytes at most: without an end, scales would overflow and zeros add up to NaN.
  for (let scale = 1; scale <= 2 ** 28; scale *= 0x80) {
    const byte = readByte(reader);
    value += (byte & 0x7f) * scale;
    if (value > 0xffffffff) return reader.refuse('number');
    if (byte < 0x80) {
      return byte === 0 && scale > 1 ? reader.refuse('number') : value;
    }
  }
  return reader.refuse('number');
}

/** Refuses when bytes are left: trailing bytes would be a second encoding of the same value. */
export function assertEnd(reader: WireReader): void {
  if (reader.at !== reader.bytes.length) reader.refuse('length');
}
