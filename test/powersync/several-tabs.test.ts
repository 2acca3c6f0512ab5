/** Several processes on one database file: one mirror works, and another goes on when it can't. */

import type { PowerSyncDatabase } from '@powersync/node';
import { logOut, startMirror } from 'rowseal/powersync';
import { expect, it, onTestFinished } from 'vitest';
import { openUserVault } from '../support/mirrored-powersync.js';
import { type DatabaseFile, databaseFile } from '../support/open-powersync.js';
import { sharedPowersyncAt } from '../support/powersync-at.js';
import { until } from '../support/synced-devices.js';
import { notes, schema, WRITINGS, type Writing } from '../support/tab-schema.js';
import { openTab, type Tab } from '../support/tabs.js';

/** The test is one of the processes, too. */
async function openShared({ folder }: DatabaseFile): Promise<PowerSyncDatabase> {
  const db = await sharedPowersyncAt(folder, schema);
  onTestFinished(() => db.close());
  return db;
}

async function openTabs(file: DatabaseFile, ...names: readonly string[]): Promise<Tab[]> {
  return Promise.all(names.map((name) => openTab(file.folder, name)));
}

/** The first one works, the others stand by. */
async function startTabs(...tabs: readonly Tab[]): Promise<void> {
  for (const tab of [...tabs].reverse()) expect(await tab.ask('start')).toBeUndefined();
  await tabs[0]?.is('running');
  for (const tab of tabs.slice(1)) await tab.is('standby');
}

/** Each row was sealed once, by whoever worked then; nothing is lost. */
async function expectSealedOnce(file: DatabaseFile, ...tabs: readonly Tab[]): Promise<Writing[]> {
  const db = await openShared(file);
  const writings = await db.getAll<Writing>(WRITINGS);
  const committed = tabs.flatMap((tab) => tab.committed);
  const rows = await db.getAll<{ id: string }>('SELECT id FROM notes ORDER BY id');
  const ids = rows.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(committed));
  expect(writings.map(({ id }) => id).sort()).toEqual(ids);
  const uploads = await db.getAll<{ id: string }>("SELECT data ->> 'id' AS id FROM ps_crud");
  expect(uploads.map(({ id }) => id).sort()).toEqual(ids);
  const owners = writings.map(({ owner }) => owner);
  expect(owners).toEqual([...owners].sort((a, b) => a - b));
  const processes = new Map(writings.map(({ owner, process }) => [owner, process]));
  for (const { owner, process } of writings) expect(processes.get(owner)).toBe(process);
  await db.close();
  return writings;
}

it('one of several that start at the same instant works, and seals what all of them write', async () => {
  const file = await databaseFile();
  const tabs = await openTabs(file, 'a', 'b', 'c');
  const started = await Promise.all(tabs.map((tab) => tab.ask('start')));
  expect(started).toEqual([undefined, undefined, undefined]);
  for (let round = 0; round < 3; round++) await Promise.all(tabs.map((tab) => tab.ask('write')));
  expect(await Promise.all(tabs.map((tab) => tab.ask('flush')))).toEqual(started);
  await until(() => {
    expect(tabs.map(({ state }) => state).sort()).toEqual(['running', 'standby', 'standby']);
  });
  await until(() => expect(tabs.map(({ status }) => status?.pendingOut)).toEqual([0, 0, 0]));
  await expectSealedOnce(file, ...tabs);
});

it('another takes over when the one that works is killed, while both write', async () => {
  const file = await databaseFile();
  const [first, heir] = (await openTabs(file, 'a', 'heir')) as [Tab, Tab];
  await startTabs(first, heir);
  await heir.ask('writeOn');
  const workers = [first];
  for (const name of ['b', null]) {
    const worker = workers.at(-1) as Tab;
    await worker.ask('writeOn');
    await until(() => expect(worker.committed.length).toBeGreaterThan(5 * workers.length));
    await worker.kill();
    await heir.is('running');
    if (name === null) break;
    const next = await openTab(file.folder, name);
    await next.ask('start');
    await heir.is('standby');
    workers.push(next);
  }
  await heir.ask('stopWriting');
  await heir.ask('flush');
  await heir.kill();
  const writings = await expectSealedOnce(file, heir, ...workers);
  expect(new Set(writings.map(({ process }) => process)).size).toBe(3);
});

it('another takes over when the one that works is closed, or its vault is locked', async () => {
  const file = await databaseFile();
  const [a, b] = (await openTabs(file, 'a', 'b')) as [Tab, Tab];
  await startTabs(a, b);
  await a.ask('lock');
  await a.ask('write');
  await a.is('locked');
  await b.is('running');
  expect(await a.ask('flush')).toBe('LOCKED');
  expect(await b.ask('flush')).toBeUndefined();
  expect(await a.ask('unlock')).toBeUndefined();
  await b.is('standby');
  await b.ask('write');
  expect(await b.ask('flush')).toBeUndefined();
  await a.ask('close');
  await b.is('running');
  await b.ask('write');
  await b.ask('flush');
  const writings = await expectSealedOnce(file, a, b);
  expect(writings.map(({ process }) => process)).toEqual(['b', 'a', 'b']);
});

it('one that was frozen past its time writes nothing more, and stands by', async () => {
  const file = await databaseFile();
  const [frozen, heir] = (await openTabs(file, 'frozen', 'heir')) as [Tab, Tab];
  await startTabs(frozen, heir);
  await frozen.ask('writeOn');
  await until(() => expect(frozen.committed.length).toBeGreaterThan(5));
  const db = await openShared(file);
  await freeze(frozen, db);
  await heir.ask('write');
  await heir.is('running');
  await heir.ask('flush');
  const { owner } = await db.get<{ owner: number }>('SELECT owner FROM rowseal_state');
  frozen.signal('SIGCONT');
  await frozen.is('standby');
  const seen = frozen.committed.length;
  await until(() => expect(frozen.committed.length).toBeGreaterThan(seen));
  await frozen.ask('stopWriting');
  await frozen.ask('flush');
  const writings = await expectSealedOnce(file, frozen, heir);
  const late = writings.filter((writing) => writing.owner >= owner);
  expect(new Set(late.map(({ process }) => process))).toEqual(new Set(['heir']));
});

/** One that is stopped with the write lock in its hands would keep it. */
async function freeze(tab: Tab, db: PowerSyncDatabase): Promise<void> {
  await db.writeLock((connection) => connection.execute('PRAGMA busy_timeout = 20'));
  await until(async () => {
    tab.signal('SIGSTOP');
    await db
      .writeTransaction(async () => {})
      .catch((error: unknown) => {
        tab.signal('SIGCONT');
        throw error;
      });
  });
}

it('a log-out in one ends the others, which ask nothing of what comes after', async () => {
  const file = await databaseFile();
  const [a, b] = (await openTabs(file, 'a', 'b')) as [Tab, Tab];
  await startTabs(a, b);
  await a.ask('write');
  await b.ask('flush');
  expect(await b.ask('logOut')).toBeUndefined();
  await a.is('replaced');
  expect(await a.ask('retry')).toBe('STORE_FAILED');
  expect(await a.ask('unlock')).toBe('STORE_FAILED');
  const db = await openShared(file);
  expect(await db.getAll('SELECT * FROM rowseal_queue')).toEqual([]);
  const mirror = await startMirror({ db, tables: [notes], vault: await openUserVault() });
  onTestFinished(() => mirror.close());
  await db.execute("INSERT INTO notes (id, body) VALUES ('next', 'of the next user')");
  await mirror.flush();
  expect(await db.getAll("SELECT data ->> 'id' AS id FROM ps_crud")).toEqual([{ id: 'next' }]);
  await logOut(db);
});
