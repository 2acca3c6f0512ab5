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

  it('is sent when that is asked for while a pass has it in hand', async () => {
    world.server.hostile.refuse('notes', 'n1', true);
    a.engine.insert('notes', NOTE);
    await a.settle();
    a.send();
    a.receive();
    let isFirst = true;
    a.options = {
      store: {
        ...a.store,
        async writeOutcomes(...args) {
          if (isFirst) await a.store.retryRejected();
          isFirst = false;
          return a.store.writeOutcomes(...args);
        },
      },
    };
    world.server.hostile.refuse('notes', 'n1', false);
    await syncAll(a, b);
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

describe('a refusal', () => {
  it('is told until the row is queued for upload again', async () => {
    world.server.hostile.refuse('notes', 'n1', true);
    a.engine.insert('notes', NOTE);
    await syncAll(a);
    await a.store.retryRejected();
    expect(await a.store.troubled(9)).toMatchObject([{ id: 'n1', kind: 'rejected' }]);
    await a.settle();
    expect(await a.store.troubled(9)).toEqual([]);
    expect(a.engine.nextUpload()?.writes).toMatchObject([{ id: 'n1' }]);
  });

  it('is told while the row waits for a key, with which it is sent', async () => {
    a.engine.insert('notes', NOTE);
    await syncAll(a, b);
    world.server.hostile.refuse('notes', 'n1', true);
    a.engine.update('notes', 'n1', { title: 'Mine' });
    await syncAll(a);
    const payload = String(world.server.row('notes', 'n1')?.payload);
    const underAnotherKey = payload.slice(0, 2) + 'z'.repeat(60) + payload.slice(62);
    world.server.hostile.change('notes', 'n1', { payload: underAnotherKey });
    await a.sync();
    await a.store.release();
    await a.store.retryRejected();
    await a.settle();
    expect(await a.store.troubled(9)).toMatchObject([{ kind: 'waiting' }, { kind: 'rejected' }]);
    world.server.hostile.refuse('notes', 'n1', false);
    world.server.hostile.change('notes', 'n1', { payload });
    await syncAll(a, b);
    expect(await a.store.troubled(9)).toEqual([]);
    expect(b.engine.row('notes', 'n1')?.title).toBe('Mine');
  });
});

describe('an edit that is refused each time', () => {
  it('is sent at each retry', async () => {
    a.engine.insert('notes', NOTE);
    await syncAll(a, b);
    world.server.hostile.refuse('notes', 'n1', true);
    a.engine.update('notes', 'n1', { title: 'Mine' });
    await syncAll(a);
    for (let times = 1; times <= 3; times++) {
      if (times === 3) world.server.hostile.refuse('notes', 'n1', false);
      await a.store.retryRejected();
      await syncAll(a);
      expect(world.server.uploadCount('notes', 'n1')).toBe(2 + times);
      expect(await a.store.troubled(9)).toHaveLength(times === 3 ? 0 : 1);
    }
    await b.sync();
    expect(b.engine.row('notes', 'n1')?.title).toBe('Mine');
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
