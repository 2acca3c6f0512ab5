/**
 * Random schedules over the engine in memory.
 *
 * To look further: `PROPERTY_SEED=1001 PROPERTY_FACTOR=50 npx vitest run test/schedules/memory`.
 */
import { expect, it } from 'vitest';
import { memoryBackend } from './memory-backend.js';
import { orderedVaults } from './ordered-vaults.js';
import { createWorld, playSchedule } from './play-schedule.js';
import { scheduleOf } from './schedule.js';

const { PROPERTY_SEED = '1', PROPERTY_FACTOR = '1' } = process.env;
const FIRST = Number(PROPERTY_SEED);
const COUNT = 1000 * Number(PROPERTY_FACTOR);

it(`devices and server agree at the end of ${COUNT} schedules, and then are silent`, async () => {
  const vaults = await orderedVaults();
  let settled = 0;
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const world = createWorld(await memoryBackend(vaults));
    const { settling } = await playSchedule(world, scheduleOf(seed));
    if (settling.some((uploads) => uploads > 1)) settled++;
  }
  // The schedules are worth something: most of them leave rows that take several uploads to settle.
  expect(settled).toBeGreaterThan(COUNT / 2);
}, 600_000);

it('a server that keeps no siblings does not get through them', async () => {
  const vaults = await orderedVaults();
  const play = async () => {
    for (let seed = 1; seed <= 50; seed++) {
      const world = createWorld(await memoryBackend(vaults, { siblings: false }));
      await playSchedule(world, scheduleOf(seed));
    }
  };
  await expect(play()).rejects.toThrow(/^Schedule \d+ fails at its end: Device/);
});
