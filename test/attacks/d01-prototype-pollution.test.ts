import { afterEach, describe, expect, it } from 'vitest';
import {
  cleartext,
  decryptRow,
  decryptRowDetails,
  decryptRows,
  defineTable,
  encryptDelete,
  encrypted,
  encryptRow,
  encryptRows,
  type JsonValue,
  mergeRows,
} from '../../src/index.js';
import { cell, group, stamp } from '../support/payload-bytes.js';
import { forgeThing, TAG, thingId, things } from '../support/things.js';
import { createWorld, diary, expectHonestWorks, expectRefused, ROW } from '../support/world.js';

/** Names that mean something to JavaScript. */
const NAMES = [
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  'toJSON',
  'then',
  '__defineGetter__',
  '__lookupSetter__',
] as const;
const POLLUTION = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
const intact = Object.getOwnPropertyNames(Object.prototype);

afterEach(() => {
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(([] as { polluted?: unknown }).polluted).toBeUndefined();
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(intact);
});

describe('D01: names that mean something to JavaScript are only names', () => {
  it.each(NAMES)('a column named %s, encrypted and mirrored and bound', async (name) => {
    const { vault } = await createWorld();
    for (const column of [encrypted.text(), cleartext.text(), cleartext.text().bound()]) {
      const table = defineTable('t', { [name]: column, other: encrypted.text().optional() });
      const row = { id: 'r', [name]: 'value' };
      const sealed = encryptRow(vault, table, row as never);
      const read = decryptRow(vault, table, sealed);
      expect(Object.entries(read)).toEqual(Object.entries(row));
      const { stamps, findings } = decryptRowDetails(vault, table, sealed);
      expect(Object.keys(stamps)).toContain(name);
      expect(findings).toEqual([]);
    }
  });

  it.each(NAMES)(
    'a column %s that is not set reads as nothing, not as what is inherited',
    async (name) => {
      const { vault } = await createWorld();
      for (const column of [encrypted.text().optional(), cleartext.text().optional()]) {
        const table = defineTable('t', { [name]: column });
        const sealed = encryptRow(vault, table, { id: 'r' } as never);
        expect(Object.keys(decryptRow(vault, table, sealed))).toEqual(['id']);
        expect(decryptRowDetails(vault, table, sealed).findings).toEqual([]);
      }
    },
  );

  it.each([...NAMES, '__proto__'])('a table, a row id and a value %s', async (name) => {
    const { vault } = await createWorld();
    const table = defineTable(name, { body: encrypted.text() });
    const row = { id: name, body: name };
    const sealed = encryptRow(vault, table, row);
    expect(decryptRow(vault, table, sealed)).toEqual(row);
    const edited = encryptRows(vault, table, [{ ...row, body: 'x' }], {
      previous: new Map([[name, sealed]]),
    });
    expect(edited[0]).toMatchObject({ ok: true });
    expect(decryptRows(vault, table, [sealed])).toEqual([{ ok: true, row }]);
  });

  it('refuses a column named __proto__ when the table is defined', () => {
    const columns = JSON.parse('{"__proto__":1}');
    Object.defineProperty(columns, '__proto__', { value: encrypted.text(), enumerable: true });
    expect(() => defineTable('t', columns)).toThrow(TypeError);
    for (const name of ['id', 'payload', 'parents', 'siblings']) {
      expect(() => defineTable('t', { [name]: encrypted.text() })).toThrow(TypeError);
    }
  });

  it('refuses a row with a column that only Object.prototype has', async () => {
    const { vault } = await createWorld();
    for (const name of ['constructor', '__proto__', 'toString']) {
      const row = Object.defineProperty({ ...ROW }, name, { value: 'x', enumerable: true });
      expect(() => encryptRow(vault, diary, row)).toThrow(TypeError);
    }
  });
});

describe('D01: keys of JSON that was sealed', () => {
  const table = defineTable('t', { data: encrypted.json() });

  it('come back as own keys, __proto__ too', async () => {
    const { vault } = await createWorld();
    const nested = `[${POLLUTION},{"a":${POLLUTION}}]`;
    for (const text of [POLLUTION, nested, '{"toString":1,"hasOwnProperty":null,"then":0}']) {
      const data = JSON.parse(text) as JsonValue;
      const sealed = encryptRow(vault, table, { id: 'r', data });
      expect(JSON.stringify(decryptRow(vault, table, sealed).data)).toBe(text);
    }
  });

  it('do not pollute when somebody with the key chose them', async () => {
    const { vault } = await createWorld();
    const value = [...new TextEncoder().encode(POLLUTION)];
    const forged = forgeThing(vault, {
      groups: [group(stamp(1), [cell({ id: thingId('json'), tag: TAG.json, value })])],
    });
    const { json } = decryptRow(vault, things, forged);
    expect(Object.keys(json as object)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
  });
});

describe('D01: keys of the row that the server serves', () => {
  it('reach nothing but untrusted, which inherits nothing', async () => {
    const world = await createWorld();
    const { vault, sealed } = world;
    const served = { ...JSON.parse(POLLUTION), ...sealed };
    Object.defineProperty(served, '__proto__', { value: { polluted: 1 }, enumerable: true });
    expect(decryptRow(vault, diary, served)).toEqual(ROW);
    const { row, untrusted } = decryptRowDetails(vault, diary, served);
    expect(row).toEqual(ROW);
    expect(Object.getPrototypeOf(untrusted)).toBeNull();
    expect(Object.keys(untrusted)).toEqual(expect.arrayContaining(['__proto__', 'constructor']));
    expect(untrusted.polluted).toBeUndefined();
    await expectHonestWorks(world);
  });

  it('are not carried into what is sealed from it', async () => {
    const { vault, sealed } = await createWorld();
    const served = { ...sealed, constructor: 'x', polluted: 1 };
    Object.defineProperty(served, '__proto__', { value: { polluted: 1 }, enumerable: true });
    const edited = encryptRow(vault, diary, { ...ROW, mood: 1 }, { previous: served });
    const deleted = encryptDelete(vault, diary, served);
    const merged = mergeRows(
      vault,
      diary,
      edited,
      encryptRow(vault, diary, ROW, { previous: served }),
    );
    for (const row of [edited, deleted, merged]) {
      expect(Object.keys(row).sort()).toEqual(['folder', 'id', 'owner', 'payload']);
    }
  });

  it('are not read when they are inherited', async () => {
    const world = await createWorld();
    const { id, owner, ...rest } = world.sealed;
    for (const inherited of [{ id }, { owner }]) {
      const own = { id, owner, ...rest };
      for (const name of Object.keys(inherited)) Reflect.deleteProperty(own, name);
      const served = Object.assign(Object.create(inherited), own);
      const attack = () => decryptRow(world.vault, diary, served);
      await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED'] });
    }
  });
});
