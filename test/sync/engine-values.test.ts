/** Values that another engine can hold and this one can't. */
import { cleartext, decryptRow, defineTable, encrypted, encryptRow } from 'rowseal';
import { expect, it } from 'vitest';
import { mirroredWorld } from '../support/mirrored-devices.js';

const readings = defineTable('readings', { value: encrypted.real(), unit: encrypted.text() });

it.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is shown as NULL, and kept', async (value) => {
  const world = mirroredWorld([readings]);
  const device = await world.device('a');
  const row = encryptRow(device.vault, readings, { id: 'r1', value, unit: 'K' });
  const { id, ...sealed } = row;
  world.server.upload('elsewhere', [{ op: 'put', table: 'readings', id, row: sealed }]);
  await device.sync();
  expect(device.engine.rows('readings')).toEqual([{ id: 'r1', value: null, unit: 'K' }]);
  device.engine.update('readings', 'r1', { unit: '°C' });
  await device.sync();
  const { payload } = world.server.row('readings', 'r1') as { payload: string };
  expect(payload).not.toBe(row.payload);
  expect(decryptRow(device.vault, readings, { id, payload })).toEqual({ id, value, unit: '°C' });
});

const notes = defineTable('notes', {
  body: encrypted.text(),
  folder: cleartext.text().optional(),
  seen_at: cleartext.text().serverOwned(),
  seen: cleartext.boolean().serverOwned(),
});

it('a visible column that no engine holds is shown, and sealed, as NULL', async () => {
  const world = mirroredWorld([notes]);
  const { engine, sync } = await world.device('a');
  const device = await world.device('b');
  const odd = { folder: ['home'], seen_at: Number.POSITIVE_INFINITY, seen: true };
  device.options = {
    store: {
      ...device.store,
      async readWork(...args) {
        const work = await device.store.readWork(...args);
        const rows = work.rows.map((row) => ({
          ...row,
          sealed: row.sealed && { ...row.sealed, ...odd },
        }));
        return { ...work, rows };
      },
    },
  };
  engine.insert('notes', { id: 'n1', body: 'mine', folder: 'home' });
  await sync();
  await device.sync();
  const shown = { id: 'n1', body: 'mine', folder: 'home', seen_at: null, seen: 1 };
  expect(device.engine.rows('notes')).toEqual([shown]);
  odd.seen = false;
  world.server.hostile.change('notes', 'n1', { seen: 0 });
  await device.sync();
  expect(device.engine.rows('notes')).toEqual([{ ...shown, seen: 0 }]);
  device.engine.remove('notes', 'n1');
  await device.sync();
  expect(world.server.row('notes', 'n1')).toMatchObject({ folder: null, seen_at: null });
});

const typed = defineTable('typed', {
  json: encrypted.json().optional(),
  bigint: encrypted.bigint().optional(),
  bytes: encrypted.bytes().optional(),
  timestamp: encrypted.timestamp().optional(),
});

it.each(Object.keys(typed.columns))('a number is not sealed as %s, which is text', async (name) => {
  const world = mirroredWorld([typed]);
  const { engine, store, sync } = await world.device('a');
  engine.insert('typed', { id: 't1', [name]: 5 });
  await sync();
  expect(await store.troubled(9)).toMatchObject([
    { id: 't1', kind: 'unsealable', code: 'VALUE_UNSUPPORTED' },
  ]);
  expect(world.server.rows('typed')).toEqual([]);
});

const people = defineTable('people', {
  name: encrypted.text().nullable(),
  nickname: encrypted.text().optional(),
});

it('NULL is sealed as null in a nullable column, and as nothing in an optional one', async () => {
  const world = mirroredWorld([people]);
  const [a, b] = [await world.device('a'), await world.device('b')];
  a.engine.insert('people', { id: 'p1' });
  for (const device of [a, b]) await device.sync();
  const { payload } = world.server.row('people', 'p1') as { payload: string };
  expect(decryptRow(a.vault, people, { id: 'p1', payload })).toEqual({ id: 'p1', name: null });
  expect(b.engine.rows('people')).toEqual([{ id: 'p1', name: null, nickname: null }]);
});
