/**
 * A hostile server over the wire: genuine rows at the wrong time. Each title begins with the classes of
 * attack, as in `test/attacks/README.md`. A device may answer each distinct payload once, and no more.
 */
import { serverSql, uploadWith } from 'rowseal/powersync';
import { expect, it } from 'vitest';
import {
  findingsOf,
  type HostileWorld,
  hostileWorld,
  NOTES,
  rowsOf,
  TABLES,
} from '../support/hostile-world.js';
import { powersyncDevice, untilUploaded } from '../support/mirrored-powersync.js';
import { connect, syncServer, until, untilRows } from '../support/synced-devices.js';

const TITLES = 'SELECT id, title FROM notes ORDER BY id';

/** A note that the laptop has written three times. */
async function edited() {
  const w = await hostileWorld(['a']);
  for (const title of ['second', 'third']) {
    await w.laptop.db.execute('UPDATE notes SET title = ?', [title]);
    await untilRows(w.phone.db, 'SELECT title FROM notes', [{ title }]);
    await untilUploaded(w.laptop.db);
  }
  return w;
}

/** How many rows are sent in answer, however often the server does it: each device may answer once. */
async function answersTo(w: HostileWorld, attack: () => Promise<void>, times = 4) {
  const before = await w.uploads();
  for (let time = 0; time < times; time++) {
    await attack();
    await w.untilLookedAt();
    await Promise.all([untilUploaded(w.phone.db), untilUploaded(w.laptop.db)]);
    await w.untilLookedAt();
  }
  return (await w.uploads()) - before;
}

it('B01 B05: an earlier version changes nothing, is found, and is answered once', async () => {
  const w = await edited();
  const shown = await rowsOf(w.phone);
  expect(await answersTo(w, () => w.server.replay(NOTES, 'a', 0))).toBeLessThanOrEqual(2);
  for (const device of [w.laptop, w.phone]) {
    expect(await rowsOf(device)).toEqual(shown);
    expect(await findingsOf(device)).toEqual(['a stale-row']);
  }
  expect(await answersTo(w, () => w.server.replay(NOTES, 'a', 1))).toBeLessThanOrEqual(2);
  const fresh = await powersyncDevice('fresh', TABLES);
  await fresh.connect(w.server);
  await untilRows(fresh.db, TITLES, [{ id: 'a', title: 'second' }]); // which nobody can tell it
});

it('B03: a deleted row does not come back where the delete was seen', async () => {
  const w = await edited();
  await w.laptop.db.execute('DELETE FROM notes');
  await untilRows(w.phone.db, TITLES, []);
  await untilUploaded(w.laptop.db);
  expect(await answersTo(w, () => w.server.replay(NOTES, 'a', 2))).toBeLessThanOrEqual(2);
  for (const device of [w.laptop, w.phone]) {
    expect(await rowsOf(device)).toEqual([]);
    expect(await findingsOf(device)).toEqual(['a stale-row']);
  }
});

it('B03: a delete that is served again deletes no row that was inserted since', async () => {
  const w = await edited();
  await w.laptop.db.execute('DELETE FROM notes');
  await untilRows(w.phone.db, TITLES, []);
  await untilUploaded(w.laptop.db);
  await w.phone.db.execute("INSERT INTO notes (id, title, list_id) VALUES ('a', 'again', 'l1')");
  await untilRows(w.laptop.db, TITLES, [{ id: 'a', title: 'again' }]);
  await untilUploaded(w.phone.db);
  expect(await answersTo(w, () => w.server.replay(NOTES, 'a', 3))).toBeLessThanOrEqual(2);
  for (const { db } of [w.laptop, w.phone]) {
    expect(await db.getAll(TITLES)).toEqual([{ id: 'a', title: 'again' }]);
  }
});

it('B01: earlier versions as siblings, and siblings taken away, change nothing', async () => {
  const w = await edited();
  const shown = await rowsOf(w.phone);
  const versions = await w.server.versions(NOTES, 'a');
  const payloads = versions.map(({ payload }) => String(payload));
  expect(await answersTo(w, () => w.server.addSiblings(NOTES, 'a', payloads))).toBe(0);
  await w.server.setColumns(NOTES, 'a', { siblings: '' });
  await w.untilLookedAt();
  for (const device of [w.laptop, w.phone]) expect(await rowsOf(device)).toEqual(shown);
});

it('B04: devices that were kept apart lose nothing once they are not', async () => {
  const w = await edited();
  await w.server.withhold('phone', NOTES, true);
  await until(async () => expect(w.phone.mirror.status.withdrawn).toBe(1));
  await w.laptop.db.execute("UPDATE notes SET title = 'of the laptop'");
  await w.phone.db.execute(
    "INSERT INTO notes (id, title, folder, list_id) VALUES ('b', 'of the phone', 'x', 'l1')",
  );
  await Promise.all([untilUploaded(w.laptop.db), untilUploaded(w.phone.db)]);
  await w.server.withhold('phone', NOTES, false);
  const both = [
    { id: 'a', title: 'of the laptop' },
    { id: 'b', title: 'of the phone' },
  ];
  await untilRows(w.phone.db, TITLES, both);
  await untilRows(w.laptop.db, TITLES, both);
  await w.untilLookedAt();
  for (const { mirror } of [w.laptop, w.phone]) {
    expect(mirror.status).toMatchObject({ withdrawn: 0, quarantined: 0 });
  }
});

it('B02: a table taken from a device uploads nothing, and is back when it is given back', async () => {
  const w = await hostileWorld(['a', 'b', 'c']);
  const shown = await rowsOf(w.phone);
  for (let time = 0; time < 2; time++) {
    await w.server.withhold('phone', NOTES, true);
    await until(async () => expect(w.phone.mirror.status.withdrawn).toBe(3));
    expect(await rowsOf(w.phone)).toEqual([]);
    await w.server.withhold('phone', NOTES, false);
    await until(async () => expect(await rowsOf(w.phone)).toEqual(shown));
    await until(async () => expect(w.phone.mirror.status.withdrawn).toBe(0));
  }
  await w.untilLookedAt();
  expect(await w.uploads()).toBe(0);
});

it('B08: uploads acknowledged and forgotten are withdrawn, kept, and sent again when asked', async () => {
  const server = await syncServer({ tables: serverSql(TABLES, { owner: 'owner_id' }) });
  const { db, mirror } = await powersyncDevice('laptop', TABLES);
  let isForgetful = true;
  let calls = 0;
  await connect(db, server, 'laptop', {
    uploadData: (send) =>
      uploadWith({
        tables: TABLES,
        async send(writes) {
          calls++;
          return isForgetful ? undefined : send(writes);
        },
      }),
  });
  await db.execute("INSERT INTO notes (id, title, list_id) VALUES ('a', 'kept', 'l1')");
  await until(async () => expect(mirror.status.withdrawn).toBe(1));
  expect(await db.getAll(TITLES)).toEqual([]);
  await db.execute("INSERT INTO tasks (id, title) VALUES ('t', 'Task')");
  await until(async () => expect(mirror.status.withdrawn).toBe(2));
  expect(calls).toBe(2);
  isForgetful = false;
  await mirror.retry({ withdrawn: await mirror.troubledRows() });
  await untilUploaded(db);
  expect(await db.getAll(TITLES)).toEqual([{ id: 'a', title: 'kept' }]);
  expect(mirror.status.withdrawn).toBe(0);
  expect(await server.query(`SELECT id FROM ${NOTES}`)).toEqual([{ id: 'a' }]);
});

it('B08: a row that is stored and then lost is asked for by nobody but the user', async () => {
  const w = await edited();
  await w.server.dropRow(NOTES, 'a');
  for (const { mirror } of [w.laptop, w.phone]) {
    await until(async () => expect(mirror.status.withdrawn).toBe(1));
  }
  const before = await w.uploads();
  await w.untilLookedAt();
  expect(await w.uploads()).toBe(before);
  await w.server.replay(NOTES, 'a', 0); // not what it lost, but something earlier
  for (const { db } of [w.laptop, w.phone]) {
    await untilRows(db, TITLES, [{ id: 'a', title: 'third' }]);
  }
});
