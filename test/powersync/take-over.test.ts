/** Two mirrors on one database: the later one goes on where the earlier one was. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defineTable, encrypted, type Vault } from 'rowseal';
import { startMirror } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { expect, it, onTestFinished } from 'vitest';
import { openUserVault, powersyncDevice } from '../support/mirrored-powersync.js';
import { until } from '../support/synced-devices.js';

const notes = defineTable('notes', { body: encrypted.text() });
const tables = [notes];
const SEALED = 'SELECT id FROM notes_sealed ORDER BY id';
const UPLOADS = "SELECT data ->> 'id' AS id FROM ps_crud ORDER BY 1";

it('the earlier of two mirrors in one process is replaced, and each row is sealed once', async () => {
  const { db, mirror } = await powersyncDevice('laptop', tables);
  await db.execute("INSERT INTO notes (id, body) VALUES ('n1', 'for either')");
  const second = await startMirror({ db, tables, vault: null });
  onTestFinished(() => second.close());
  await db.execute("INSERT INTO notes (id, body) VALUES ('n2', 'for the second')");
  await expect(mirror.flush()).rejects.toMatchObject({ code: 'STORE_FAILED' });
  expect(mirror.status.state).toBe('replaced');
  await second.unlock(await openUserVault());
  await db.execute("INSERT INTO notes (id, body) VALUES ('n3', 'for the second, too')");
  await second.flush();
  expect(second.status).toMatchObject({ state: 'running', pendingOut: 0 });
  const all = [{ id: 'n1' }, { id: 'n2' }, { id: 'n3' }];
  expect(await db.getAll(SEALED)).toEqual(all);
  expect(await db.getAll(UPLOADS)).toEqual(all);
});

it('an earlier mirror of the same process hears at once, idle or locked, but only of one that started', async () => {
  const { db, mirror } = await powersyncDevice('laptop', tables, { vault: null });
  const { vault } = vaultForTesting('somebody else');
  await mirror.unlock(await openUserVault());
  await expect(startMirror({ db, tables, vault })).rejects.toMatchObject({
    code: 'VAULT_MISMATCH',
  });
  expect(mirror.status.state).toBe('running');
  const second = await startMirror({ db, tables, vault: null });
  expect(mirror.status.state).toBe('replaced');
  const third = await startMirror({ db, tables, vault: await openUserVault() });
  onTestFinished(() => third.close());
  expect(second.status.state).toBe('replaced');
  await expect(second.unlock(await openUserVault())).rejects.toMatchObject({
    code: 'STORE_FAILED',
  });
  await third.close();
  const fourth = await startMirror({ db, tables, vault: await openUserVault() });
  onTestFinished(() => fourth.close());
  expect([third.status.state, fourth.status.state]).toEqual(['closed', 'running']);
});

it('a mirror goes on once that of another process on the same file has ended', async () => {
  const { db, file, mirror } = await powersyncDevice('laptop', tables);
  await db.execute("INSERT INTO notes (id, body) VALUES ('n1', 'of the first process')");
  await mirror.flush();
  const script = join(import.meta.dirname, 'second-process.ts');
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--import', 'tsx', script, file.folder]);
  expect(stdout).toBe('running\n');
  await db.execute("INSERT INTO notes (id, body) VALUES ('n3', 'of the first process again')");
  await mirror.flush();
  await until(() => expect(mirror.status).toMatchObject({ state: 'running', pendingOut: 0 }));
  const all = [{ id: 'n1' }, { id: 'n2' }, { id: 'n3' }];
  expect(await db.getAll(SEALED)).toEqual(all);
  expect(await db.getAll(UPLOADS)).toEqual(all);
});

it('an older version of the app leaves what a newer one noted', async () => {
  const { db, mirror } = await powersyncDevice('laptop', tables);
  await mirror.close();
  await db.execute('UPDATE rowseal_state SET version = version + 1');
  const before = await db.getAll('SELECT * FROM rowseal_state');
  const started = startMirror({ db, tables, vault: null });
  await expect(started).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' });
  expect(await db.getAll('SELECT * FROM rowseal_state')).toEqual(before);
});

it('what an older version noted is kept, and gets what it lacks', async () => {
  const { db, mirror } = await powersyncDevice('laptop', tables);
  await db.execute("INSERT INTO notes (id, body) VALUES ('n1', 'before the update')");
  await mirror.flush();
  const vault = mirror.vault as Vault;
  const sealing = () =>
    db.getAll<object>('SELECT version, prefix, headers FROM rowseal_state, rowseal_sealing');
  const [noted] = await sealing();
  await mirror.close();
  await db.execute('ALTER TABLE rowseal_sealing DROP COLUMN headers');
  await db.execute('UPDATE rowseal_state SET version = 1');
  const locked = await startMirror({ db, tables, vault: null });
  expect(await sealing()).toEqual([{ ...noted, headers: '[]' }]);
  await locked.unlock(vault);
  await locked.flush();
  onTestFinished(() => locked.close());
  expect(await sealing()).toEqual([{ ...noted, headers: JSON.stringify([vault.header]) }]);
});
