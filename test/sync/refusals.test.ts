/** Rows that the server refuses for good or takes away, and what is sent of them again. */
import { defineTable, encrypted } from 'rowseal';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type MirroredDevice,
  type MirroredWorld,
  mirroredWorld,
} from '../support/mirrored-devices.js';

const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text() });
const NOTE = { id: 'n1', title: 'Title', body: 'Body' };

let world: MirroredWorld;
let a: MirroredDevice;
let b: MirroredDevice;

beforeEach(async () => {
  world = mirroredWorld([notes]);
  a = await world.device('a');
  b = await world.device('b');
});

async function syncAll(...devices: MirroredDevice[]): Promise<void> {
  for (let round = 0; round < 3; round++) for (const device of devices) await device.sync();
}

describe('a refused row that is sent again on request', () => {
  it('is sent while it still stands on the device as it was refused', async () => {
    world.server.hostile.refuse('notes', 'n1', true);
    a.engine.insert('notes', NOTE);
    await a.settle();
    a.send();
    await a.store.retryRejected();
    world.server.hostile.refuse('notes', 'n1', false);
    await syncAll(a, b);
    expect(a.engine.rows('notes')).toEqual([NOTE]);
    expect(b.engine.rows('notes')).toEqual([NOTE]);
  });

  it('is asked for once, and kept when it is refused again', async () => {
    world.server.hostile.refuse('notes', 'n1', true);
    a.engine.insert('notes', NOTE);
    await syncAll(a, b);
    await a.store.retryRejected();
    await syncAll(a, b);
    world.clock.now += 60_000;
    await syncAll(a, b);
    expect(world.server.uploadCount('notes', 'n1')).toBe(2);
    expect(a.engine.rows('notes')).toEqual([NOTE]);
  });
});

describe('a row that leaves the scope of a device', () => {
  it('takes a merge along that falls due then', async () => {
    a.engine.insert('notes', NOTE);
    await syncAll(a, b);
    a.engine.update('notes', 'n1', { title: 'A' });
    b.engine.update('notes', 'n1', { body: 'B' });
    await a.settle();
    a.send();
    await b.settle();
    b.send();
    a.receive();
    await a.settle();
    expect((await a.store.counts()).due).toBe(1);
    world.server.scope('a', 'notes', 'n1', false);
    const sent = world.server.uploadCount('notes', 'n1', 'a');
    world.clock.now += 60_000;
    a.receive();
    await syncAll(a);
    expect(a.engine.rows('notes')).toEqual([]);
    expect(world.server.uploadCount('notes', 'n1', 'a')).toBe(sent);
  });
});
