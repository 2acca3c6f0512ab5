/** Passes in which sync writes a row again and again before it can be written. */
import { defineTable, encrypted } from 'rowseal';
import { expect, it } from 'vitest';
import { runMirror } from '../../src/sync/run-mirror.js';
import { mirroredWorld } from '../support/mirrored-devices.js';

const notes = defineTable('notes', { title: encrypted.text() });
const ROWS = 40;
const ROUNDS = 20;

it('a row that changes all the time does not make the others be sealed again each time', async () => {
  const world = mirroredWorld([notes]);
  const [a, b] = [await world.device('a'), await world.device('b')];
  a.engine.insert('notes', { id: 'n1', title: 'Title' });
  for (const device of [a, b]) await device.sync();
  b.engine.update('notes', 'n1', { title: 'Mine' });
  for (let row = 0; row < ROWS; row++) b.engine.insert('notes', { id: `m${row}`, title: 'New' });
  let rounds = 0;
  const passes: number[] = [];
  const mirror = await runMirror(
    {
      ...b.store,
      async writeOutcomes(outcomes, snapshot) {
        if (rounds++ < ROUNDS) {
          world.server.hostile.change('notes', 'n1', { parents: '' });
          b.receive();
        }
        const result = await b.store.writeOutcomes(outcomes, snapshot);
        if (result === 'written') passes.push(outcomes.length);
        return result;
      },
    },
    { vault: b.vault, tables: [notes], deletes: 'sealed', firstSync: Promise.resolve() },
  );
  b.uses.seal = 0;
  await mirror.flush();
  await mirror.close();
  expect(rounds).toBeGreaterThan(ROUNDS);
  expect(b.uses.seal).toBe(1 + ROWS + ROUNDS);
  expect(passes).toEqual([1 + ROWS]);
});
