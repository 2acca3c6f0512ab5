/** Log-out where several processes have the file: one that is killed in between, or one that runs on. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { PowerSyncDatabase } from '@powersync/node';
import { logOut, serverSql, startMirror } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { expect, it, onTestFinished } from 'vitest';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { indexedSchema, notes, OWN_TABLES, OWN_TABLES_SQL, WAYS } from '../support/leaving.js';
import {
  openUserVault,
  powersyncDevice,
  untilUploaded,
  uploadsOf,
} from '../support/mirrored-powersync.js';
import { type DatabaseFile, databaseFile } from '../support/open-powersync.js';
import { plaintextOnDisk } from '../support/plaintext-on-disk.js';
import { connect, syncServer } from '../support/synced-devices.js';

const tables = [notes];
const ROWS = 500;
const SECRETS = ['Synced Canary', 'Unsealed Canary', 'Quixotically', 'Drafted Canary'];
const COUNT = 'SELECT count(*) AS rows FROM notes';
const program = fileURLToPath(new URL('../support/dying-log-out.ts', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

interface Report {
  readonly ready?: true;
  readonly leaving?: true;
  readonly steps?: number;
  readonly state?: string;
}

/** A file to make copies of, with rows that are synced and some that are not, and its server. */
async function usedFile() {
  const server = await syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
  const device = await powersyncDevice('laptop', tables, { schema: indexedSchema });
  const { db, file } = device;
  await device.connect(server);
  await db.execute(
    `INSERT INTO notes (id, body, count, folder)
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
    SELECT printf('n%03d', i), 'Synced Canary ' || i, i, 'inbox' FROM n`,
  );
  await untilUploaded(db);
  await db.disconnect();
  await device.mirror.close();
  await db.execute("UPDATE notes SET body = 'Unsealed Canary' WHERE id = 'n001'");
  await db.execute("DELETE FROM notes WHERE id = 'n002'");
  for (const sql of OWN_TABLES_SQL) await db.execute(sql);
  await db.execute("INSERT INTO words (id, body) VALUES ('n001', 'Quixotically')");
  await db.execute("INSERT INTO drafts (body) VALUES ('Drafted Canary')");
  await db.close();
  return { server, file, uploads: (await server.uploads()).length };
}

async function copyOf(file: DatabaseFile): Promise<DatabaseFile> {
  const copy = await databaseFile();
  for (const name of await readdir(file.folder)) {
    const end = name.slice(name.lastIndexOf('.'));
    await copyFile(join(file.folder, name), copy.path.replace(/\.db$/, end));
  }
  for (const secret of SECRETS) {
    expect((await plaintextOnDisk(copy.folder, SECRETS)).join()).toContain(secret);
  }
  return copy;
}

/** A process that has the file open, with a running mirror. */
async function startLeaver(file: DatabaseFile, way: string, fatalStep: number | null) {
  const child = fork(program, [file.folder, way, String(fatalStep)], {
    execArgv: ['--import', tsx],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await reportOf(child, ({ ready }) => ready === true);
  return child;
}

function reportOf(child: ChildProcess, isIt: (report: Report) => boolean): Promise<Report> {
  return new Promise((resolve, reject) => {
    child.on('message', (report: Report) => isIt(report) && resolve(report));
    child.once('exit', (code) => reject(new Error(`The process ended with ${code}.`)));
  });
}

const isDone = ({ steps }: Report) => steps !== undefined;

async function kill(child: ChildProcess): Promise<void> {
  if (child.signalCode) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** What the next start finds: all of the user or nothing; says whether it was nothing. */
async function expectAllOrNothing(file: DatabaseFile, server: SyncServer): Promise<boolean> {
  const db = await file.open(indexedSchema);
  const mirror = await startMirror({
    db,
    tables,
    vault: await openUserVault(),
    alsoClear: OWN_TABLES,
  });
  const left = await db.getAll("SELECT 1 FROM ps_crud WHERE data ->> 'op' = 'DELETE'");
  expect(left).toEqual([]);
  const [{ rows }] = (await db.getAll(COUNT)) as [{ rows: number }];
  if (rows > 0) {
    expect(rows).toBe(ROWS - 1);
    expect(await plaintextOnDisk(file.folder, SECRETS)).not.toEqual([]);
    await logOut(db, { alsoClear: OWN_TABLES });
  }
  expect(await plaintextOnDisk(file.folder, SECRETS)).toEqual([]);
  if (rows === 0) await expectAllComesBack(db, server, () => mirror.waitForFirstSync());
  await mirror.close();
  await db.close();
  return rows === 0;
}

async function expectAllComesBack(
  db: PowerSyncDatabase,
  server: SyncServer,
  firstSync: () => Promise<void>,
): Promise<void> {
  await connect(db, server, 'laptop', { uploadData: uploadsOf(tables) });
  await firstSync();
  expect(await db.getAll(`${COUNT} WHERE body LIKE 'Synced Canary %'`)).toEqual([{ rows: ROWS }]);
  await untilUploaded(db);
}

async function expectServerUntouched(server: SyncServer, uploads: number): Promise<void> {
  expect(await server.uploads()).toHaveLength(uploads);
  expect(await server.query('SELECT count(*)::int AS rows FROM notes_sealed')).toEqual([
    { rows: ROWS },
  ]);
}

it.each(Object.keys(WAYS))(
  '%s, killed at any moment, is all done by the next start, or not begun',
  {
    timeout: 600_000,
  },
  async (way) => {
    const { server, file, uploads } = await usedFile();

    const whole = await copyOf(file);
    const child = await startLeaver(whole, way, null);
    child.send('leave');
    const { steps = 0 } = await reportOf(child, isDone);
    const atOnce = await plaintextOnDisk(whole.folder, SECRETS);
    if (way === 'logOut') expect(atOnce).toEqual([]);
    await kill(child);
    expect(await expectAllOrNothing(whole, server)).toBe(true);

    const gone: boolean[] = [];
    // A clear alone is one transaction: where in it makes less of a difference.
    for (let step = 0; step < steps; step += way === 'logOut' ? 1 : 2) {
      const copy = await copyOf(file);
      const dying = await startLeaver(copy, way, step);
      dying.send('leave');
      // It dies, unless this log-out happens to have fewer steps.
      await reportOf(dying, isDone).catch(() => {});
      await kill(dying);
      gone.push(await expectAllOrNothing(copy, server));
    }
    expect(new Set(gone)).toEqual(new Set(way === 'logOut' ? [false, true] : [false]));

    for (const delay of [1, 8]) {
      const copy = await copyOf(file);
      const dying = await startLeaver(copy, way, null);
      dying.send('leave');
      await reportOf(dying, ({ leaving }) => leaving === true);
      await setTimeout(delay);
      await kill(dying);
      await expectAllOrNothing(copy, server);
    }
    await expectServerUntouched(server, uploads);
  },
);

it('ends a mirror in another process, which has no part in what comes after', async () => {
  const { server, file, uploads } = await usedFile();
  const child = await startLeaver(file, 'logOut', null);
  const db = await file.open(indexedSchema);
  await logOut(db, { alsoClear: OWN_TABLES });
  expect(await plaintextOnDisk(file.folder, SECRETS)).toEqual([]);
  child.send('write');
  await reportOf(child, ({ state }) => state === 'replaced');
  expect(await db.getAll('SELECT 1 FROM ps_crud')).toEqual([]);
  const { vault } = vaultForTesting('another user');
  const mirror = await startMirror({ db, tables, vault });
  await mirror.flush();
  expect(await db.getAll('SELECT id FROM notes')).toEqual([{ id: 'late' }]);
  expect(await db.getAll('SELECT 1 FROM ps_crud')).toHaveLength(1);
  await kill(child);
  await expectServerUntouched(server, uploads);
});
