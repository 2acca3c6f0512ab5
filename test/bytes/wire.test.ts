import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assertEnd,
  createReader,
  readByte,
  readBytes,
  readUint16,
  readUint32,
  readVarint,
  type WireReader,
} from '../../src/bytes/wire-reader.js';
import {
  borrowWriter,
  createWriter,
  reserve,
  returnWriter,
  type WireWriter,
  writeByte,
  writeSized,
  writeUint16,
  writeUint32,
  writeVarint,
  writtenBytes,
} from '../../src/bytes/wire-writer.js';
import { holds } from '../properties/holds.js';

class Refusal extends Error {}

function reader(bytes: Iterable<number>): WireReader {
  return createReader(Uint8Array.from(bytes), (reason) => {
    throw new Refusal(reason);
  });
}

function written(write: (writer: WireWriter) => void): number[] {
  const writer = createWriter(1);
  write(writer);
  return [...writtenBytes(writer)];
}

const uint32 = fc.oneof(
  fc.nat({ max: 0xffff_ffff }),
  fc.constantFrom(
    0,
    0x7f,
    0x80,
    0x3fff,
    0x4000,
    0x1f_ffff,
    0x20_0000,
    0xfff_ffff,
    0x1000_0000,
    0xffff_ffff,
  ),
);

describe('numbers', () => {
  it('come back from every width', () => {
    holds(
      fc.property(uint32, (value) => {
        const widths = [
          { write: writeVarint, read: readVarint, value },
          { write: writeUint32, read: readUint32, value },
          { write: writeUint16, read: readUint16, value: value % 0x1_0000 },
          { write: writeByte, read: readByte, value: value % 0x100 },
        ];
        for (const width of widths) {
          const from = reader(written((writer) => width.write(writer, width.value)));
          expect(width.read(from)).toBe(width.value);
          assertEnd(from);
        }
      }),
      500,
    );
  });

  it('are big-endian', () => {
    expect(written((writer) => writeUint32(writer, 0x01020304))).toEqual([1, 2, 3, 4]);
    expect(written((writer) => writeUint16(writer, 0x0102))).toEqual([1, 2]);
  });
});

describe('a varint', () => {
  it.each([
    [[0], 0],
    [[0x7f], 127],
    [[0x80, 0x01], 128],
    [[0xff, 0xff, 0xff, 0xff, 0x0f], 0xffff_ffff],
  ])('%j is %d', (bytes, value) => {
    expect(readVarint(reader(bytes))).toBe(value);
    expect(written((writer) => writeVarint(writer, value))).toEqual(bytes);
  });

  it.each([
    ['not in its shortest form', [0x80, 0x00]],
    ['not in its shortest form, longer', [0xff, 0x80, 0x00]],
    ['of 2^32', [0x80, 0x80, 0x80, 0x80, 0x10]],
    ['of six bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ['that never ends', [0x80, 0x80, 0x80]],
    ['so long that its scale overflows', [...new Array<number>(200).fill(0x80), 0x01]],
  ])('%s is refused', (_, bytes) => {
    expect(() => readVarint(reader(bytes))).toThrow(Refusal);
  });

  it('has one encoding per value, whatever the bytes', () => {
    holds(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 7 }), (bytes) => {
        const from = reader(bytes);
        try {
          const value = readVarint(from);
          const encoded = written((writer) => writeVarint(writer, value));
          expect(encoded).toEqual([...bytes.slice(0, from.at)]);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
      2000,
    );
  });
});

describe('a reader', () => {
  it('never reads past the end', () => {
    expect(() => readByte(reader([]))).toThrow(Refusal);
    expect(() => readBytes(reader([1, 2]), 3)).toThrow(Refusal);
    expect(() => readBytes(reader([1, 2]), 0xffff_ffff)).toThrow(Refusal);
    expect(() => readUint32(reader([1, 2, 3]))).toThrow(Refusal);
  });

  it('refuses what follows the end', () => {
    const from = reader([1, 2]);
    readByte(from);
    expect(() => assertEnd(from)).toThrow(Refusal);
    readByte(from);
    expect(() => assertEnd(from)).not.toThrow();
  });
});

describe('a writer', () => {
  it('grows, keeps what was written, and wipes the buffer it outgrew', () => {
    const writer = createWriter(4);
    const outgrown = writer.bytes;
    writeSized(writer, Uint8Array.of(1, 2, 3));
    expect([...outgrown]).toEqual([3, 1, 2, 3]);
    writeSized(writer, new Uint8Array(1000).fill(9));
    expect([...outgrown]).toEqual([0, 0, 0, 0]);
    expect([...writtenBytes(writer).subarray(0, 7)]).toEqual([3, 1, 2, 3, 0xe8, 7, 9]);
    expect(writtenBytes(writer)).toHaveLength(4 + 2 + 1000);
  });

  it('reserves zeros', () => {
    const writer = createWriter(2);
    writeByte(writer, 1);
    reserve(writer, 5);
    expect([...writtenBytes(writer)]).toEqual([1, 0, 0, 0, 0, 0]);
  });

  it('that is borrowed has a buffer of its own, zeroed when it is returned, whatever it grew to', () => {
    const [first, second] = [borrowWriter(), borrowWriter()];
    expect(first.bytes).not.toBe(second.bytes);
    writeSized(first, new Uint8Array(300).fill(7));
    writeSized(second, new Uint8Array(5000).fill(7));
    const views = [writtenBytes(first), writtenBytes(second)];
    for (const each of [first, second]) returnWriter(each);
    for (const view of views) expect(view.every((byte) => byte === 0)).toBe(true);
    expectFreshWriters();
  });

  it('that is borrowed holds nothing that a backend wrote behind the bytes it was given', () => {
    const writer = borrowWriter();
    writeByte(writer, 1);
    new Uint8Array(writtenBytes(writer).buffer).fill(7);
    returnWriter(writer);
    expectFreshWriters();
  });
});

function expectFreshWriters(): void {
  for (const again of [borrowWriter(), borrowWriter(), borrowWriter()]) {
    expect(again.at).toBe(0);
    expect(again.bytes.every((byte) => byte === 0)).toBe(true);
  }
}
