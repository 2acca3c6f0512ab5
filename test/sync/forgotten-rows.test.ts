/**
 * Edits of rows that the device can't find as it noted them: something wrote the sealed table past
 * the triggers, as an app does that writes to it by mistake.
 */
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

async function syncAll(...devices: MirroredDevice[]): Promise<void> {
  for (let round = 0; round < 3; round++) for (const device of devices) await device.sync();
}

/** The queue forgets what was replaced. */
function withoutBases({ store }: MirroredDevice): MirroredDevice['options'] {
  return {
    store: {
      ...store,
      async readWork(...args) {
        const work = await store.readWork(...args);
        const rows = work.rows.map((row) => ({
          ...row,
          entries: row.entries.map((entry) =>
            entry.dir === 'in' ? { ...entry, base: null } : entry,
          ),
        }));
        return { ...work, rows };
      },
    },
  };
}

beforeEach(async () => {
  world = mirroredWorld([notes]);
  a = await world.device('a');
  b = await world.device('b');
  a.engine.insert('notes', NOTE);
  await syncAll(a, b);
  world.clock.now += 1000;
  a.engine.update('notes', 'n1', { body: 'Remote' });
  await a.sync();
  world.clock.now += 1000;
  b.options = withoutBases(b);
});

describe('a row that is not found as it was noted', () => {
  it('keeps what is in place of the columns that an edit leaves alone', async () => {
    b.engine.update('notes', 'n1', { title: 'Mine' });
    b.receive();
    await syncAll(b, a);
    const expected = [{ id: 'n1', title: 'Mine', body: 'Remote' }];
    expect(b.engine.rows('notes')).toEqual(expected);
    expect(a.engine.rows('notes')).toEqual(expected);
  });

  it('is deleted all the same', async () => {
    b.engine.remove('notes', 'n1');
    b.receive();
    await syncAll(b, a);
    expect(b.engine.rows('notes')).toEqual([]);
    expect(a.engine.rows('notes')).toEqual([]);
  });
});
