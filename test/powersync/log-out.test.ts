/** Log-out on real database files, in each way an app can do it. */
import { type Mirror, serverSql, startMirror } from 'rowseal/powersync';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { indexedSchema, notes, OWN_TABLES, OWN_TABLES_SQL, WAYS } from '../support/leaving.js';
import {
  openUserVault,
  type PowerSyncDevice,
  powersyncDevice,
  untilUploaded,
} from '../support/mirrored-powersync.js';
import { plaintextOnDisk } from '../support/plaintext-on-disk.js';
import { syncServer, untilRows } from '../support/synced-devices.js';

const tables = [notes];
const ROWS = 300;
const BODIES = 'SELECT body FROM notes ORDER BY id';
/** Of synced rows, of an edit that replaced one, of rows that were never sealed, of the app's own. */
const SECRETS = [
  ...['Synced Canary', 'Edited Canary', 'Unsealed Canary', 'Unsealable Canary'],
  ...['271828182', 'Quixotically', 'Drafted Canary'],
];

/** A device with all that there can be to forget, and the server that it synced with. */
async function usedDevice() {
  const server = await syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
  const device = await powersyncDevice('laptop', tables, { schema: indexedSchema });
  for (const sql of OWN_TABLES_SQL) await device.db.execute(sql);
  const mirror = await startAnother(device.db);
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
  return { server, device, mirror };
}

async function startAnother(db: PowerSyncDevice['db']): Promise<Mirror> {
  const vault = await openUserVault();
  const mirror = await startMirror({ db, tables, vault, alsoClear: OWN_TABLES });
  onTestFinished(() => mirror.close());
  return mirror;
}

/** More than a mirror seals in one pass, one row that none can seal, and the app's own tables. */
async function leaveWork({ db }: PowerSyncDevice): Promise<void> {
  await db.execute("INSERT INTO words (id, body) VALUES ('n001', 'Quixotically')");
  await db.execute("DELETE FROM words WHERE body MATCH 'quixotically'");
  await db.execute("INSERT INTO drafts (body) VALUES ('Drafted Canary')");
  await db.execute("UPDATE notes SET body = 'Unsealed Canary' WHERE id = 'n003'");
  await db.execute("DELETE FROM notes WHERE id = 'n004'");
  await db.execute(
    `INSERT INTO notes (id, body, count, folder)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
    SELECT 'new' || i, 'Unsealed Canary', 271828182, 'inbox' FROM n
    UNION ALL SELECT 'odd', 'Unsealable Canary', NULL, 'inbox'`,
  );
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
  it.each(['running', 'stopped'])('forgets the user, with a %s mirror', async (state) => {
    const { server, device, mirror: first } = await usedDevice();
    const { db, file } = device;
    if (state === 'stopped') await first.close();
    await db.disconnect();
    await leaveWork(device);
    const uploads = (await server.uploads()).length;
    const before = (await plaintextOnDisk(file.folder, SECRETS)).join();
    for (const secret of SECRETS) expect(before).toContain(secret);

    await leave(db);
    if (name === 'logOut') {
      expect(first.status.state).toBe('closed');
      expect(await plaintextOnDisk(file.folder, SECRETS)).toEqual([]);
    }
    expect(await db.getAll('SELECT 1 FROM ps_crud')).toEqual([]);

    const mirror = await startAnother(db);
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
    const found = 'SELECT count(*) AS rows FROM words WHERE words MATCH ?';
    expect(await db.get(found, ['synced'])).toEqual({ rows: ROWS - 2 });
    expect(await db.get(found, ['unsealed'])).toEqual({ rows: 0 });
  });
});
