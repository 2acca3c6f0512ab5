/** What a row in trouble leaves in the queue: the app's own writes, and no more for each arrival. */
import { defineTable, encrypted } from 'rowseal';
import { beforeEach, expect, it } from 'vitest';
import type { QueueEntry } from '../../src/sync/sync-store.js';
import {
  type MirroredDevice,
  type MirroredWorld,
  mirroredWorld,
} from '../support/mirrored-devices.js';

const notes = defineTable('notes', { title: encrypted.text() });

let world: MirroredWorld;
let a: MirroredDevice;
let b: MirroredDevice;

beforeEach(async () => {
  world = mirroredWorld([notes]);
  a = await world.device('a');
  b = await world.device('b');
  a.engine.insert('notes', { id: 'n1', title: 'Title' });
  for (let round = 0; round < 2; round++) for (const device of [a, b]) await device.sync();
});

/** What the server has, under a key that there is not. */
function underAnotherKey(): string {
  const payload = String(world.server.row('notes', 'n1')?.payload);
  return payload.slice(0, 2) + 'z'.repeat(60) + payload.slice(62);
}

/** Every entry that the row has. */
async function entries(): Promise<readonly QueueEntry[]> {
  await b.store.release();
  const { rows } = await b.store.readWork(9, world.clock.now, []);
  return rows.flatMap((row) => row.entries);
}

async function arrive(changes: Readonly<Record<string, string>>): Promise<void> {
  world.server.hostile.change('notes', 'n1', changes);
  b.receive();
  await b.settle();
}

it('a row that does not open is looked at once more, however often it was served', async () => {
  for (let times = 0; times < 20; times++) await arrive({ payload: `garbage ${times}` });
  expect(await b.store.troubled(9)).toMatchObject([{ id: 'n1', kind: 'quarantined' }]);
  expect((await entries()).map(({ dir }) => dir)).toEqual(['show']);
});

it('a row that waits for a key keeps the writes of the app alone', async () => {
  b.engine.update('notes', 'n1', { title: 'Mine' });
  for (let times = 0; times < 20; times++) {
    await arrive({ payload: underAnotherKey(), siblings: `${times}` });
  }
  expect(await b.store.troubled(9)).toMatchObject([{ id: 'n1', kind: 'waiting' }]);
  expect((await entries()).map(({ dir }) => dir)).toEqual(['out']);
  world.server.hostile.replay('notes', 'n1', 0);
  for (const device of [b, b, a]) await device.sync();
  expect(a.engine.rows('notes')).toEqual([{ id: 'n1', title: 'Mine' }]);
});

it('a row beside which something waits for a key is looked at once more', async () => {
  await arrive({ siblings: underAnotherKey() });
  for (let times = 0; times < 20; times++) {
    world.clock.now += 1000;
    b.engine.update('notes', 'n1', { title: `${times}` });
    await b.sync();
  }
  expect(await b.store.troubled(9)).toMatchObject([{ id: 'n1', kind: 'waiting' }]);
  expect((await entries()).map(({ dir }) => dir)).toEqual(['show']);
});
