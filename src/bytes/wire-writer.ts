/** Writing binary formats: the counterpart of `wire-reader.ts`, into one growing buffer. */

export interface WireWriter {
  bytes: Uint8Array;
  at: number;
}

export function createWriter(capacity = 256): WireWriter {
  return { bytes: new Uint8Array(capacity), at: 0 };
}

/** Buffers of returned writers, all zeros: making one costs more than writing a row into it. */
const spare: Uint8Array[] = [];
const SPARE_LIMIT = 3;
const SPARE_LENGTH = 1024;

/** A writer for bytes that are used up before it is returned with `returnWriter`. */
export function borrowWriter(): WireWriter {
  return { bytes: spare.pop() ?? new Uint8Array(SPARE_LENGTH), at: 0 };
}

/** Zeroes all of it, whatever views of it there are and wherever their holders wrote. */
export function returnWriter({ bytes }: WireWriter): void {
  bytes.fill(0);
  if (bytes.length === SPARE_LENGTH && spare.length < SPARE_LIMIT) spare.push(bytes);
}

/** Makes room for `length` more bytes and returns where they begin. */
export function reserve(writer: WireWriter, length: number): number {
  const start = writer.at;
  const end = start + length;
  if (end > writer.bytes.length) {
    const larger = new Uint8Array(Math.max(end, writer.bytes.length * 2));
    larger.set(writer.bytes.subarray(0, start));
    // The outgrown buffer may hold plaintext.
    writer.bytes.fill(0);
    writer.bytes = larger;
  }
  writer.at = end;
  return start;
}

export function writeByte(writer: WireWriter, value: number): void {
  const at = reserve(writer, 1);
  writer.bytes[at] = value;
}

export function writeBytes(writer: WireWriter, bytes: Uint8Array): void {
  const at = reserve(writer, bytes.length);
  writer.bytes.set(bytes, at);
}

export function writeUint16(writer: WireWriter, value: number): void {
  const at = reserve(writer, 2);
  writer.bytes[at] = value >>> 8;
  writer.bytes[at + 1] = value;
}

export function writeUint32(writer: WireWriter, value: number): void {
  const at = reserve(writer, 4);
  writer.bytes[at] = value >>> 24;
  writer.bytes[at + 1] = value >>> 16;
  writer.bytes[at + 2] = value >>> 8;
  writer.bytes[at + 3] = value;
}

/** Unsigned LEB128, shortest form, for numbers below 2^32. */
export function writeVarint(writer: WireWriter, value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    writeByte(writer, (rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  writeByte(writer, rest);
}

/**
 * Bytes behind their length as a varint: self-delimiting, so that a sequence of them is injective.
 */
export function writeSized(writer: WireWriter, bytes: Uint8Array): void {
  writeVarint(writer, bytes.length);
  writeBytes(writer, bytes);
}

/** A view of what was written. */
export function writtenBytes(writer: WireWriter): Uint8Array {
  return writer.bytes.subarray(0, writer.at);
}
