import { describe, expect, it, vi } from 'vitest';
import {
  decryptRow,
  decryptRowDetails,
  defineTable,
  encrypted,
  encryptRow,
} from '../../src/index.js';
import {
  type Bytes,
  bigEndian,
  cell,
  group,
  type PayloadParts,
  stamp,
  varint,
} from '../support/payload-bytes.js';
import { EMPTY_THING, forgeThing, TAG, thingId, things } from '../support/things.js';
import { createWorld, diary, expectRefused, ROW } from '../support/world.js';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const AT = stamp(1_700_000_000_000);
/** What a refusal may allocate: far below what the hostile numbers ask for. */
const ALLOWANCE = 64 * MIB;

function text(length: Bytes): Bytes {
  return cell({ id: thingId('text'), tag: TAG.text, value: [0x78], length });
}

function allocated(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

describe('D05: numbers in a payload allocate nothing', () => {
  const hostile: Readonly<Record<string, PayloadParts>> = {
    'a value of 1 GiB': { groups: [group(AT, [text(varint(GIB))])] },
    'a value of 4 GiB less one': { groups: [group(AT, [text(varint(2 ** 32 - 1))])] },
    'a million columns': { groups: [group(AT, [text([1])], varint(1_000_000))] },
    '257 columns': { groups: [group(AT, [text([1])], varint(257))] },
    'a million stamp groups': { groups: [group(AT, [text([1])])], groupCount: varint(1_000_000) },
    'an extension of 1 GiB': {
      groups: [group(AT, [text([1])])],
      extensions: [1, ...bigEndian(7, 2), 0, ...varint(GIB)],
    },
    '255 extensions': { groups: [group(AT, [text([1])])], extensions: [255] },
    'the life of group 2^32 - 1': {
      groups: [group(AT, [text([1])])],
      lifeGroup: varint(2 ** 32 - 1),
    },
  };

  it.each(Object.keys(hostile))('%s, in a payload of a hundred bytes', async (name) => {
    const world = await createWorld();
    const forged = forgeThing(world.vault, hostile[name] as PayloadParts);
    const attack = () => decryptRow(world.vault, things, forged);
    await expectRefused(world, attack, { codes: ['ROW_MALFORMED'], structural: true });
    const before = allocated();
    expect(attack).toThrow();
    expect(allocated() - before).toBeLessThan(ALLOWANCE);
  });

  it('257 columns that are really there', async () => {
    const world = await createWorld();
    const cells = Array.from({ length: 257 }, (_, id) =>
      cell({ id, tag: TAG.boolean, value: [1] }),
    );
    const many = forgeThing(world.vault, { groups: [group(AT, cells)] });
    const attack = () => decryptRow(world.vault, things, many);
    await expectRefused(world, attack, { codes: ['ROW_MALFORMED'] });
    const enough = forgeThing(world.vault, { groups: [group(AT, cells.slice(0, 256))] });
    expect(decryptRow(world.vault, things, enough)).toEqual(EMPTY_THING);
  });
});

describe('D05: JSON a hundred thousand levels deep', () => {
  const deep = 100_000;

  it('is refused unread, whoever sealed it', async () => {
    const world = await createWorld();
    const texts = [
      '['.repeat(deep) + ']'.repeat(deep),
      `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`,
      '['.repeat(65) + ']'.repeat(65),
    ];
    const parse = vi.spyOn(JSON, 'parse');
    for (const json of texts) {
      const value = [...new TextEncoder().encode(json)];
      const forged = forgeThing(world.vault, {
        groups: [group(AT, [cell({ id: thingId('json'), tag: TAG.json, value })])],
      });
      const attack = () => decryptRow(world.vault, things, forged);
      await expectRefused(world, attack, { codes: ['ROW_MALFORMED'] });
      // An engine whose parser recurses would run out of stack.
      expect(parse).not.toHaveBeenCalledWith(json);
    }
    parse.mockRestore();
  });

  it('is refused when it is to be sealed, and 64 levels are not', async () => {
    const world = await createWorld();
    const nested = (levels: number) => {
      let json: unknown = [];
      for (let i = 1; i < levels; i++) json = i % 2 ? { a: json } : [json];
      return { ...EMPTY_THING, json: json as never };
    };
    for (const levels of [65, deep]) {
      const attack = () => encryptRow(world.vault, things, nested(levels));
      await expectRefused(world, attack, { codes: ['VALUE_UNSUPPORTED'] });
    }
    const row = nested(64);
    const sealed = encryptRow(world.vault, things, row);
    expect(decryptRow(world.vault, things, sealed)).toEqual(row);
  });
});

describe('D05: payloads beyond 1 MiB', () => {
  it('are refused by their length alone', async () => {
    const world = await createWorld();
    const longest = Math.ceil(((58 + MIB + 16) * 4) / 3);
    const { payload } = world.sealed;
    for (const length of [longest + 1, longest + 2, 64 * MIB]) {
      const served = { ...world.sealed, payload: payload.padEnd(length, 'A') };
      const attack = () => decryptRow(world.vault, diary, served);
      await expectRefused(world, attack, { codes: ['LIMIT_EXCEEDED'], structural: true });
    }
    const served = { ...world.sealed, payload: payload.padEnd(longest, 'A') };
    const attack = () => decryptRow(world.vault, diary, served);
    await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED', 'ROW_MALFORMED'] });
  });

  it('are refused in a column of bytes, too', async () => {
    const world = await createWorld();
    const blobs = defineTable('blobs', { data: encrypted.bytes() }, { payload: 'bytes' });
    const sealed = encryptRow(world.vault, blobs, { id: 'b', data: new Uint8Array(0) });
    const payload = new Uint8Array(58 + MIB + 16 + 1);
    payload.set(sealed.payload);
    const attack = () => decryptRow(world.vault, blobs, { ...sealed, payload });
    await expectRefused(world, attack, { codes: ['LIMIT_EXCEEDED'], structural: true });
  });

  it('are never made, and what just fits comes back', async () => {
    const world = await createWorld();
    const blobs = defineTable('blobs', { data: encrypted.bytes() }, { padding: 'none' });
    const overhead = 1 + 1 + 1 + 16 + 1 + 4 + 1 + 3 + 1;
    const row = { id: 'b', data: new Uint8Array(MIB - overhead).fill(7) };
    const sealed = encryptRow(world.vault, blobs, row);
    expect(Buffer.compare(decryptRow(world.vault, blobs, sealed).data, row.data)).toBe(0);
    for (const length of [MIB - overhead + 1, 8 * MIB]) {
      const data = new Uint8Array(length);
      const attack = () => encryptRow(world.vault, blobs, { id: 'b', data });
      await expectRefused(world, attack, { codes: ['LIMIT_EXCEEDED'] });
    }
  });
});

describe('D05: visible values that the server makes too long', () => {
  it('are not even encoded', async () => {
    const world = await createWorld();
    const { vault, sealed } = world;
    const long = 'a'.repeat(MIB + 1);
    const encode = vi.spyOn(TextEncoder.prototype, 'encode');
    const attack = () => decryptRow(vault, diary, { ...sealed, owner: long });
    await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED'], structural: true });
    const { row, findings } = decryptRowDetails(vault, diary, { ...sealed, folder: long });
    expect(row).toEqual(ROW);
    expect(findings).toEqual([{ code: 'metadata-mismatch', column: 'folder' }]);
    expect(encode).not.toHaveBeenCalledWith(long);
    encode.mockRestore();
  });
});
