/** Which write of a column is the later one, where clocks differ. */
import { defineTable, encrypted } from 'rowseal';
import { expect, it } from 'vitest';
import { mirroredWorld } from '../support/mirrored-devices.js';

const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text() });

it('a column that a wrong clock stamped ahead does not take others along', async () => {
  const world = mirroredWorld([notes]);
  const [ahead, right] = [await world.device('ahead'), await world.device('right')];
  const both = async () => {
    for (const device of [ahead, right, ahead, right]) await device.sync();
  };
  ahead.engine.insert('notes', { id: 'n1', title: 'Title', body: 'Body' });
  await both();
  world.clock.now += 3600_000;
  ahead.engine.update('notes', 'n1', { title: 'Ahead' });
  await ahead.settle();
  world.clock.now -= 3600_000;
  await both();
  world.clock.now += 1000;
  right.engine.update('notes', 'n1', { title: 'First', body: 'First' });
  world.clock.now += 1000;
  ahead.engine.update('notes', 'n1', { body: 'Second' });
  await both();
  await both();
  expect(right.engine.rows('notes')).toEqual([{ id: 'n1', title: 'First', body: 'Second' }]);
  expect(ahead.engine.rows('notes')).toEqual(right.engine.rows('notes'));
});
