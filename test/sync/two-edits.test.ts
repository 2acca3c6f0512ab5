/** Promise 10 at its smallest: two edits at once, in every order of sending and receiving. */
import { defineTable, encrypted } from 'rowseal';
import { expect, it } from 'vitest';
import { type MirroredDevice, mirroredWorld } from '../support/mirrored-devices.js';

const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text() });
const NOTE = { id: 'n1', title: 'Title', body: 'Body' };
const MOST_UPLOADS = 4;

/** What each device does in turn, as often as it takes until nothing is left. */
const STEPS: readonly ((device: MirroredDevice) => Promise<void>)[] = [
  async (device) => {
    await device.settle();
    device.send();
  },
  async (device) => {
    device.receive();
    await device.settle();
  },
];
const TURNS = 5;
/** Longer than a merge is left to the other device, or not at all. */
const PACES_MS = [0, 11_000];

/** Every order of the turns of two devices: who is next, as 0 or 1. */
function orders(left: readonly [number, number]): number[][] {
  if (left[0] + left[1] === 0) return [[]];
  const after = (who: 0 | 1) => {
    const next: [number, number] = who === 0 ? [left[0] - 1, left[1]] : [left[0], left[1] - 1];
    return orders(next).map((order) => [who, ...order]);
  };
  return [...(left[0] > 0 ? after(0) : []), ...(left[1] > 0 ? after(1) : [])];
}

/** `first` is the step with which the second device begins. */
async function uploadsIn(order: readonly number[], pace: number, first: number): Promise<number> {
  const world = mirroredWorld([notes]);
  const devices = [await world.device('a'), await world.device('b')] as const;
  const [a, b] = devices;
  a.engine.insert('notes', NOTE);
  for (const device of devices) await device.sync();
  const before = world.server.uploadCount('notes', 'n1');
  a.engine.update('notes', 'n1', { title: 'A' });
  b.engine.update('notes', 'n1', { body: 'B' });
  const turns = [0, first];
  for (const who of order) {
    const step = STEPS[(turns[who] as number) % STEPS.length];
    await step?.(devices[who] as MirroredDevice);
    turns[who] = (turns[who] as number) + 1;
    world.clock.now += pace;
  }
  for (let round = 0; round < 3; round++) {
    for (const device of devices) await device.sync();
    world.clock.now += 60_000;
  }
  for (const { engine } of devices) {
    expect(engine.rows('notes')).toEqual([{ id: 'n1', title: 'A', body: 'B' }]);
  }
  return world.server.uploadCount('notes', 'n1') - before;
}

it('two edits at once cost four uploads at most, in whatever order', async () => {
  const counts = new Set<number>();
  for (const order of orders([TURNS, TURNS])) {
    for (const pace of PACES_MS) {
      for (const first of STEPS.keys()) {
        const uploads = await uploadsIn(order, pace, first);
        expect(uploads, order.join('')).toBeLessThanOrEqual(MOST_UPLOADS);
        counts.add(uploads);
      }
    }
  }
  // Who saw the other's edit merges it into its own; else one device sends the merge, or both do.
  expect([...counts].sort()).toEqual([2, 3, 4]);
});
