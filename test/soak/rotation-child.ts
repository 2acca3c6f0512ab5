/** A device that edits and re-encrypts, and is to be killed: `rotation-child.ts <folder> <url> <name>`. */
import { setTimeout as wait } from 'node:timers/promises';
import type { PowerSyncDatabase } from '@powersync/node';
import type { Mirror } from '../../src/adapters/powersync/powersync.js';
import {
  type Editor,
  edit,
  editsOf,
  ifLocked,
  reencryptToTheEnd,
  rotationDevice,
} from './rotation-app.js';
import type { RotationOrder, RotationReport } from './rotation-lives.js';

const [folder = '', url = '', name = ''] = process.argv.slice(2);
const tell = (report: RotationReport) => process.send?.(report);
let isFinishing = false;
let living: Promise<() => Promise<void>> | undefined;

process.once('disconnect', () => process.exit());
process.on('message', async ({ to }: RotationOrder) => {
  if (to === 'go') living = live();
  else isFinishing = true;
  const finish = await living;
  if (to === 'finish') await finish?.();
});
tell({ is: 'loaded' });

/** Resolves once it was told to finish, to what does that. */
async function live(): Promise<() => Promise<void>> {
  const device = await rotationDevice(folder, url, name);
  device.connect();
  const mirror = await device.start();
  tell({ is: 'started' });
  await Promise.all([editOn(device.db), reencryptOn(mirror)]);
  return async () => {
    await reencryptToTheEnd(device, mirror);
    tell({ is: 'finished', edits: await editsOf(device.db) });
  };
}

async function editOn(db: PowerSyncDatabase): Promise<void> {
  while (!isFinishing) {
    const sql = 'SELECT id FROM notes ORDER BY random() LIMIT 1';
    const note = await db.getOptional<{ id: string }>(sql);
    await edit(db, name as Editor, Math.random() < 0.1 ? null : (note?.id ?? null));
    await wait(Math.random() * 60);
  }
}

async function reencryptOn(mirror: Mirror): Promise<void> {
  while (!isFinishing) {
    await mirror.reencryptAll({ pageLength: 4, pauseMs: 10 }).catch(ifLocked);
    await wait(20);
  }
}
