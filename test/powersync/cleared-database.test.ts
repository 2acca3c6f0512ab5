/** What a log-out meets that does not go smoothly, and clears that a start only learns of later. */
import type { PowerSyncDatabase } from '@powersync/node';
import { memoryStore, openVault } from 'rowseal';
import { logOut, type Mirror, startMirror } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { shredDeleted } from '../../src/adapters/powersync/leftovers.js';
import { indexedSchema, notes, OWN_TABLES, OWN_TABLES_SQL } from '../support/leaving.js';
import { openUserVault } from '../support/mirrored-powersync.js';
import { databaseFile } from '../support/open-powersync.js';
import { plaintextOnDisk } from '../support/plaintext-on-disk.js';
import { until } from '../support/synced-devices.js';

const tables = [notes];
const SECRET = 'Left Canary';
const ALL = 'SELECT id, body FROM notes ORDER BY id';

async function filledFile() {
  const file = await databaseFile();
  const db = await file.open(indexedSchema);
  for (const sql of OWN_TABLES_SQL) await db.execute(sql);
  const mirror = await start(db);
  await insert(db, 'n1', SECRET);
  await mirror.flush();
  return { file, db, mirror };
}

async function start(db: PowerSyncDatabase, of?: 'another user'): Promise<Mirror> {
  const { vault, opener } = vaultForTesting('another user');
  const another = () => openVault(memoryStore(vault.header), opener);
  const mirror = await startMirror({
    db,
    tables,
    vault: await (of ? another() : openUserVault()),
    alsoClear: OWN_TABLES,
  });
  onTestFinished(() => mirror.close());
  return mirror;
}

function insert(db: PowerSyncDatabase, id: string, body: string) {
  const sql = "INSERT INTO notes (id, body, count, folder) VALUES (?, ?, 1, 'inbox')";
  return db.execute(sql, [id, body]);
}

/** Calls back once, behind the first transaction. */
function afterFirstTransaction(
  db: PowerSyncDatabase,
  then: () => Promise<unknown>,
): PowerSyncDatabase {
  let isFirst = true;
  const writeTransaction: PowerSyncDatabase['writeTransaction'] = async (...args) => {
    const result = await db.writeTransaction(...args);
    if (isFirst) {
      isFirst = false;
      await then();
    }
    return result;
  };
  return new Proxy(db, {
    get(target, name) {
      if (name === 'writeTransaction') return writeTransaction;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('log-out', () => {
  it('says that bytes are left while somebody reads, and is done when it is called again', async () => {
    const { file, db } = await filledFile();
    const reader = await file.open(indexedSchema);
    await db.writeLock((connection) => connection.execute('PRAGMA busy_timeout = 20'));
    await reader.readTransaction(async (tx) => {
      await tx.get('SELECT count(*) FROM ps_kv');
      await expect(logOut(db)).rejects.toMatchObject({ code: 'STORE_FAILED' });
      expect(await db.getAll(ALL)).toEqual([]);
      expect(await plaintextOnDisk(file.folder, [SECRET])).not.toEqual([]);
    });
    await logOut(db);
    expect(await plaintextOnDisk(file.folder, [SECRET])).toEqual([]);
  });

  it('is finished by the next start as well, once nobody reads', async () => {
    const { file, db } = await filledFile();
    const reader = await file.open(indexedSchema);
    await db.writeLock((connection) => connection.execute('PRAGMA busy_timeout = 20'));
    await reader.readTransaction(async (tx) => {
      await tx.get('SELECT count(*) FROM ps_kv');
      await expect(logOut(db)).rejects.toMatchObject({ code: 'STORE_FAILED' });
      await expect(start(db)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    });
    await start(db);
    expect(await plaintextOnDisk(file.folder, [SECRET])).toEqual([]);
  });

  it('says so, too, while somebody writes', async () => {
    const { file, db } = await filledFile();
    const writer = await file.open(indexedSchema);
    await db.writeLock((connection) => connection.execute('PRAGMA busy_timeout = 20'));
    await writer.writeTransaction(async (tx) => {
      await tx.execute('INSERT INTO drafts (body) VALUES (1)');
      await expect(shredDeleted(db)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    });
    await shredDeleted(db);
  });

  it.each([
    ['readTransaction', 'SELECT count(*) FROM drafts'],
    ['writeTransaction', 'INSERT INTO drafts (body) VALUES (1)'],
  ] as const)(
    'waits for a short %s elsewhere, where statements did not wait',
    async (name, sql) => {
      const { file, db } = await filledFile();
      const elsewhere = await file.open(indexedSchema);
      await db.writeLock((connection) => connection.execute('PRAGMA busy_timeout = 0'));
      let done: Promise<unknown> = Promise.resolve();
      await elsewhere[name](async (tx) => {
        await tx.execute(sql);
        done = logOut(db).then(() => start(db));
        done.catch(() => {}); // it is awaited below
        await new Promise((resolve) => setTimeout(resolve, 100));
      });
      await done;
      const left = await db.writeLock((connection) => connection.get('PRAGMA busy_timeout'));
      expect(left).toEqual({ timeout: 5000 });
    },
  );

  it.each(['no_table', 'notes', 'ps_crud', 'notes_sealed', 'rowseal_queue', 'sqlite_schema'])(
    'refuses to clear %s, with nothing changed',
    async (table) => {
      const { db, mirror } = await filledFile();
      await expect(logOut(db, { alsoClear: [table] })).rejects.toThrow(TypeError);
      await expect(
        startMirror({ db, tables, vault: await openUserVault(), alsoClear: [table] }),
      ).rejects.toThrow(TypeError);
      expect(mirror.status).toMatchObject({ state: 'running' });
      expect(await db.getAll(ALL)).toHaveLength(1);
    },
  );

  it('takes a database on which no mirror runs, and one whose own tables were dropped', async () => {
    const file = await databaseFile();
    const db = await file.open(indexedSchema);
    for (const sql of OWN_TABLES_SQL) await db.execute(sql);
    await insert(db, 'n1', SECRET);
    await db.execute('INSERT INTO drafts (body) VALUES (?)', [SECRET]);
    await logOut(db, { alsoClear: OWN_TABLES });
    expect(await plaintextOnDisk(file.folder, [SECRET])).toEqual([]);
    expect(await db.getAll('SELECT * FROM drafts')).toEqual([]);
    await start(db);
    await logOut(db);
    await insert(db, 'n2', SECRET);
    await db.disconnectAndClear();
    const mirror = await start(db);
    expect(await plaintextOnDisk(file.folder, [SECRET])).toEqual([]);
    for (const event of ['insert', 'delete']) await db.execute(`DROP TRIGGER words_${event}`);
    for (const name of OWN_TABLES) await db.execute(`DROP TABLE ${name}`);
    await mirror.unlock(await openUserVault());
    await logOut(db);
  });

  it('ends a mirror elsewhere, which touches nothing of what comes after', async () => {
    const { file, db } = await filledFile();
    const elsewhere = await file.open(indexedSchema);
    const there = await start(elsewhere);
    await there.flush();
    await logOut(db);
    await insert(elsewhere, 'b1', 'of the next user');
    await until(() => expect(there.status).toMatchObject({ state: 'replaced' }));
    expect(await db.getAll('SELECT 1 FROM ps_crud')).toEqual([]);
    const mirror = await start(db, 'another user');
    await mirror.flush();
    expect(await db.getAll(ALL)).toEqual([{ id: 'b1', body: 'of the next user' }]);
    expect(await db.getAll('SELECT 1 FROM ps_crud')).toHaveLength(1);
  });
});

describe('what else keeps plaintext', () => {
  it.each([
    ['logOut', (db: PowerSyncDatabase) => logOut(db)],
    ['a clear', (db: PowerSyncDatabase) => db.disconnectAndClear()],
  ])('in samples of indexed values goes after %s', async (_, leave) => {
    const { file, db } = await filledFile();
    await db.execute('ANALYZE');
    await leave(db);
    await start(db);
    expect(await plaintextOnDisk(file.folder, [SECRET])).toEqual([]);
  });

  it('goes when log-out is called twice at once, too', async () => {
    const { file, db } = await filledFile();
    await Promise.all([logOut(db), logOut(db)]);
    expect(await plaintextOnDisk(file.folder, [SECRET])).toEqual([]);
  });
});

describe('a start', () => {
  it('begins again when somebody else has come and gone meanwhile', async () => {
    const { file, db } = await filledFile();
    const elsewhere = await file.open(indexedSchema);
    await db.disconnectAndClear({ clearLocal: false });
    const interrupted = afterFirstTransaction(db, async () => {
      await start(elsewhere, 'another user');
      await insert(elsewhere, 'n2', 'Second Canary');
      await elsewhere.disconnectAndClear({ clearLocal: false });
    });
    await start(interrupted);
    expect(await db.getAll(ALL)).toEqual([]);
    expect(await plaintextOnDisk(file.folder, [SECRET, 'Second Canary'])).toEqual([]);
  });

  it('is refused to the second of two users who start at once', async () => {
    const file = await databaseFile();
    const db = await file.open(indexedSchema);
    for (const sql of OWN_TABLES_SQL) await db.execute(sql);
    await insert(db, 'n1', SECRET);
    const starts = await Promise.allSettled([start(db), start(db, 'another user')]);
    const refusals = starts.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(refusals).toMatchObject([{ code: 'VAULT_MISMATCH' }]);
  });

  it('takes a clear that its trigger did not see for one', async () => {
    const { file, db, mirror } = await filledFile();
    await mirror.close();
    await insert(db, 'n2', SECRET);
    await db.execute('DROP TRIGGER rowseal_cleared');
    await db.disconnectAndClear({ clearLocal: false });
    const next = await start(db, 'another user');
    await next.flush();
    expect(await db.getAll(ALL)).toEqual([]);
    expect(await db.getAll('SELECT 1 FROM ps_crud')).toEqual([]);
    expect(await plaintextOnDisk(file.folder, [SECRET])).toEqual([]);
  });

  it('keeps what was written since the clear', async () => {
    const { db, mirror } = await filledFile();
    await mirror.close();
    await db.disconnectAndClear({ clearLocal: false });
    await insert(db, 'b1', 'inserted');
    await insert(db, 'b2', 'inserted');
    await db.execute("UPDATE notes SET body = 'edited' WHERE id IN ('n1', 'b2')");
    await db.execute("DELETE FROM notes WHERE id = 'b1'");
    await insert(db, 'b1', 'inserted again');
    const next = await start(db, 'another user');
    await next.flush();
    expect(await db.getAll(ALL)).toEqual([
      { id: 'b1', body: 'inserted again' },
      { id: 'b2', body: 'edited' },
    ]);
    expect(await db.getAll('SELECT 1 FROM ps_crud')).toHaveLength(2);
  });
});
