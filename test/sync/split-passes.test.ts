/** Rows whose writes do not fit one pass, and writes of the app's that come while one runs. */
import { defineTable, encrypted } from 'rowseal';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type MirroredDevice,
  type MirroredWorld,
  mirroredWorld,
} from '../support/mirrored-devices.js';

const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text().optional() });
const NOTE = { id: 'n1', title: 'Title', body: 'Body' };
const DAY_MS = 24 * 3600_000;

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

/** Sets columns of rows, each in a transaction of its own, and lets passes end between them. */
async function writeApart(
  device: MirroredDevice,
  ...writes: readonly (() => void)[]
): Promise<void> {
  const ends: number[] = [];
  for (const write of writes) {
    write();
    ends.push(await device.store.lastSeq());
  }
  device.options = { limit: 1, ends };
}

describe('writes to one row in several passes', () => {
  it("leave Tuesday's remote edit in place that Monday's did not see", async () => {
    a.engine.insert('notes', NOTE);
    a.engine.insert('notes', { ...NOTE, id: 'n2' });
    await syncAll(a, b);
    await writeApart(
      a,
      () => a.engine.update('notes', 'n1', { body: 'Monday' }),
      () => a.engine.update('notes', 'n2', { title: 'Monday' }),
      () => a.engine.update('notes', 'n1', { title: 'Monday' }),
    );
    world.clock.now += DAY_MS;
    b.engine.update('notes', 'n1', { title: 'Tuesday' });
    await b.sync();
    world.clock.now += DAY_MS;
    a.receive();
    await syncAll(a, b);
    const expected = { id: 'n1', title: 'Tuesday', body: 'Monday' };
    expect(a.engine.row('notes', 'n1')).toEqual(expected);
    expect(b.engine.row('notes', 'n1')).toEqual(expected);
  });

  it('bring what arrived to the plaintext, even when they add up to nothing', async () => {
    a.engine.insert('notes', NOTE);
    await a.sync();
    b.receive();
    await writeApart(
      b,
      () => b.engine.insert('notes', { ...NOTE, id: 'n2' }),
      () => b.engine.insert('notes', { ...NOTE, title: 'Mine' }),
      () => b.engine.remove('notes', 'n1'),
    );
    await syncAll(b, a);
    expect(b.engine.row('notes', 'n1')).toEqual(NOTE);
  });

  it('keep an insert that finds another device has inserted the row', async () => {
    world.clock.now += 10;
    a.engine.insert('notes', NOTE);
    await a.sync();
    world.clock.now += 10;
    b.receive();
    await writeApart(
      b,
      () => b.engine.insert('notes', { ...NOTE, title: 'Mine' }),
      () => b.engine.insert('notes', { ...NOTE, id: 'n2' }),
      () => b.engine.update('notes', 'n1', { body: 'Mine' }),
    );
    await syncAll(b, a);
    expect(b.engine.row('notes', 'n1')).toEqual({ id: 'n1', title: 'Mine', body: 'Mine' });
    expect(a.engine.rows('notes')).toEqual(b.engine.rows('notes'));
  });
});

describe('writes that come while a pass runs', () => {
  it('do not keep what arrived out of the plaintext when they add up to nothing', async () => {
    a.engine.insert('notes', NOTE);
    await syncAll(a, b);
    a.engine.update('notes', 'n1', { body: 'Remote' });
    await a.sync();
    b.receive();
    let isFirst = true;
    b.options = {
      store: {
        ...b.store,
        async readWork(...args) {
          const work = await b.store.readWork(...args);
          if (isFirst) {
            b.engine.update('notes', 'n1', { title: 'Other' });
            b.engine.update('notes', 'n1', { title: NOTE.title });
          }
          isFirst = false;
          return work;
        },
      },
    };
    await b.settle();
    expect(b.engine.rows('notes')).toEqual([{ ...NOTE, body: 'Remote' }]);
  });
});
