import { describe, expect, it } from 'vitest';
import { paddedLength } from '../../src/crypto/padding.js';
import {
  decryptRow,
  defineTable,
  encrypted,
  encryptRow,
  type Padding,
  type Vault,
} from '../../src/index.js';
import { envelopeBytes, payloadOf, withPayload } from '../support/forged-rows.js';
import { createWorld, diary, expectRefused } from '../support/world.js';

const LARGEST = 64 * 1024;
/** 58 bytes before the ciphertext and a tag of 16. */
const ENVELOPE_OVERHEAD = 74;

/**
 * Padmé as the paper's section 4 writes it (PURBs, PoPETs 2019): the last E − S bits of the
 * length become zero, rounding up.
 */
function padme(length: number): number {
  const e = 31 - Math.clz32(length); // ⌊log2 length⌋
  const s = 32 - Math.clz32(e); // ⌊log2 E⌋ + 1
  const mask = 2 ** (e - s) - 1;
  return (length + mask) & ~mask;
}

function expectedLength(length: number, floor = 256): number {
  return length <= floor ? floor : padme(length);
}

const notes = (padding?: Padding) =>
  defineTable('notes', { body: encrypted.text() }, padding === undefined ? {} : { padding });

function sealedLength(vault: Vault, body: string, padding?: Padding): number {
  return envelopeBytes(encryptRow(vault, notes(padding), { id: 'n', body })).length;
}

/** Bytes of a payload beside its one text: they depend only on how long the length is written. */
function payloadLength(textLength: number): number {
  const lengthBytes = textLength < 128 ? 1 : textLength < 16_384 ? 2 : 3;
  return 1 + 1 + 1 + 16 + 1 + 4 + 1 + lengthBytes + textLength + 1;
}

describe('A18: the length of a payload tells little', () => {
  it('is one for every content of 0 to 200 bytes', async () => {
    const { vault } = await createWorld();
    const lengths = new Set<number>();
    for (let length = 0; length <= 200; length++) {
      lengths.add(sealedLength(vault, 'x'.repeat(length)));
    }
    expect([...lengths]).toEqual([256 + ENVELOPE_OVERHEAD]);
  });

  it('is one of the documented sizes for every length up to 64 KiB', () => {
    const expected = new Set<number>();
    const actual = new Set<number>();
    for (let length = 1; length <= LARGEST; length++) {
      expected.add(expectedLength(length));
      actual.add(paddedLength(length, { floor: 256 }));
      expect(paddedLength(length, { floor: 256 })).toBe(expectedLength(length));
    }
    expect([...actual]).toEqual([...expected]);
    // 257 to 65,536 are eight doublings; the paper allows 2^S sizes in each.
    expect(actual.size).toBeLessThanOrEqual(1 + 8 * 16);
  });

  it('costs at most 12 % above the floor, also at powers of two', () => {
    for (let length = 257; length <= 1024 * 1024; length += length < LARGEST ? 1 : 997) {
      const padded = paddedLength(length, { floor: 256 });
      expect(padded).toBe(padme(length));
      expect(padded / length).toBeLessThanOrEqual(1.12);
    }
    for (let exponent = 9; exponent <= 20; exponent++) {
      for (const offset of [-1, 0, 1]) {
        const length = 2 ** exponent + offset;
        expect(paddedLength(length, { floor: 256 })).toBe(padme(length));
      }
    }
  });

  it('changes exactly at those sizes when rows are sealed', async () => {
    const { vault } = await createWorld();
    for (let textLength = 200; textLength <= LARGEST; textLength = Math.ceil(textLength * 1.09)) {
      const bucket = expectedLength(payloadLength(textLength));
      const fits = textLength + bucket - payloadLength(textLength);
      for (const length of [textLength, fits, fits + 1]) {
        const expected = expectedLength(payloadLength(length)) + ENVELOPE_OVERHEAD;
        expect(sealedLength(vault, 'x'.repeat(length))).toBe(expected);
      }
    }
  });

  it.each([16, 100, 1024, 65_536])('has the floor of %d that a table asks for', async (floor) => {
    const { vault } = await createWorld();
    for (const length of [0, 1, 50, 90, 1000, 2000]) {
      const expected = expectedLength(payloadLength(length), floor) + ENVELOPE_OVERHEAD;
      expect(sealedLength(vault, 'x'.repeat(length), { floor })).toBe(expected);
    }
  });

  it("tells everything when a table says 'none', and nothing is added then", async () => {
    const { vault } = await createWorld();
    for (const length of [0, 1, 2, 127, 128, 300]) {
      const sealed = sealedLength(vault, 'x'.repeat(length), 'none');
      expect(sealed).toBe(payloadLength(length) + ENVELOPE_OVERHEAD);
    }
  });
});

describe('A18: padding is removed exactly', () => {
  const bodies = [
    '',
    ' ',
    'x ',
    'x\n',
    '\0',
    'x\0\0\0',
    '\0'.repeat(300),
    ' '.repeat(231),
    '\u0080',
  ];

  it.each(bodies)('after %j', async (body) => {
    const { vault } = await createWorld();
    for (const table of [notes(), notes('none'), notes({ floor: 16 })]) {
      const sealed = encryptRow(vault, table, { id: 'n', body });
      expect(decryptRow(vault, table, sealed)).toEqual({ id: 'n', body });
    }
  });

  it('after bytes that end in zeros', async () => {
    const { vault } = await createWorld();
    const blobs = defineTable('blobs', { data: encrypted.bytes() });
    for (let zeros = 0; zeros < 300; zeros += 7) {
      const data = Uint8Array.from([1, ...new Array<number>(zeros).fill(0)]);
      const sealed = encryptRow(vault, blobs, { id: 'b', data });
      expect(decryptRow(vault, blobs, sealed).data).toEqual(data);
    }
  });

  it('and refused under a valid tag wherever it is not zero', async () => {
    const world = await createWorld();
    const { vault, sealed } = world;
    const honest = payloadOf(vault, diary, sealed);
    const end =
      honest.length -
      honest
        .slice()
        .reverse()
        .findIndex((byte) => byte !== 0);
    // The index of the life's group, 0, stands between the contents and the padding.
    for (let at = end + 1; at < honest.length; at++) {
      for (const byte of [0x01, 0x80, 0xff]) {
        const padded = honest.slice();
        padded[at] = byte;
        const attack = () => decryptRow(vault, diary, withPayload(vault, diary, sealed, padded));
        await expectRefused(world, attack, { codes: ['ROW_MALFORMED'] });
      }
    }
  });
});
