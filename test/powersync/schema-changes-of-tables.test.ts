/** Tables that an app version adds or leaves out, other indexes, and SQL that was forgotten. */
import { Schema } from '@powersync/common';
import { cleartext, defineTable, encrypted } from 'rowseal';
import { encryptedTables } from 'rowseal/powersync';
import { expect, it } from 'vitest';
import { migrate, serverOf, updated } from '../support/app-versions.js';
import { powersyncDevice, untilUploaded } from '../support/mirrored-powersync.js';
import { until, untilRows } from '../support/synced-devices.js';

const notes = defineTable('notes', { body: encrypted.text() });
const tasks = defineTable('tasks', { title: encrypted.text() });

it('a table added is empty for an old version, which has all of it once it is updated', async () => {
  const server = await serverOf([notes]);
  const phone = await powersyncDevice('phone', [notes]);
  await phone.connect(server);
  await phone.db.execute("INSERT INTO notes (id, body) VALUES ('n1', 'Note')");
  await untilUploaded(phone.db);
  await migrate(server, [notes, tasks]);
  const laptop = await powersyncDevice('laptop', [notes, tasks]);
  await laptop.connect(server);
  await laptop.db.execute("INSERT INTO tasks (id, title) VALUES ('t1', 'Task')");
  await laptop.db.execute("INSERT INTO notes (id, body) VALUES ('n2', 'Later')"); // comes after it
  await untilRows(phone.db, 'SELECT count(*) AS n FROM notes', [{ n: 2 }]);
  await phone.db.disconnect();
  await phone.mirror.close();
  await phone.db.execute("UPDATE notes SET body = 'Waiting' WHERE id = 'n1'");
  const next = await updated(phone, [notes, tasks]);
  await untilRows(next.db, 'SELECT id, title FROM tasks', [{ id: 't1', title: 'Task' }]);
  await next.connect(server);
  await untilRows(laptop.db, "SELECT body FROM notes WHERE id = 'n1'", [{ body: 'Waiting' }]);
});

it('a table left out sends what was sealed, and takes no other row along', async () => {
  const server = await serverOf([notes, tasks]);
  const laptop = await powersyncDevice('laptop', [notes, tasks]);
  const phone = await powersyncDevice('phone', [notes, tasks]);
  await Promise.all([laptop.connect(server), phone.connect(server)]);
  await laptop.db.execute("INSERT INTO tasks (id, title) VALUES ('t1', 'Task'), ('t2', 'Task')");
  await laptop.db.execute("INSERT INTO notes (id, body) VALUES ('n1', 'Note')");
  await until(async () => expect(await phone.db.getAll('SELECT id FROM tasks')).toHaveLength(2));
  await untilUploaded(laptop.db);
  await laptop.db.disconnect();
  await laptop.db.execute("UPDATE tasks SET title = 'Sealed' WHERE id = 't1'");
  await laptop.mirror.flush();
  await laptop.mirror.close();
  await laptop.db.execute("UPDATE tasks SET title = 'Never sealed' WHERE id = 't2'");
  await laptop.db.execute("UPDATE notes SET body = 'Waiting' WHERE id = 'n1'");

  const next = await updated(laptop, [notes]);
  await next.connect(server);
  await untilRows(phone.db, 'SELECT body FROM notes', [{ body: 'Waiting' }]);
  await untilRows(phone.db, 'SELECT title FROM tasks ORDER BY id', [
    { title: 'Sealed' },
    { title: 'Task' }, // the one edit that an update without flush can lose
  ]);
  await phone.db.execute("UPDATE tasks SET title = 'Of the old one'");
  await untilUploaded(phone.db);
  expect(phone.mirror.status).toMatchObject({ quarantined: 0, rejected: 0 });
  expect(await next.mirror.troubledRows()).toEqual([]);
});

it('other indexes change no row and queue none', async () => {
  const device = await powersyncDevice('laptop', [notes]);
  await device.db.execute("INSERT INTO notes (id, body) VALUES ('n1', 'Note')");
  await device.mirror.flush();
  await device.mirror.close();
  await device.db.execute("UPDATE notes SET body = 'Waiting'");
  const indexes = { notes: { by_body: ['body'] } };
  const { db, mirror } = await updated(
    device,
    [notes],
    new Schema(encryptedTables([notes], { indexes })),
  );
  const plan = await db.getAll("EXPLAIN QUERY PLAN SELECT id FROM notes WHERE body = 'Waiting'");
  expect(JSON.stringify(plan)).toContain('by_body');
  await mirror.flush();
  const sealed = await db.getAll("SELECT id FROM ps_crud WHERE data LIKE '%payload%'");
  expect(sealed).toHaveLength(2);
});

it('a version that is out before its SQL has its rows rejected, and sends them once asked', async () => {
  const folder = cleartext.text().optional();
  const next = [defineTable('notes', { ...notes.columns, folder })];
  const server = await serverOf([notes]);
  const { db, mirror, connect } = await powersyncDevice('laptop', next);
  await connect(server);
  await db.execute("INSERT INTO notes (id, body, folder) VALUES ('n1', 'Note', 'inbox')");
  await until(async () => expect(mirror.status.rejected).toBe(1));
  expect(await db.getAll('SELECT * FROM notes')).toEqual([
    { id: 'n1', body: 'Note', folder: 'inbox' },
  ]);
  await migrate(server, next);
  await mirror.retry();
  await until(async () => expect(mirror.status.rejected).toBe(0));
  await untilUploaded(db);
  expect(await server.query('SELECT folder FROM notes_sealed')).toEqual([{ folder: 'inbox' }]);
});
