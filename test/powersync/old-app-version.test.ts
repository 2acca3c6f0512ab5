/** A device with an app version that lacks a column, before and after its upgrade. */
import { defineTable, encrypted } from 'rowseal';
import { serverSql } from 'rowseal/powersync';
import { expect, it } from 'vitest';
import { powersyncDevice, untilUploaded } from '../support/mirrored-powersync.js';
import { syncServer, untilRows } from '../support/synced-devices.js';

const old = [defineTable('notes', { title: encrypted.text() })];
const current = [defineTable('notes', { title: encrypted.text(), mood: encrypted.text() })];
const ALL = 'SELECT title, mood FROM notes';

it('a trouble that a newer version noted is listed with its code, and tried again', async () => {
  const { db, mirror } = await powersyncDevice('phone', old);
  await db.execute("INSERT INTO notes (id, title) VALUES ('n1', 'Title')");
  await mirror.flush();
  await db.execute("UPDATE rowseal_rows SET trouble = 'quarantined', code = 'NOT_KNOWN_YET'");
  expect(await mirror.troubledRows()).toMatchObject([{ id: 'n1', code: 'NOT_KNOWN_YET' }]);
  await mirror.retry();
  expect(await mirror.troubledRows()).toEqual([]);
});

it('an edit by an old version keeps a column that it lacks, which the upgrade shows', async () => {
  const server = await syncServer({ tables: serverSql(current, { owner: 'owner_id' }) });
  const laptop = await powersyncDevice('laptop', current);
  const phone = await powersyncDevice('phone', old);
  await Promise.all([laptop.connect(server), phone.connect(server)]);
  await laptop.db.execute("INSERT INTO notes (id, title, mood) VALUES ('n1', 'Title', 'glad')");
  await untilRows(phone.db, 'SELECT title FROM notes', [{ title: 'Title' }]);
  await phone.db.execute("UPDATE notes SET title = 'By the old one'");
  const edited = [{ title: 'By the old one', mood: 'glad' }];
  await untilRows(laptop.db, ALL, edited);

  await phone.db.disconnect();
  await phone.db.execute("UPDATE notes SET title = 'Before the upgrade'");
  await phone.mirror.close();
  await phone.db.close();
  await laptop.db.execute("UPDATE notes SET mood = 'sad'");
  await untilUploaded(laptop.db);
  const upgraded = await powersyncDevice('phone', current, { file: phone.file });
  await untilRows(upgraded.db, ALL, [{ title: 'Before the upgrade', mood: 'glad' }]);
  await upgraded.connect(server);
  const merged = [{ title: 'Before the upgrade', mood: 'sad' }];
  await untilRows(upgraded.db, ALL, merged);
  await untilRows(laptop.db, ALL, merged);
  expect(upgraded.mirror.status).toMatchObject({ quarantined: 0, waitingForUpdate: 0 });
});
