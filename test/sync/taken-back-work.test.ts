/** A mirror that takes the work back from one with a newer vault, of which it has heard nothing yet. */
import { expect, it, onTestFinished } from 'vitest';
import { runMirror } from '../../src/sync/run-mirror.js';
import { prefixOf } from '../support/rekeyed-devices.js';
import { notes, renewingWorld } from '../support/renewing-devices.js';

it('seals nothing under the key before, and all of it once it has the newer one', async () => {
  const world = await renewingWorld();
  const { engine, mirror: locked } = await world.device('laptop', null);
  await locked.close();
  const vault = await world.open(world.first);
  // As in another process, whose commits nobody tells of.
  const store = { ...engine.store(), onWork: () => () => {} };
  const settings = { tables: [notes], deletes: 'sealed', firstSync: Promise.resolve() } as const;
  const early = await runMirror(store, { ...settings, vault });
  onTestFinished(() => early.close());
  await early.flush();
  const next = await world.rotate(world.first);
  const late = await world.beside(engine, next);
  await late.flush();

  await early.unlock(vault);
  engine.insert('notes', { id: 'n1', title: 'title' });
  await expect(early.flush()).rejects.toMatchObject({ code: 'LOCKED' });
  expect(early.status.header).toMatchObject({ code: 'HEADER_ROLLBACK' });
  await early.unlock(await world.open(next));
  await early.flush();
  const payload = String(engine.nextUpload()?.writes[0]?.row?.payload);
  expect(payload.startsWith(prefixOf(next))).toBe(true);
});
