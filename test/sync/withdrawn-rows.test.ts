/** Rows that sync took away from a device, when the app or the server come back to them. */
import { defineTable, encrypted } from 'rowseal';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RowName } from '../../src/sync/row-name.js';
import { runMirror } from '../../src/sync/run-mirror.js';
import {
  type MirroredDevice,
  type MirroredWorld,
  mirroredWorld,
} from '../support/mirrored-devices.js';

const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text().optional() });
const NOTE = { id: 'n1', title: 'Title', body: 'Body' };

let world: MirroredWorld;
let a: MirroredDevice;
let b: MirroredDevice;

beforeEach(async () => {
  world = mirroredWorld([notes]);
  a = await world.device('a');
  b = await world.device('b');
  a.engine.insert('notes', NOTE);
  await syncAll(a, b);
  world.clock.now += 1000;
});

async function syncAll(...devices: MirroredDevice[]): Promise<void> {
  for (let round = 0; round < 3; round++) for (const device of devices) await device.sync();
}

describe('a row that was deleted before sync took it away', () => {
  it('is no trouble, and stays deleted when the server serves it as it was', async () => {
    a.engine.remove('notes', 'n1');
    await syncAll(a, b);
    world.server.hostile.drop('notes', 'n1');
    await syncAll(a, b);
    for (const { store } of [a, b]) expect(await store.troubled(9)).toEqual([]);
    world.server.hostile.replay('notes', 'n1', 0);
    await syncAll(a, b);
    for (const { engine } of [a, b]) expect(engine.rows('notes')).toEqual([]);
  });
});

describe('an id that is inserted again while its row is withdrawn', () => {
  it('has what was inserted, and nothing of what was there', async () => {
    world.server.scope('b', 'notes', 'n1', false);
    await b.sync();
    b.engine.insert('notes', { id: 'n1', title: 'New' });
    await b.settle();
    expect(b.engine.rows('notes')).toEqual([{ id: 'n1', title: 'New', body: null }]);
    world.server.scope('b', 'notes', 'n1', true);
    await syncAll(b, a);
    expect(b.engine.rows('notes')).toEqual([{ id: 'n1', title: 'New', body: null }]);
    expect(a.engine.rows('notes')).toEqual(b.engine.rows('notes'));
  });

  it('is not stamped where it says the same', async () => {
    world.server.scope('b', 'notes', 'n1', false);
    await b.sync();
    b.engine.insert('notes', { id: 'n1', title: 'New', body: 'Body' });
    a.engine.update('notes', 'n1', { body: 'Remote' });
    await a.sync();
    await b.sync();
    world.server.scope('b', 'notes', 'n1', true);
    await syncAll(b, a);
    expect(b.engine.rows('notes')).toEqual([{ id: 'n1', title: 'New', body: 'Remote' }]);
    expect(a.engine.rows('notes')).toEqual(b.engine.rows('notes'));
  });
});

describe('a withdrawn row that is sent again, since the app asks for it', () => {
  const N1 = { table: 'notes', id: 'n1' };
  const OTHER = { id: 'n2', title: 'Other', body: null };

  beforeEach(async () => {
    b.engine.update('notes', 'n1', { body: 'Edited' });
    a.engine.insert('notes', { id: 'n2', title: 'Other' });
    await syncAll(a, b);
    for (const id of ['n1', 'n2']) world.server.hostile.drop('notes', id);
    await syncAll(a, b);
  });

  it('comes back to all devices as it was, and no other row does', async () => {
    expect(a.engine.rows('notes')).toEqual([]);
    await a.store.retryWithdrawn([N1]);
    await syncAll(a, b);
    for (const { engine, store } of [a, b]) {
      expect(engine.rows('notes')).toEqual([{ ...NOTE, body: 'Edited' }]);
      expect(await store.troubled(9)).toMatchObject([{ id: 'n2', kind: 'withdrawn' }]);
    }
  });

  it('is sent once for each time that it is asked for', async () => {
    const before = world.server.uploadCount('notes', 'n1');
    await a.store.retryWithdrawn([N1]);
    await syncAll(a, b);
    world.server.hostile.drop('notes', 'n1');
    await syncAll(a, b);
    expect(world.server.uploadCount('notes', 'n1')).toBe(before + 1);
    expect(await a.store.troubled(9)).toMatchObject([{ id: 'n1' }, { id: 'n2' }]);
    await a.store.retryWithdrawn([N1]);
    await syncAll(a, b);
    expect(world.server.uploadCount('notes', 'n1')).toBe(before + 2);
    expect(b.engine.rows('notes')).toEqual([{ ...NOTE, body: 'Edited' }]);
  });

  it('merges with what another device sends of it', async () => {
    await a.store.retryWithdrawn([N1]);
    await b.store.retryWithdrawn([N1, { ...N1, id: 'n2' }]);
    world.clock.now += 1000;
    b.engine.insert('notes', { id: 'n1', title: 'New' });
    await syncAll(a, b, a);
    const expected = [{ id: 'n1', title: 'New', body: null }, OTHER];
    for (const { engine } of [a, b]) expect(engine.rows('notes')).toEqual(expected);
  });

  it('is not sent when it is back already', async () => {
    world.server.hostile.replay('notes', 'n1', 1);
    await syncAll(a, b);
    const before = world.server.uploadCount('notes', 'n1');
    await a.store.retryWithdrawn([N1]);
    await syncAll(a, b);
    expect(world.server.uploadCount('notes', 'n1')).toBe(before);
    expect(a.engine.rows('notes')).toEqual([{ ...NOTE, body: 'Edited' }]);
  });

  it('is not sent when it comes back before its turn', async () => {
    const before = world.server.uploadCount('notes', 'n1');
    await a.store.retryWithdrawn([N1]);
    world.server.hostile.replay('notes', 'n1', 1);
    a.receive();
    await syncAll(a, b);
    expect(world.server.uploadCount('notes', 'n1')).toBe(before);
    expect(a.engine.rows('notes')).toEqual([{ ...NOTE, body: 'Edited' }]);
    expect(await a.store.counts()).toMatchObject({ out: 0 });
  });

  it('is not brought back once it was deleted', async () => {
    await a.store.retryWithdrawn([N1]);
    await syncAll(a, b);
    a.engine.remove('notes', 'n1');
    await syncAll(a, b);
    world.server.hostile.drop('notes', 'n1');
    await syncAll(a, b);
    await a.store.retryWithdrawn([N1]);
    expect(await a.settle()).toBe(0);
    expect(a.engine.rows('notes')).toEqual([]);
  });
});

describe('a row that another device deleted while it was withdrawn here', () => {
  let before: number;

  beforeEach(async () => {
    world.server.scope('b', 'notes', 'n1', false);
    await b.sync();
    a.engine.remove('notes', 'n1');
    await a.sync();
    before = world.server.uploadCount('notes', 'n1');
    await b.store.retryWithdrawn([{ table: 'notes', id: 'n1' }]);
  });

  it('stays deleted everywhere when it is sent again, and that ends', async () => {
    for (let minute = 0; minute < 5; minute++) {
      await syncAll(b, a);
      if (minute === 2) world.server.scope('b', 'notes', 'n1', true);
      world.clock.now += 60_000;
    }
    for (const { engine } of [a, b]) expect(engine.rows('notes')).toEqual([]);
    expect(world.server.uploadCount('notes', 'n1') - before).toBeLessThanOrEqual(2);
  });

  it('is not sent at all when the delete comes first', async () => {
    world.server.scope('b', 'notes', 'n1', true);
    b.receive();
    await syncAll(b, a);
    for (const { engine } of [a, b]) expect(engine.rows('notes')).toEqual([]);
    expect(world.server.uploadCount('notes', 'n1')).toBe(before);
  });
});

it.each([['n1'], [null], [{ id: 'n1' }], [{ table: 'notes', id: 1 }]])(
  'a withdrawn row named as %j is refused, since nobody would send it',
  async (name) => {
    const settings = { vault: a.vault, tables: [notes], deletes: 'sealed' } as const;
    const mirror = await runMirror(a.store, { ...settings, firstSync: Promise.resolve() });
    const withdrawn = [name] as readonly unknown[] as readonly RowName[];
    const refused = new TypeError('Give withdrawn: a list of { table, id }.');
    await expect(mirror.retry({ withdrawn })).rejects.toThrow(refused);
    await mirror.close();
  },
);

it('a row whose delete by the engine was refused is withdrawn like any other', async () => {
  b.options = { deletes: 'engine' };
  world.server.hostile.refuse('notes', 'n1', true);
  b.engine.remove('notes', 'n1');
  await syncAll(b);
  expect(b.engine.rows('notes')).toEqual([NOTE]);
  expect(await b.store.troubled(9)).toMatchObject([{ id: 'n1', kind: 'rejected' }]);
  world.server.scope('b', 'notes', 'n1', false);
  await syncAll(b);
  expect(b.engine.rows('notes')).toEqual([]);
  expect(await b.store.troubled(9)).toMatchObject([{ id: 'n1', kind: 'withdrawn' }]);
});
