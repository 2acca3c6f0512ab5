/** Two versions of an app that have one database open, as two tabs may have after an update. */
import type { PowerSyncDatabase } from '@powersync/node';
import { decryptRow, defineTable, encrypted, type SealedRowOf, type Table } from 'rowseal';
import { type Mirror, startMirror } from 'rowseal/powersync';
import { expect, it, onTestFinished } from 'vitest';
import { openUserVault, schemaOf } from '../support/mirrored-powersync.js';
import { databaseFile } from '../support/open-powersync.js';
import { sharedPowersyncAt } from '../support/powersync-at.js';
import { until } from '../support/synced-devices.js';

const text = encrypted.text().optional();
const former = defineTable('people', { name: text, phone: text });
const present = defineTable('people', { name: text, mood: text, number: text.storedAs('phone') });

async function tab(folder: string, table: Table): Promise<PowerSyncDatabase> {
  const db = await sharedPowersyncAt(folder, schemaOf([table]));
  onTestFinished(() => db.close());
  return db;
}

async function started(db: PowerSyncDatabase, table: Table, isLocked = false): Promise<Mirror> {
  const vault = isLocked ? null : await openUserVault();
  const mirror = await startMirror({ db, vault, tables: [table] });
  onTestFinished(() => mirror.close());
  return mirror;
}

async function sealedRows(db: PowerSyncDatabase) {
  const vault = await openUserVault();
  const rows = await db.getAll<SealedRowOf<typeof present>>(
    'SELECT * FROM people_sealed ORDER BY id',
  );
  return rows.map((row) => decryptRow(vault, present, row));
}

it.each([
  ['locked', true],
  ['open', false],
])(
  'leave the work to the one that opened the database last, which starts %s',
  async (_, isLocked) => {
    const { folder } = await databaseFile();
    const oldTab = await tab(folder, former);
    const oldMirror = await started(oldTab, former);
    await oldTab.execute("INSERT INTO people (id, name, phone) VALUES ('a', 'Ada', '1')");
    await oldMirror.flush();

    const newTab = await tab(folder, present);
    const untilStandby = () => until(() => expect(oldMirror.status.state).toBe('standby'));
    if (!isLocked) {
      await oldMirror.unlock(await openUserVault());
      await untilStandby();
    }
    const newMirror = await started(newTab, present, isLocked);
    await newTab.execute("UPDATE people SET mood = 'glad', number = '2' WHERE id = 'a'");
    await newTab.execute("INSERT INTO people (id, name, mood) VALUES ('b', 'Bob', 'sad')");
    await untilStandby();
    await oldMirror.unlock(await openUserVault()); // which asks for the work
    await untilStandby();
    if (isLocked) await newMirror.unlock(await openUserVault());
    await newMirror.flush();
    const a = { id: 'a', name: 'Ada', mood: 'glad', number: '2' };
    const b = { id: 'b', name: 'Bob', mood: 'sad' };
    expect(await sealedRows(newTab)).toEqual([a, b]);

    await newMirror.close();
    await newTab.execute("UPDATE people SET mood = 'calm' WHERE id = 'b'");
    await oldMirror.unlock(await openUserVault());
    await untilStandby();
    const next = await started(newTab, present);
    await next.flush();
    expect(await sealedRows(newTab)).toEqual([a, { ...b, mood: 'calm' }]);
  },
);
