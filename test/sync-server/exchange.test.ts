import { expect, test } from 'vitest';
import { spawnSyncServer } from '../../examples/sync-server/spawn-sync-server.js';
import {
  NOTES_SQL,
  syncedDevice,
  syncServer,
  until,
  untilRows,
} from '../support/synced-devices.js';

const NOTES = 'SELECT id, body, stars FROM notes ORDER BY id';

test('a row travels from one device to another, with its edits and its end', async () => {
  const server = await syncServer();
  const laptop = await syncedDevice(server, 'laptop');
  const phone = await syncedDevice(server, 'phone');

  await laptop.execute("INSERT INTO notes (id, body, stars) VALUES ('n1', 'Milk', 1)");
  await untilRows(phone, NOTES, [{ id: 'n1', body: 'Milk', stars: 1 }]);

  await phone.execute("UPDATE notes SET stars = 5 WHERE id = 'n1'");
  await untilRows(laptop, NOTES, [{ id: 'n1', body: 'Milk', stars: 5 }]);
  const stored = await server.query('SELECT owner_id, body, stars FROM notes');
  expect(stored).toEqual([{ owner_id: 'ada', body: 'Milk', stars: 5 }]);

  await laptop.execute("DELETE FROM notes WHERE id = 'n1'");
  await untilRows(phone, NOTES, []);
});

test('a server in a process of its own does the same and can be asked the same', async () => {
  const server = await spawnSyncServer({ tables: NOTES_SQL });
  try {
    const laptop = await syncedDevice(server, 'laptop');
    const phone = await syncedDevice(server, 'phone');
    await laptop.execute("INSERT INTO notes (id, body, stars) VALUES ('n1', 'Milk and honey', 1)");
    await untilRows(phone, NOTES, [{ id: 'n1', body: 'Milk and honey', stars: 1 }]);
    expect(await server.uploadsOf('notes', 'n1')).toBe(1);
    expect(await server.findReceived(['Milk and honey', 'Bread and butter'])).toEqual([
      { text: 'Milk and honey', form: 'as it is', seq: expect.any(Number), url: '/upload' },
    ]);
    await expect(server.query('SELECT nothing')).rejects.toThrow('column "nothing" does not exist');
  } finally {
    await server.close();
  }
  await expect(server.query('SELECT 1')).rejects.toThrow();
});

test('users see their own rows, and what has no owner', async () => {
  const server = await syncServer();
  const ada = await syncedDevice(server, 'laptop');
  const bob = await syncedDevice(server, 'tablet', { owner: 'bob' });
  await ada.execute("INSERT INTO notes (id, body) VALUES ('n1', 'of Ada')");
  await bob.execute("INSERT INTO notes (id, body) VALUES ('n2', 'of Bob')");
  await server.query("INSERT INTO news (id, title) VALUES ('w1', 'to all')");
  for (const [db, id] of [
    [ada, 'n1'],
    [bob, 'n2'],
  ] as const) {
    await untilRows(db, 'SELECT id FROM news', [{ id: 'w1' }]);
    await untilRows(db, 'SELECT id FROM notes', [{ id }]);
  }
});

test("an app's transaction arrives as one, and is seen as one", async () => {
  const server = await syncServer();
  const laptop = await syncedDevice(server, 'laptop');
  await laptop.writeTransaction(async (tx) => {
    await tx.execute("INSERT INTO notes (id, body) VALUES ('n1', 'Milk')");
    await tx.execute("INSERT INTO tags (id, name) VALUES ('t1', 'shop')");
    await tx.execute("UPDATE notes SET stars = 2 WHERE id = 'n1'");
  });
  await until(async () => expect(await server.uploads()).toHaveLength(1));
  const [upload] = await server.uploads();
  expect(upload?.device).toBe('laptop');
  expect(upload?.writes.map(({ op, table, id }) => [op, table, id])).toEqual([
    ['PUT', 'notes', 'n1'],
    ['PUT', 'tags', 't1'],
    ['PATCH', 'notes', 'n1'],
  ]);
  expect(await server.uploadsOf('notes', 'n1')).toBe(2);
  await until(async () => {
    expect(await server.query('SELECT body, stars FROM notes')).toEqual([
      { body: 'Milk', stars: 2 },
    ]);
  });
});

test('a migration changes tables under devices that are connected', async () => {
  const server = await syncServer();
  const laptop = await syncedDevice(server, 'laptop');
  await laptop.execute("INSERT INTO notes (id, body, stars) VALUES ('n1', 'Milk', 1)");
  await untilRows(laptop, 'SELECT owner_id FROM notes', [{ owner_id: 'ada' }]);
  await server.migrate(`
    ALTER TABLE notes ADD mood text DEFAULT 'glad';
    DROP TABLE tags;
    CREATE TABLE tags (id text PRIMARY KEY, name text);
    CREATE TABLE lists (id text PRIMARY KEY)`);
  await server.query("INSERT INTO tags VALUES ('t1', 'everybody''s')");
  await untilRows(laptop, 'SELECT * FROM tags', [{ id: 't1', name: "everybody's" }]);
  await server.query("UPDATE notes SET mood = 'sad'");
  const served = `SELECT data ->> 'mood' AS mood FROM ps_data__notes`;
  await untilRows(laptop, served, [{ mood: 'sad' }]);
  await expect(server.migrate('DROP TABLE no_such')).rejects.toThrow('no_such');
  await server.query("UPDATE notes SET mood = 'calm'");
  await untilRows(laptop, served, [{ mood: 'calm' }]);
});
