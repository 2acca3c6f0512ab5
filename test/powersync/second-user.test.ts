/** Two people who use one database file, one after the other. */
import type { PowerSyncDatabase } from '@powersync/node';
import { cleartext, defineTable, encrypted, memoryStore, openVault, type Vault } from 'rowseal';
import { logOut, type Mirror, serverSql, startMirror, uploadWith } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  openUserVault,
  powersyncDevice,
  schemaOf,
  untilUploaded,
  uploadsOf,
} from '../support/mirrored-powersync.js';
import { plaintextOnDisk } from '../support/plaintext-on-disk.js';
import { connect, syncServer, until, untilRows } from '../support/synced-devices.js';

const notes = defineTable('notes', {
  body: encrypted.text(),
  stars: encrypted.integer(),
  folder: cleartext.text(),
});
const tables = [notes];
const ALL = 'SELECT id, body FROM notes ORDER BY id';
const QUEUED = 'SELECT * FROM ps_crud';
const SECRET = "Ada's Canary";

const bob = vaultForTesting('bob, who comes second');

function openBobsVault(): Promise<Vault> {
  return openVault(memoryStore(bob.vault.header), bob.opener);
}

async function mirrorOf(db: PowerSyncDatabase, vault: Vault | null): Promise<Mirror> {
  const mirror = await startMirror({ db, tables, vault });
  onTestFinished(() => mirror.close());
  return mirror;
}

function startServer() {
  return syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
}

function insert(db: PowerSyncDatabase, id: string, body: string, stars: number | null = 1) {
  const sql = 'INSERT INTO notes (id, body, stars, folder) VALUES (?, ?, ?, ?)';
  return db.execute(sql, [id, body, stars, 'inbox']);
}

/** Every row of every table, the SDK's own included. */
async function everything(db: PowerSyncDatabase): Promise<unknown> {
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  const names = await db.getAll<{ name: string }>(sql);
  return Promise.all(
    names.map(async ({ name }) => [name, await db.getAll(`SELECT * FROM "${name}"`)]),
  );
}

/** Ada's rows in every state: synced, refused, not sealed yet, unsealable, quarantined, waiting. */
async function adasDevice() {
  const server = await startServer();
  await server.failUploads({ kind: 'refused', row: { table: 'notes_sealed', id: 'refused' } });
  const device = await powersyncDevice('shared', tables);
  await device.connect(server);
  const { db, mirror } = device;
  for (const id of ['a1', 'refused', 'broken', 'withdrawn'])
    await insert(db, id, `${SECRET} ${id}`);
  await untilUploaded(db);
  const row = (await server.versions('notes_sealed', 'broken')).at(-1) as { payload: string };
  const payload = `${row.payload.slice(0, -20)}${'A'.repeat(20)}`;
  await server.setColumns('notes_sealed', 'broken', { ...row, payload });
  await server.setColumns('notes_sealed', 'withdrawn', { ...row, owner_id: 'nobody' });
  await insert(db, 'odd', `${SECRET} odd`, null);
  await until(() =>
    expect(mirror.status).toMatchObject({
      rejected: 1,
      unsealable: 1,
      quarantined: 1,
      withdrawn: 1,
    }),
  );
  await mirror.close();
  await db.disconnect();
  await insert(db, 'later', `${SECRET} later`);
  return { ...device, server };
}

describe('a second user', () => {
  it.each([
    ['logOut', (db: PowerSyncDatabase) => logOut(db)],
    ['a clear', (db: PowerSyncDatabase) => db.disconnectAndClear()],
    ['a soft clear', (db: PowerSyncDatabase) => db.disconnectAndClear({ soft: true })],
    [
      'a clear that leaves local tables',
      (db: PowerSyncDatabase) => db.disconnectAndClear({ clearLocal: false }),
    ],
  ])('sees, sends and keeps nothing of the first after %s', async (_, leave) => {
    const { db, file, server } = await adasDevice();
    const uploads = (await server.uploads()).length;
    await leave(db);
    await insert(db, 'b1', 'of Bob');
    const mirror = await mirrorOf(db, await openBobsVault());
    expect(await plaintextOnDisk(file.folder, [SECRET])).toEqual([]);
    await connect(db, server, 'shared', { owner: 'bob', uploadData: uploadsOf(tables) });
    await until(() => expect(mirror.status).toMatchObject({ settled: true }));
    await untilUploaded(db);
    expect(await db.getAll(ALL)).toEqual([{ id: 'b1', body: 'of Bob' }]);
    expect(await mirror.troubledRows()).toEqual([]);
    expect(await mirror.findings()).toEqual([]);
    expect((await server.uploads()).slice(uploads)).toMatchObject([
      { owner: 'bob', writes: [{ id: 'b1', op: 'PUT' }] },
    ]);
    expect(await db.getAll('SELECT id FROM rowseal_rows')).toEqual([{ id: 'b1' }]);
  });

  it('is not shown what a server sends under the ids of rows that the first one left', async () => {
    const { db, server } = await adasDevice();
    await db.disconnectAndClear({ clearLocal: false });
    const [row = {}] = await server.versions('notes_sealed', 'a1');
    await server.setColumns('notes_sealed', 'a1', { ...row, owner_id: 'bob' });
    await connect(db, server, 'shared', { owner: 'bob', uploadData: uploadsOf(tables) });
    await untilRows(db, 'SELECT id FROM notes_sealed', [{ id: 'a1' }]);
    const mirror = await mirrorOf(db, await openBobsVault());
    await until(() => expect(mirror.status.waitingKeys).toHaveLength(1));
    expect(await db.getAll(ALL)).toEqual([]);
  });

  it('is not told of a refusal that came when the first had gone', async () => {
    const { db, file } = await powersyncDevice('shared', tables);
    await insert(db, 'a1', SECRET);
    await untilRows(db, 'SELECT count(*) AS rows FROM ps_crud', [{ rows: 1 }]);
    const elsewhere = await file.open(schemaOf(tables));
    const upload = uploadWith({
      tables,
      async send(writes) {
        await elsewhere.disconnectAndClear();
        return { refused: writes.map(({ table, id }) => ({ table, id, reason: SECRET })) };
      },
    });
    await upload(db);
    const mirror = await mirrorOf(elsewhere, await openBobsVault());
    expect(await mirror.troubledRows()).toEqual([]);
    expect(await plaintextOnDisk(file.folder, [SECRET])).toEqual([]);
  });
});

describe('another vault', () => {
  it('is refused while the rows are of the first, with nothing changed', async () => {
    const { db } = await adasDevice();
    const before = await everything(db);
    const vault = await openBobsVault();
    await expect(startMirror({ db, tables, vault })).rejects.toMatchObject({
      code: 'VAULT_MISMATCH',
    });
    expect(await everything(db)).toEqual(before);
    const mirror = await mirrorOf(db, await openUserVault());
    await mirror.flush();
    expect(await db.getAll(`${QUEUED} WHERE data ->> 'id' = 'later'`)).toHaveLength(1);
  });

  it('is refused at unlock as well, and the mirror stays locked', async () => {
    const { db } = await adasDevice();
    const mirror = await mirrorOf(db, null);
    await until(() => expect(mirror.status).toMatchObject({ state: 'locked', pendingOut: 2 }));
    const before = await everything(db);
    await expect(mirror.unlock(await openBobsVault())).rejects.toMatchObject({
      code: 'VAULT_MISMATCH',
    });
    expect(await everything(db)).toEqual(before);
    await expect(mirror.flush()).rejects.toMatchObject({ code: 'LOCKED' });
    await mirror.unlock(await openUserVault());
    await mirror.flush();
    expect(mirror.status).toMatchObject({ state: 'running', pendingOut: 0 });
  });

  it('takes what was written after the log-out, before it was opened', async () => {
    const { db, server } = await adasDevice();
    await logOut(db);
    await insert(db, 'b1', 'before the mirror');
    const mirror = await mirrorOf(db, null);
    await insert(db, 'b2', 'before it was opened');
    await connect(db, server, 'shared', { owner: 'bob', uploadData: uploadsOf(tables) });
    await mirror.unlock(await openBobsVault());
    await mirror.flush();
    await untilUploaded(db);
    const phone = await powersyncDevice('phone', tables, { vault: await openBobsVault() });
    await connect(phone.db, server, 'phone', { owner: 'bob', uploadData: uploadsOf(tables) });
    await untilRows(phone.db, ALL, [
      { id: 'b1', body: 'before the mirror' },
      { id: 'b2', body: 'before it was opened' },
    ]);
  });
});
