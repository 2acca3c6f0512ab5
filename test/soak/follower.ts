/** The device that is never killed: it follows, and sets flags that the other one never sets. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startMirror } from '../../src/adapters/powersync/powersync.js';
import { type DeviceState, readDevice } from './device-state.js';
import type { Random } from './random.js';
import { connectApp, markedFlag, openAppDatabase, openUserVault, tables } from './soak-app.js';

export interface Follower {
  state(): Promise<DeviceState>;
  /** Sets flags until `stop`. */
  setFlags(): { stop(): Promise<void> };
  close(): Promise<void>;
}

export async function startFollower(url: string, random: Random): Promise<Follower> {
  const folder = await mkdtemp(join(tmpdir(), 'rowseal-soak-'));
  const db = await openAppDatabase(folder);
  const mirror = await startMirror({ db, tables, vault: await openUserVault() });
  connectApp(db, url, 'follower');
  const setFlag = () => {
    const table = random.pick(['accounts', 'entries']);
    // Ids end with a digit: rows of three of them are written by both devices.
    return db.execute(
      `UPDATE ${table} SET flag = ? WHERE id IN (
        SELECT id FROM ${table} WHERE id LIKE '%-0' OR id LIKE '%-1' OR id LIKE '%-2' ORDER BY random() LIMIT 3
      )`,
      [markedFlag(random.below(1_000_000))],
    );
  };
  return {
    state: () => readDevice(db, mirror),
    setFlags() {
      let stopped = false;
      const setting = (async () => {
        while (!stopped) {
          await setFlag();
          await wait(random.below(20));
        }
      })();
      return {
        async stop() {
          stopped = true;
          await setting;
        },
      };
    },
    async close() {
      await mirror.close();
      await db.close();
      await rm(folder, { recursive: true });
    },
  };
}
