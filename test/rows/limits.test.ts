import { describe, expect, it } from 'vitest';
import {
  cleartext,
  decryptRow,
  defineTable,
  encryptDelete,
  encrypted,
  encryptRow,
  mergeRows,
  tryDecryptRow,
} from '../../src/index.js';
import { type Bytes, bigEndian, cell, group, stamp, varint } from '../support/payload-bytes.js';
import { EMPTY_THING, forgeThing, TAG, thingId, things } from '../support/things.js';
import { createWorld, expectRefused } from '../support/world.js';

const world = await createWorld();
const { vault } = world;
const AT = stamp(1_700_000_000_000);

describe('a bound value', () => {
  const chat = defineTable('chat', { body: encrypted.text(), room: cleartext.text().bound() });
  const row = { id: 'c', body: 'hello', room: 'é'.repeat(512) };
  const longer = { ...row, room: `${row.room}a` };
  const codes = ['VALUE_UNSUPPORTED'] as const;

  it('has at most 1,024 bytes when a row is inserted, the first time and after a delete', async () => {
    const sealed = encryptRow(vault, chat, row);
    expect(decryptRow(vault, chat, sealed)).toEqual(row);
    await expectRefused(world, () => encryptRow(vault, chat, longer), { codes });
    const previous = encryptDelete(vault, chat, sealed);
    await expectRefused(world, () => encryptRow(vault, chat, longer, { previous }), { codes });
  });

  it('keeps the length that it had before its column was bound', () => {
    const mirrored = defineTable('chat', { body: encrypted.text(), room: cleartext.text() });
    const bound = defineTable('chat', chat.columns, { earlierBoundSets: [[]] });
    const previous = encryptRow(vault, mirrored, longer);
    const edited = encryptRow(vault, bound, { ...longer, body: 'edited' }, { previous });
    expect(decryptRow(vault, bound, edited)).toEqual({ ...longer, body: 'edited' });
  });
});

describe('the columns of a payload, those of other versions of the app counted', () => {
  const first = defineTable('wide', manyColumns('old', 200));
  const second = defineTable('wide', manyColumns('new', 57));
  const previous = encryptRow(vault, first, withColumns('old', 200));

  it('are at most 256', async () => {
    const row = withColumns('new', 56);
    const edited = encryptRow(vault, second, row, { previous });
    expect(decryptRow(vault, second, edited)).toEqual(row);
    expect(decryptRow(vault, first, edited)).toEqual(withColumns('old', 200));
  });

  it('are refused beyond, and the row stays as it was', async () => {
    const attack = () => encryptRow(vault, second, withColumns('new', 57), { previous });
    await expectRefused(world, attack, { codes: ['LIMIT_EXCEEDED'] });
    expect(decryptRow(vault, first, previous)).toEqual(withColumns('old', 200));
  });
});

describe('the extensions of two versions that are merged', () => {
  it('are 16 together, or the merge is refused', async () => {
    const one = withExtensions([1, 2, 3, 4, 5, 6, 7, 8]);
    const fits = withExtensions([9, 10, 11, 12, 13, 14, 15, 16]);
    const merged = mergeRows(vault, things, one, fits);
    expect(decryptRow(vault, things, merged)).toEqual(EMPTY_THING);
    expect(mergeRows(vault, things, merged, fits)).toBe(merged);
    const tooMany = withExtensions([9, 10, 11, 12, 13, 14, 15, 16, 17]);
    const attack = () => mergeRows(vault, things, one, tooMany);
    await expectRefused(world, attack, { codes: ['LIMIT_EXCEEDED'] });
  });
});

describe('the life counter', () => {
  const LAST = 2 ** 31 - 2;

  it('leaves room to delete whatever lives', () => {
    const living = forgeThing(vault, { life: varint(LAST - 1), groups: [emptyText()] });
    const deleted = encryptDelete(vault, things, living);
    const refused = { ok: false, error: { code: 'ROW_DELETED' } };
    expect(tryDecryptRow(vault, things, deleted)).toMatchObject(refused);
  });

  it('ends there: the row can be inserted again under another id only', async () => {
    const previous = forgeThing(vault, { life: varint(LAST), groups: [group(AT, [])] });
    const attack = () => encryptRow(vault, things, EMPTY_THING, { previous });
    await expectRefused(world, attack, { codes: ['LIMIT_EXCEEDED'] });
  });
});

function manyColumns(name: string, count: number) {
  const column = encrypted.boolean().optional();
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}${i}`, column]));
}

/** A row with that many columns set, of a table whose columns the compiler can't name. */
function withColumns(name: string, count: number): never {
  const values = Array.from({ length: count }, (_, i) => [`${name}${i}`, true]);
  return { id: 'w', ...Object.fromEntries(values) } as never;
}

function withExtensions(ids: readonly number[]) {
  const list: Bytes = ids.flatMap((id) => [...bigEndian(id, 2), 0, 0]);
  return forgeThing(vault, { extensions: [ids.length, ...list], groups: [emptyText()] });
}

function emptyText(): Bytes {
  return group(AT, [cell({ id: thingId('text'), tag: TAG.text, value: [] })]);
}
