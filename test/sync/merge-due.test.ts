/** A merge that waits for its time, when the device's clock is set back meanwhile. */
import { defineTable, encrypted } from 'rowseal';
import { memoryEngine, vaultForTesting } from 'rowseal/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { runMirror } from '../../src/sync/run-mirror.js';
import { mirroredWorld } from '../support/mirrored-devices.js';

const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text().optional() });
const YEAR_MS = 365 * 24 * 3600_000;

afterEach(() => void vi.useRealTimers());

it('is sent though the clock is years behind the time at which it is due', async () => {
  const world = mirroredWorld([notes]);
  const [a, b, c] = [await world.device('a'), await world.device('b'), await world.device('c')];
  a.engine.insert('notes', { id: 'n1', title: 'Title', body: 'Body' });
  for (const device of [a, b, c]) await device.sync();
  a.engine.update('notes', 'n1', { title: 'A' });
  b.engine.update('notes', 'n1', { body: 'B' });
  await a.sync();
  await b.sync();
  // Neither of the two comes back: the third has to merge what they wrote.
  await c.sync();
  const { nextDue } = await c.store.counts();
  expect(nextDue).toBeGreaterThan(world.clock.now);
  const uploads = world.server.uploadCount('notes', 'n1', 'c');
  world.clock.now -= YEAR_MS;
  await c.sync();
  expect(world.server.uploadCount('notes', 'n1', 'c')).toBe(uploads + 1);
  expect((await c.store.counts()).due).toBe(0);
});

it('is waited for in steps that a timer can count', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const store = memoryEngine([notes]).store();
  let counts = 0;
  const ahead = {
    ...store,
    onWork: () => () => {},
    async counts() {
      counts++;
      return { ...(await store.counts()), due: 1, nextDue: Date.now() + YEAR_MS };
    },
  };
  const { vault } = vaultForTesting('merge due');
  const settings = { vault, tables: [notes], deletes: 'sealed' as const };
  const mirror = await runMirror(ahead, { ...settings, firstSync: Promise.resolve() });
  await mirror.flush();
  const before = counts;
  await vi.advanceTimersByTimeAsync(59_000);
  expect(counts).toBe(before);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(counts).toBe(before + 1);
  await mirror.close();
});
