/** Rows that sync took away from a device, when the app or the server come back to them. */
import { defineTable, encrypted } from 'rowseal';
import { beforeEach, describe, expect, it } from 'vitest';
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
