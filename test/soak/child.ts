/**
 * A device that is to be killed: `child.ts <folder> <url> <seed> <life>`, told what to do by
 * `lives.ts`.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { PowerSyncDatabase } from '@powersync/node';
import { type Mirror, startMirror } from '../../src/adapters/powersync/powersync.js';
import { readDevice } from './device-state.js';
import { readJournal } from './journal.js';
import type { Command, Report } from './lives.js';
import { randomFrom } from './random.js';
import { connectApp, openAppDatabase, openUserVault, tables } from './soak-app.js';
import { createWriter } from './writer.js';

const [folder = '', url = '', seed = '', lifeText = ''] = process.argv.slice(2);
const life = Number(lifeText);
const random = randomFrom(Number(seed) + life * 7919);
/** Numbers of journal entries whose commit was reported to the app, one per line. */
const acknowledged = join(folder, 'acknowledged');

let device: Promise<{ db: PowerSyncDatabase; mirror: Mirror }> | undefined;

async function start(locked: boolean) {
  const db = await openAppDatabase(folder);
  const vault = locked ? null : await openUserVault();
  const mirror = await startMirror({ db, tables, vault });
  connectApp(db, url, 'killed');
  return { db, mirror };
}

async function writeForEver(db: PowerSyncDatabase): Promise<void> {
  const [last] = await db.getAll<{ n: number | null }>('SELECT max(n) AS n FROM journal');
  const writer = createWriter(db, random, life, last?.n ?? 0);
  for (;;) {
    appendFileSync(acknowledged, `${await writer.write()}\n`);
    await wait(random.below(8));
  }
}

const tell = (report: Report) => process.send?.(report);

process.once('disconnect', () => process.exit());
process.on('message', async (command: Command) => {
  if (command.to === 'start') {
    device = start(command.locked);
    await device;
    return tell({ is: 'started' });
  }
  const { db, mirror } = await (device as NonNullable<typeof device>);
  if (command.to === 'write') return writeForEver(db);
  const state = await readDevice(db, mirror);
  tell({ is: 'state', state, journal: await readJournal(db, command.after) });
});
tell({ is: 'loaded' });
