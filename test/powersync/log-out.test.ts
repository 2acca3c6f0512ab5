/** Log-out on real database files, in each way an app can do it. */
import type { PowerSyncDatabase } from '@powersync/node';
import { cleartext, defineTable, encrypted } from 'rowseal';
import { logOut, serverSql, startMirror } from 'rowseal/powersync';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import {
  openUserVault,
  type PowerSyncDevice,
  powersyncDevice,
  untilUploaded,
} from '../support/mirrored-powersync.js';
import { plaintextOnDisk } from '../support/plaintext-on-disk.js';
import { syncServer, untilRows } from '../support/synced-devices.js';

const notes = defineTable('notes', {
  body: encrypted.text(),
  count: encrypted.integer(),
  folder: cleartext.text(),
});
const tables = [notes];
const ROWS = 300;
const BODIES = 'SELECT body FROM notes ORDER BY id';
/** Of synced rows, of an edit that replaced one, and of rows that were never sealed. */
const SECRETS = ['Synced Canary', 'Edited Canary', 'Unsealed Canary', 'Unsealable Canary'];

/** What somebody may do who means to log out. */
const WAYS: Readonly<Record<string, (db: PowerSyncDatabase) => Promise<void>>> = {
  logOut: (db) => logOut(db),
  disconnectAndClear: (db) => db.disconnectAndClear(),
  'disconnectAndClear, soft': (db) => db.disconnectAndClear({ soft: true }),
  'disconnectAndClear, soft and local': (db) =>
    db.disconnectAndClear({ soft: true, clearLocal: true }),
  'disconnectAndClear, not local': (db) => db.disconnectAndClear({ clearLocal: false }),
};

/** A device with all that there can be to forget, and the server that it synced with. */
async function usedDevice() {
  const server = await syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
  const device = await powersyncDevice('laptop', tables);
  await device.connect(server);
  await device.db.execute(
    `INSERT INTO notes (id, body, count, folder)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
    SELECT printf('n%03d', i), 'Synced Canary ' || i, i, 'inbox' FROM n`,
  );
  await untilUploaded(device.db);
  await device.db.execute("UPDATE notes SET body = 'Edited Canary' WHERE id = 'n001'");
  await device.db.execute("DELETE FROM notes WHERE id = 'n002'");
  await untilUploaded(device.db);
  return { server, device };
}

/** Rows that no mirror has looked at, and one that none can seal. */
async function leaveWork({ db }: PowerSyncDevice): Promise<void> {
  await db.execute(
    "INSERT INTO notes (id, body, count, folder) VALUES ('new', 'Unsealed Canary', 1, 'inbox'), ('odd', 'Unsealable Canary', NULL, 'inbox')",
  );
  await db.execute("UPDATE notes SET body = 'Unsealed Canary' WHERE id = 'n003'");
  await db.execute("DELETE FROM notes WHERE id = 'n004'");
}

async function expectServerUntouched(server: SyncServer, uploads: number): Promise<void> {
  const all = await server.uploads();
  expect(all.flatMap(({ writes }) => writes).filter(({ op }) => op !== 'PUT')).toEqual([]);
  expect(all).toHaveLength(uploads);
  expect(await server.query('SELECT count(*)::int AS rows FROM notes_sealed')).toEqual([
    { rows: ROWS },
  ]);
}

describe.each(Object.entries(WAYS))('%s', (name, leave) => {
  const isLogOut = name === 'logOut';

  it.each(['running', 'stopped'])('forgets the user, with a %s mirror', async (state) => {
    const { server, device } = await usedDevice();
    const { db, file } = device;
    if (state === 'stopped') await device.mirror.close();
    await db.disconnect();
    await leaveWork(device);
    const uploads = (await server.uploads()).length;
    const before = await plaintextOnDisk(file.folder, SECRETS);
    for (const secret of SECRETS) expect(before.join()).toContain(secret);

    await leave(db);
    if (isLogOut) expect(await plaintextOnDisk(file.folder, SECRETS)).toEqual([]);
    expect(await db.getAll('SELECT 1 FROM ps_crud')).toEqual([]);

    const mirror = await startMirror({ db, tables, vault: await openUserVault() });
    onTestFinished(() => mirror.close());
    expect(await plaintextOnDisk(file.folder, SECRETS)).toEqual([]);
    expect(await db.getAll(BODIES)).toEqual([]);
    await mirror.flush();
    await device.connect(server);
    await mirror.waitForFirstSync();
    expect(await db.getAll(`${BODIES} LIMIT 1`)).toEqual([{ body: 'Edited Canary' }]);
    expect(await db.getAll('SELECT 1 FROM ps_crud')).toEqual([]);
    await expectServerUntouched(server, uploads);
    await untilRows(db, "SELECT count(*) AS rows FROM notes WHERE body LIKE 'Synced Canary %'", [
      { rows: ROWS - 2 },
    ]);
  });
});
