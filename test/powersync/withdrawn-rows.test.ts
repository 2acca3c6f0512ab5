/** Rows that the server acknowledged and lost: what the app can do about it. */
import { defineTable, encrypted } from 'rowseal';
import { serverSql } from 'rowseal/powersync';
import { expect, it } from 'vitest';
import { powersyncDevice, untilUploaded } from '../support/mirrored-powersync.js';
import { syncServer, until, untilRows } from '../support/synced-devices.js';

const notes = defineTable('notes', { body: encrypted.text() });
const tables = [notes];
const ALL = 'SELECT id, body FROM notes ORDER BY id';
const N1 = { id: 'n1', body: 'body of n1' };
const N2 = { id: 'n2', body: 'body of n2' };

it('sends those rows again that the app names, and they are back on all devices', async () => {
  const server = await syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
  const laptop = await powersyncDevice('laptop', tables);
  const phone = await powersyncDevice('phone', tables);
  await Promise.all([laptop.connect(server), phone.connect(server)]);
  const insert = "INSERT INTO notes (id, body) VALUES (?, 'body of ' || ?)";
  for (const id of ['n1', 'n2']) await laptop.db.execute(insert, [id, id]);
  await untilRows(phone.db, ALL, [N1, N2]);
  for (const id of ['n1', 'n2']) await server.dropRow('notes_sealed', id);
  for (const { mirror, db } of [laptop, phone]) {
    await until(async () => expect(mirror.status.withdrawn).toBe(2));
    expect(await db.getAll(ALL)).toEqual([]);
  }
  const withdrawn = await laptop.mirror.troubledRows();
  await laptop.mirror.retry({ withdrawn: withdrawn.filter(({ id }) => id === 'n1') });
  expect(await laptop.db.getAll(ALL)).toEqual([N1]);
  await untilUploaded(laptop.db);
  await untilRows(phone.db, ALL, [N1]);
  for (const { mirror } of [laptop, phone]) {
    await until(async () => expect(mirror.status).toMatchObject({ withdrawn: 1, settled: true }));
  }
});
