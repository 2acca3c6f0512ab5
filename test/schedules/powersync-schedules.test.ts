/**
 * The first of the schedules over real PowerSync databases and the shipped SQL: the same story as in
 * memory, to the same end.
 *
 * One server and three databases serve all of them; each schedule has rows of its own.
 */
import { expect, it } from 'vitest';
import { memoryBackend } from './memory-backend.js';
import { orderedVaults } from './ordered-vaults.js';
import { createWorld, playSchedule } from './play-schedule.js';
import { powersyncBackend } from './powersync-backend.js';
import { scheduleOf } from './schedule.js';

const { PROPERTY_SEED = '1', PROPERTY_FACTOR = '1' } = process.env;
const FIRST = Number(PROPERTY_SEED);
const COUNT = 20 * Number(PROPERTY_FACTOR);

it(`PowerSync devices end ${COUNT} schedules as those in memory do`, async () => {
  const vaults = await orderedVaults();
  const world = createWorld(await powersyncBackend(vaults));
  for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
    const schedule = scheduleOf(seed);
    const inMemory = createWorld(await memoryBackend(vaults));
    const ending = await playSchedule(world, schedule);
    expect(ending, `schedule ${seed}`).toEqual(await playSchedule(inMemory, schedule));
  }
}, 600_000);
