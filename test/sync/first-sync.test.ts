/** What a status says about the rows that the first sync brings. */
import { defineTable, encrypted } from 'rowseal';
import type { SyncStore } from 'rowseal/testing';
import { beforeEach, expect, it } from 'vitest';
import { runMirror } from '../../src/sync/run-mirror.js';
import {
  type MirroredDevice,
  type MirroredWorld,
  mirroredWorld,
} from '../support/mirrored-devices.js';

const notes = defineTable('notes', { title: encrypted.text() });

let world: MirroredWorld;
let a: MirroredDevice;
let b: MirroredDevice;

beforeEach(async () => {
  world = mirroredWorld([notes]);
  a = await world.device('a');
  b = await world.device('b');
  for (const id of ['n1', 'n2']) a.engine.insert('notes', { id, title: 'Title' });
  await a.sync();
});

function start(hooks: Partial<SyncStore> = {}) {
  const settings = { vault: b.vault, tables: [notes], deletes: 'sealed' } as const;
  return runMirror({ ...b.store, ...hooks }, { ...settings, firstSync: Promise.resolve() });
}

it('no row counts as opened while its pass could not be written', async () => {
  world.clock.now += 1000;
  b.engine.insert('notes', { id: 'n1', title: 'Mine' });
  b.receive();
  let batches = 0;
  const mirror = await start({
    async writeOutcomes(outcomes, snapshot) {
      if (batches++ === 0) {
        world.server.hostile.change('notes', 'n1', { parents: '' });
        b.receive();
      }
      return b.store.writeOutcomes(outcomes, snapshot);
    },
  });
  const seen = new Set<string>();
  mirror.subscribe(() => {
    const { opened } = mirror.status.firstSync;
    seen.add(`${opened} of ${b.engine.rows('notes').length}`);
  });
  await mirror.waitForFirstSync();
  await mirror.close();
  expect(seen).toEqual(new Set(['0 of 1', '2 of 2']));
});

it('a row that does not open is quarantined, and counts as opened never', async () => {
  const n2 = a.engine.sealedRow('notes', 'n2');
  world.server.hostile.change('notes', 'n1', { payload: n2?.payload });
  b.receive();
  const mirror = await start();
  await mirror.waitForFirstSync();
  await mirror.close();
  expect(mirror.status).toMatchObject({ firstSync: { done: true, opened: 1 }, quarantined: 1 });
  expect(b.engine.rows('notes')).toEqual([{ id: 'n2', title: 'Title' }]);
});
