/** What waits in a real upload queue while the app unlocks with a vault that has another primary. */
import { decryptRow } from 'rowseal';
import { startMirror, type UploadWrite, uploadWith } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createPowerSyncStore } from '../../src/adapters/powersync/powersync-store.js';
import { declarationOf } from '../../src/sync/declaration.js';
import { payloadIdOf } from '../support/payload-text.js';
import { notes, prefixOf, tables, tasks, waitingIn } from '../support/rekeyed-devices.js';
import { idsUnder, resealingDevice } from '../support/resealing-device.js';
import { until } from '../support/synced-devices.js';
import { watchedDatabase } from '../support/watched-powersync.js';

it('a chain of edits waits as one row, which names what may have been sent', async () => {
  const { db, next, run, unlock, waiting } = await resealingDevice();
  await run("INSERT INTO notes (id, title) VALUES ('n1', 'one')");
  await run("UPDATE notes SET body = 'two'");
  await run("UPDATE notes SET folder = 'three'");
  const before = (await waiting()).map((each) => payloadIdOf(String(each.payload)));
  await unlock();
  expect(await idsUnder(db, prefixOf(next))).toEqual(['n1']);
  const [{ payload, parents } = { payload: null, parents: null }] = await waiting();
  expect(new Set(parents?.split(' '))).toEqual(new Set([before[0], before[2]]));
  const row = { id: 'n1', payload: String(payload), folder: 'three' };
  expect(decryptRow(next, notes, row)).toMatchObject({ title: 'one', body: 'two' });
});

it('what waits in one upload stays together, and other uploads are divided from it', async () => {
  const { db, next, run, unlock, waiting } = await resealingDevice();
  const rows = (from: number, to: number) =>
    `INSERT INTO notes (id, title) WITH RECURSIVE n (i) AS (
      SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to}
    ) SELECT 'n' || i, 'title' FROM n`;
  await run(rows(1, 600), "INSERT INTO tasks (id, name) VALUES ('t1', 'with the first')");
  await run(rows(601, 1200));
  await run(rows(1201, 1300));
  await run("UPDATE notes SET title = 'chained' WHERE id IN ('n601', 'n1300')");
  await run(rows(1301, 1400));
  const uploads = async () => {
    const byTx = new Map<number, string[]>();
    for (const { tx, id } of await waiting()) byTx.set(tx, [...(byTx.get(tx) ?? []), id]);
    return [...byTx.values()];
  };
  const before = await uploads();
  expect(before).toHaveLength(5);
  await unlock();
  expect(new Set(await idsUnder(db, prefixOf(next))).size).toBe(1401);
  const after = await uploads();
  expect(after.at(-1)).toHaveLength(100);
  for (const ids of before) {
    expect(after.some((together) => ids.every((id) => together.includes(id)))).toBe(true);
  }
});

it('a payload goes whose row was deleted by DELETE since', async () => {
  const { db, run, unlock, waiting } = await resealingDevice({ deletes: 'engine' });
  await run("INSERT INTO notes (id, title) VALUES ('n1', 'one')");
  await run("DELETE FROM notes WHERE id = 'n1'");
  await unlock();
  expect((await waiting()).map(({ op, id }) => `${op} ${id}`)).toEqual(['DELETE n1']);
  expect(await db.getAll('SELECT * FROM rowseal_queue')).toEqual([]);
});

it('a payload goes whose row was deleted by DELETE since, whatever the server shows in its place', async () => {
  const { db, mirror, next, run, unlock, waiting } = await resealingDevice({ deletes: 'engine' });
  await run("INSERT INTO notes (id, title) VALUES ('n1', 'one'), ('n2', 'one')");
  await run("DELETE FROM notes WHERE id = 'n1'");
  await db.writeTransaction(async (tx) => {
    await tx.execute('UPDATE rowseal_state SET writing = 1');
    await tx.execute(
      "INSERT INTO rowseal_queue (dir, tbl, id, at) VALUES ('in', 'notes', 'n1', 1)",
    );
    await tx.execute(
      `INSERT INTO ps_data__notes_sealed (id, data) VALUES ('n1', '{"payload":"no envelope"}')`,
    );
    await tx.execute('UPDATE rowseal_state SET writing = 0');
  });
  await mirror.flush();
  await unlock();
  const left = (await waiting()).map(({ op, id, payload }) => [
    op,
    id,
    payload?.startsWith(prefixOf(next)),
  ]);
  expect(left).toEqual([
    ['DELETE', 'n1', undefined],
    ['PUT', 'n2', true],
  ]);
  expect(mirror.status.quarantined).toBe(1);
  const sent: string[] = [];
  const upload = uploadWith({
    tables,
    async send(writes) {
      sent.push(...writes.map(({ id }) => id));
    },
  });
  while ((await waiting()).length > 0) await upload(db);
  expect(sent).toEqual(['n1', 'n2']);
});

it('what waits leaves though what the app wrote since can not be sealed', async () => {
  const { db, mirror, next, run, unlock, waiting } = await resealingDevice();
  await run("INSERT INTO notes (id, title) VALUES ('n1', 'one')");
  await run("UPDATE notes SET title = 'two', day = 'some day'");
  expect(mirror.status.unsealable).toBe(1);
  await unlock();
  expect(await idsUnder(db, prefixOf(next))).toEqual(['n1']);
  const [{ payload } = { payload: null }] = await waiting();
  const row = { id: 'n1', payload: String(payload), folder: null };
  expect(decryptRow(next, notes, row)).toMatchObject({ title: 'one' });
  expect(await db.getAll('SELECT title FROM notes')).toEqual([{ title: 'two' }]);
  expect(mirror.status.unsealable).toBe(1);
});

it('what waits leaves though what arrived since is under a key that nobody knows yet', async () => {
  const { db, mirror, next, run, unlock, waiting } = await resealingDevice();
  await run("INSERT INTO tasks (id, name) VALUES ('t1', 'one')");
  // As a server can do that lets a table sync past the upload queue.
  await db.writeTransaction(async (tx) => {
    await tx.execute('UPDATE rowseal_state SET writing = 1');
    await tx.execute(
      "INSERT INTO rowseal_queue (dir, tbl, id, at, base) SELECT 'in', 'tasks', id, 1, data FROM ps_data__tasks_sealed",
    );
    const payload = `${prefixOf(next).slice(0, -3)}AAA${'A'.repeat(100)}`;
    await tx.execute("UPDATE ps_data__tasks_sealed SET data = json_set(data, '$.payload', ?)", [
      payload,
    ]);
    await tx.execute('UPDATE rowseal_state SET writing = 0');
  });
  await unlock();
  expect(await idsUnder(db, prefixOf(next))).toEqual(['t1']);
  const [{ payload } = { payload: null }] = await waiting();
  expect(decryptRow(next, tasks, { id: 't1', payload: String(payload) })).toMatchObject({
    name: 'one',
  });
  expect(mirror.status.quarantined).toBe(0);
});

it('a vault that lacks the key used last locks the mirror, and says why', async () => {
  const { db, mirror, first, next, run, unlock, open } = await resealingDevice();
  await unlock();
  await run("INSERT INTO notes (id, title) VALUES ('n1', 'under the next')");
  await mirror.unlock(await open(first.header));
  await expect(mirror.flush()).rejects.toMatchObject({ code: 'LOCKED' });
  await until(() => expect(mirror.status.state).toBe('locked'));
  expect(mirror.status.header).toMatchObject({ code: 'HEADER_ROLLBACK' });
  await db.execute("INSERT INTO notes (id, title) VALUES ('n2', 'later')");
  await mirror.unlock(await open(next.header));
  await mirror.flush();
  expect(mirror.status).toMatchObject({ state: 'running', header: null });
  expect(await idsUnder(db, prefixOf(next))).toEqual(['n1', 'n2']);
});

it('an upload waits for the mirror to seal its rows again', async () => {
  const { db, mirror, next, run } = await resealingDevice();
  await run("INSERT INTO notes (id, title) VALUES ('n1', 'one')");
  await mirror.close();
  // As a mirror that dies when it has noted the next key.
  const dying = createPowerSyncStore(db, tables);
  const declarations = new Map(tables.map((table) => [table.name, declarationOf(table)]));
  await dying.takeOver({ vaultId: next.vaultId, declarations, silentSince: null });
  const { vault: old } = vaultForTesting('sealed again');
  await dying.sealUnder({ prefixes: [prefixOf(next), prefixOf(old)], headers: [] });
  const sent: UploadWrite[] = [];
  const upload = uploadWith({
    tables,
    send: async (writes) => {
      sent.push(...writes);
    },
  });
  await expect(upload(db)).rejects.toMatchObject({ code: 'LOCKED' });
  const uploaded = upload(db);
  const again = await startMirror({ db, tables, vault: next });
  onTestFinished(() => again.close());
  await uploaded;
  expect(sent.map(({ data }) => String(data?.payload).startsWith(prefixOf(next)))).toEqual([true]);
  await again.flush();
  expect(await waitingIn(db)).toEqual([]);
});

it('what waits under the primary already is found without the write lock', async () => {
  const { db, mirror, first, next, run, waiting } = await resealingDevice();
  await run("INSERT INTO notes (id, title) VALUES ('n1', 'one')");
  await mirror.close();
  const { db: watched, watch } = watchedDatabase(db);
  const store = createPowerSyncStore(watched, tables);
  const declarations = new Map(tables.map((table) => [table.name, declarationOf(table)]));
  await store.takeOver({ vaultId: first.vaultId, declarations, silentSince: null });
  watch.reset();
  const before = { prefixes: [prefixOf(first)], headers: [first.header] };
  const after = { prefixes: [prefixOf(next), prefixOf(first)], headers: [next.header] };
  expect(await store.sealUnder(before)).toBe('noted');
  expect(watch.lockTimes).toEqual([]);
  expect(await store.sealUnder(after)).toBe('noted');
  expect(watch.lockTimes).toHaveLength(1);
  expect(await waiting()).toHaveLength(1);
  await store.holdUploads();
  watch.reset();
  await store.sealUnder(after);
  expect(watch.lockTimes).toHaveLength(1);
});

it('a refusal is noted of an upload that was taken back in part', async () => {
  const { db, mirror, run, unlock } = await resealingDevice({ deletes: 'engine' });
  await run("INSERT INTO notes (id, title) VALUES ('n1', 'one'), ('n2', 'one')");
  const accept = uploadWith({ tables, send: async () => {} });
  await accept(db);
  await run("UPDATE notes SET title = 'two' WHERE id = 'n1'", "DELETE FROM notes WHERE id = 'n2'");
  const refuse = uploadWith({
    tables,
    async send(writes) {
      await unlock();
      return { refused: writes.map(({ table, id }) => ({ table, id, reason: 'no' })) };
    },
  });
  await refuse(db);
  const noted = await db.getAll('SELECT id FROM rowseal_rejected ORDER BY id');
  expect(noted).toEqual([{ id: 'n1' }, { id: 'n2' }]);
  expect((await waitingIn(db)).map(({ op, id }) => `${op} ${id}`)).toEqual(['PUT n1']);
  const rejected = (await mirror.troubledRows()).map(({ kind, id }) => `${kind} ${id}`);
  expect(rejected).toEqual(['rejected n2']);
});
