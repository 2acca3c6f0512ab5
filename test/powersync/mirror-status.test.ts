/** What an app can see of its mirror: on real databases, with a server that need not be honest. */
import {
  cleartext,
  defineTable,
  encrypted,
  lockVault,
  memoryStore,
  openVault,
  rotateDataKey,
} from 'rowseal';
import { type MirrorStatus, serverSql } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { describe, expect, it } from 'vitest';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import {
  openUserVault,
  type PowerSyncDevice,
  powersyncDevice,
  untilUploaded,
} from '../support/mirrored-powersync.js';
import { syncServer, until, untilRows } from '../support/synced-devices.js';

const notes = defineTable('notes', { body: encrypted.text(), folder: cleartext.text() });
const tables = [notes];
const ALL = 'SELECT id, body FROM notes ORDER BY id';
const QUEUED = 'SELECT id FROM ps_crud';

function startServer(): Promise<SyncServer> {
  return syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
}

function insert({ db }: PowerSyncDevice, id: string, body: string | null) {
  return db.execute("INSERT INTO notes (id, body, folder) VALUES (?, ?, 'inbox')", [id, body]);
}

function untilStatus({ mirror }: PowerSyncDevice, wanted: Partial<MirrorStatus>): Promise<void> {
  return until(() => expect(mirror.status).toMatchObject(wanted));
}

/** Two devices that have the same rows. */
async function syncedPair(...ids: readonly string[]) {
  const server = await startServer();
  const laptop = await powersyncDevice('laptop', tables);
  const phone = await powersyncDevice('phone', tables);
  await Promise.all([laptop.connect(server), phone.connect(server)]);
  for (const id of ids) await insert(laptop, id, `body of ${id}`);
  await untilUploaded(laptop.db);
  await untilRows(
    phone.db,
    ALL,
    ids.map((id) => ({ id, body: `body of ${id}` })),
  );
  await untilStatus(phone, { settled: true });
  return { server, laptop, phone };
}

async function tamper(server: SyncServer, id: string): Promise<void> {
  const row = (await server.versions('notes_sealed', id)).at(-1) as { payload: string };
  const payload = `${row.payload.slice(0, -20)}${'A'.repeat(20)}`;
  await server.setColumns('notes_sealed', id, { ...row, payload });
}

describe('the status of a mirror', () => {
  it('is a frozen object, replaced with each change, which listeners hear of', async () => {
    const device = await powersyncDevice('laptop', tables);
    const { mirror } = device;
    const seen: MirrorStatus[] = [];
    const stop = mirror.subscribe(() => void seen.push(mirror.status));
    const stopOther = mirror.subscribe(() => {
      throw new Error('This listener has stopped listening.');
    });
    stopOther();
    await mirror.flush();
    const before = mirror.status;
    expect(Object.isFrozen(before)).toBe(true);
    expect(before).toMatchObject({ state: 'running', error: null, unsealable: 0 });
    await insert(device, 'n1', null);
    await untilStatus(device, { unsealable: 1 });
    expect(mirror.status).not.toBe(before);
    expect(before.unsealable).toBe(0);
    expect(seen.at(-1)).toBe(mirror.status);
    stop();
    const heard = seen.length;
    await mirror.close();
    expect(mirror.status).toMatchObject({ state: 'closed', settled: false });
    expect(seen).toHaveLength(heard);
  });

  it('counts what waits in both directions while locked, and work goes on at unlock', async () => {
    const { server, laptop } = await syncedPair('n1', 'n2', 'n3');
    const tablet = await powersyncDevice('tablet', tables, { vault: null });
    await tablet.connect(server);
    await insert(tablet, 'local', 'written while locked');
    await untilStatus(tablet, { state: 'locked', pendingOut: 1, pendingIn: 3, settled: false });
    await expect(tablet.mirror.flush()).rejects.toMatchObject({ code: 'LOCKED' });
    expect(await tablet.db.getAll(ALL)).toEqual([{ id: 'local', body: 'written while locked' }]);
    expect(await tablet.db.getAll(QUEUED)).toEqual([]);
    await tablet.mirror.unlock(await openUserVault());
    await tablet.mirror.waitForFirstSync();
    await untilStatus(tablet, { state: 'running', pendingOut: 0, pendingIn: 0, settled: true });
    await untilRows(laptop.db, 'SELECT count(*) AS rows FROM notes', [{ rows: 4 }]);
  });

  it('says that the vault was locked under it, and loses nothing', async () => {
    const vault = await openUserVault();
    const device = await powersyncDevice('laptop', tables, { vault });
    await device.mirror.flush();
    lockVault(vault);
    await insert(device, 'n1', 'after the lock');
    await untilStatus(device, { state: 'locked', pendingOut: 1 });
    await expect(device.mirror.flush()).rejects.toMatchObject({ code: 'LOCKED' });
    await device.mirror.unlock(await openUserVault());
    await device.mirror.flush();
    await untilStatus(device, { state: 'running', pendingOut: 0 });
    expect(await device.db.getAll(QUEUED)).toHaveLength(1);
  });

  it('goes on when it is unlocked again in the middle of its work', async () => {
    const device = await powersyncDevice('laptop', tables);
    const { db, mirror } = device;
    for (let round = 1; round <= 10; round++) {
      await db.execute(
        `INSERT INTO notes (id, body, folder)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        SELECT 'n' || i || '-${round}', 'body', 'inbox' FROM n`,
      );
      await Promise.all([mirror.flush(), mirror.unlock(await openUserVault())]);
    }
    await mirror.flush();
    expect(mirror.status).toMatchObject({ state: 'running', pendingOut: 0 });
    expect(await db.get('SELECT count(*) AS rows FROM ps_crud')).toEqual({ rows: 2000 });
  });

  it('follows the first sync of a new device, which ends when all stands in plaintext', async () => {
    const server = await startServer();
    const laptop = await powersyncDevice('laptop', tables);
    await laptop.connect(server);
    await laptop.db.execute(
      `INSERT INTO notes (id, body, folder)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
      SELECT 'n' || i, 'body ' || i, 'inbox' FROM n`,
    );
    await untilUploaded(laptop.db);
    const phone = await powersyncDevice('phone', tables);
    const progress: MirrorStatus['firstSync'][] = [];
    phone.mirror.subscribe(() => void progress.push(phone.mirror.status.firstSync));
    await phone.mirror.flush();
    expect(phone.mirror.status).toMatchObject({ firstSync: { done: false }, settled: false });
    await phone.connect(server);
    await phone.mirror.waitForFirstSync();
    expect(await phone.db.get('SELECT count(*) AS rows FROM notes')).toEqual({ rows: 3000 });
    expect(phone.mirror.status.firstSync).toEqual({ done: true, opened: 3000 });
    expect(progress.map(({ opened }) => opened)).toEqual(
      progress.map(({ opened }) => opened).sort((a, b) => a - b),
    );
    expect(progress.filter(({ done }) => done).every(({ opened }) => opened === 3000)).toBe(true);
    await untilStatus(phone, { settled: true, pendingIn: 0 });
    await phone.mirror.waitForFirstSync();
  });
});

describe('a row that does not open', () => {
  it('is quarantined with its last good plaintext, which an edit is sealed from', async () => {
    const { server, laptop, phone } = await syncedPair('n1', 'n2');
    await tamper(server, 'n1');
    await untilStatus(phone, { quarantined: 1 });
    expect(await phone.mirror.troubledRows()).toMatchObject([
      { table: 'notes', id: 'n1', kind: 'quarantined', code: 'ROW_AUTH_FAILED' },
    ]);
    expect(await phone.db.getAll(ALL)).toHaveLength(2);
    await insert(laptop, 'n3', 'another');
    await untilRows(phone.db, 'SELECT count(*) AS rows FROM notes', [{ rows: 3 }]);
    await phone.mirror.retry();
    expect(phone.mirror.status).toMatchObject({ quarantined: 1, state: 'running' });
    expect(await server.uploadsOf('notes_sealed', 'n1')).toBe(1);
    await phone.db.execute("UPDATE notes SET body = 'mended' WHERE id = 'n1'");
    await untilRows(laptop.db, `${ALL} LIMIT 1`, [{ id: 'n1', body: 'mended' }]);
    for (const device of [laptop, phone]) await untilStatus(device, { quarantined: 0 });
  });

  it('waits for its key when that is new, counted by key, and so do edits of it', async () => {
    const { opener, vault } = vaultForTesting('mirrored powersync');
    const store = memoryStore(vault.header);
    const before = await openVault(store, opener);
    const server = await startServer();
    const rotated = await rotateDataKey(store, before);
    const laptop = await powersyncDevice('laptop', tables, { vault: rotated });
    const phone = await powersyncDevice('phone', tables, { vault: await openUserVault() });
    await Promise.all([laptop.connect(server), phone.connect(server)]);
    await insert(laptop, 'n1', 'under the new key');
    await insert(laptop, 'n2', 'under the new key');
    await until(() => expect(phone.mirror.status.waitingKeys[0]?.rows).toBe(2));
    expect(phone.mirror.status).toMatchObject({ quarantined: 0, waitingForUpdate: 0 });
    const [waiting] = await phone.mirror.troubledRows();
    expect(waiting).toMatchObject({ kind: 'waiting', code: 'UNKNOWN_KEY' });
    expect(phone.mirror.status.waitingKeys).toEqual([{ keyId: waiting?.detail, rows: 2 }]);
    await insert(phone, 'n1', 'an edit that waits');
    await phone.mirror.flush();
    expect(await server.uploadsOf('notes_sealed', 'n1')).toBe(1);
    await phone.mirror.unlock(await openVault(memoryStore(rotated.header), opener));
    await untilStatus(phone, { waitingKeys: [], settled: true });
    const rows = [
      { id: 'n1', body: 'an edit that waits' },
      { id: 'n2', body: 'under the new key' },
    ];
    await untilRows(phone.db, ALL, rows);
    await untilRows(laptop.db, ALL, rows);
  });
});

describe('a row that can’t be sealed', () => {
  it('stays readable, is listed, and holds up no other', async () => {
    const { server, laptop, phone } = await syncedPair('n1');
    await laptop.db.writeTransaction(async (tx) => {
      await tx.execute("INSERT INTO notes (id, folder) VALUES ('odd', 'inbox')");
      await tx.execute("INSERT INTO notes (id, body, folder) VALUES ('n2', 'whole', 'inbox')");
    });
    await untilRows(phone.db, ALL, [
      { id: 'n1', body: 'body of n1' },
      { id: 'n2', body: 'whole' },
    ]);
    await untilStatus(laptop, { unsealable: 1, pendingOut: 0 });
    expect(await laptop.mirror.troubledRows()).toMatchObject([
      { table: 'notes', id: 'odd', kind: 'unsealable', code: 'VALUE_UNSUPPORTED' },
    ]);
    await laptop.mirror.flush();
    expect(await laptop.db.getAll(ALL)).toHaveLength(3);
    expect(await server.uploadsOf('notes_sealed', 'odd')).toBe(0);
    await laptop.db.execute("UPDATE notes SET body = 'mended' WHERE id = 'odd'");
    await untilRows(phone.db, "SELECT body FROM notes WHERE id = 'odd'", [{ body: 'mended' }]);
    await untilStatus(laptop, { unsealable: 0 });
  });
});

describe('a row that leaves this device’s scope', () => {
  it('is withdrawn with nothing uploaded, and is back when it comes again', async () => {
    const { server, phone } = await syncedPair('n1', 'n2');
    const uploads = (await server.uploads()).length;
    const [row = {}] = await server.versions('notes_sealed', 'n1');
    await server.setColumns('notes_sealed', 'n1', { ...row, owner_id: 'somebody else' });
    await untilStatus(phone, { withdrawn: 1, settled: true });
    expect(await phone.db.getAll(ALL)).toEqual([{ id: 'n2', body: 'body of n2' }]);
    expect(await phone.mirror.troubledRows()).toMatchObject([{ id: 'n1', kind: 'withdrawn' }]);
    await phone.mirror.retry();
    expect(phone.mirror.status).toMatchObject({ withdrawn: 1 });
    await server.setColumns('notes_sealed', 'n1', { ...row });
    await untilStatus(phone, { withdrawn: 0 });
    expect(await phone.db.getAll(ALL)).toHaveLength(2);
    await server.withhold('phone', 'notes_sealed', true);
    await untilStatus(phone, { withdrawn: 2 });
    expect(await phone.db.getAll(ALL)).toEqual([]);
    await server.withhold('phone', 'notes_sealed', false);
    await untilStatus(phone, { withdrawn: 0, settled: true });
    expect(await phone.db.getAll(ALL)).toHaveLength(2);
    expect(await server.uploads()).toHaveLength(uploads);
    expect(await phone.db.getAll(QUEUED)).toEqual([]);
  });
});
