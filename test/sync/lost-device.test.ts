/** A device that uploads and never comes back, and another one that had not heard of it. */
import { defineTable, encrypted } from 'rowseal';
import { memoryServer } from 'rowseal/testing';
import { describe, expect, it } from 'vitest';
import { type MirroredDevice, mirroredWorld } from '../support/mirrored-devices.js';

const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text() });
const NOTE = { id: 'n1', title: 'Title', body: 'Body' };

async function syncAll(...devices: MirroredDevice[]): Promise<void> {
  for (let round = 0; round < 3; round++) for (const device of devices) await device.sync();
}

/** One device uploads what it writes and is gone; the other writes offline, and uploads later. */
async function afterLoss(
  lost: (device: MirroredDevice) => void,
  other: (device: MirroredDevice) => void,
  server = memoryServer([notes]),
) {
  const world = mirroredWorld([notes], server);
  const [gone, left] = [await world.device('gone'), await world.device('left')];
  gone.engine.insert('notes', NOTE);
  await syncAll(gone, left);
  world.clock.now += 1000;
  lost(gone);
  await gone.settle();
  gone.send();
  world.clock.now += 1000;
  other(left);
  await left.settle();
  left.send();
  const fresh = await world.device('fresh');
  await syncAll(left, fresh);
  world.clock.now += 60_000;
  await syncAll(left, fresh);
  expect(fresh.engine.rows('notes')).toEqual(left.engine.rows('notes'));
  return { rows: left.engine.rows('notes'), uploads: server.uploadCount('notes', 'n1') };
}

const edit = (changes: object) => (device: MirroredDevice) =>
  device.engine.update('notes', 'n1', { ...changes });

describe('the edit of a device that is lost', () => {
  it('survives an overwrite that did not see it', async () => {
    const { rows, uploads } = await afterLoss(edit({ title: 'Lost' }), edit({ body: 'Left' }));
    expect(rows).toEqual([{ id: 'n1', title: 'Lost', body: 'Left' }]);
    expect(uploads).toBe(1 + 3);
  });

  it('gives way in a column that was written later', async () => {
    const { rows } = await afterLoss(
      edit({ title: 'Lost', body: 'Lost' }),
      edit({ title: 'Left' }),
    );
    expect(rows).toEqual([{ id: 'n1', title: 'Left', body: 'Lost' }]);
  });

  it('survives as a delete', async () => {
    const { rows } = await afterLoss(
      ({ engine }) => engine.remove('notes', 'n1'),
      edit({ body: 'Left' }),
    );
    expect(rows).toEqual([]);
  });

  it('is lost on a server that keeps no siblings', async () => {
    const { rows } = await afterLoss(
      edit({ title: 'Lost' }),
      edit({ body: 'Left' }),
      memoryServer([notes], { siblings: false }),
    );
    expect(rows).toEqual([{ ...NOTE, body: 'Left' }]);
  });
});
