/** A PowerSync device that uploads and never comes back, and one that had not heard of it. */
import { rm } from 'node:fs/promises';
import { defineTable, encrypted } from 'rowseal';
import { serverSql } from 'rowseal/powersync';
import { expect, it } from 'vitest';
import { powersyncDevice, untilUploaded } from '../support/mirrored-powersync.js';
import { syncServer, until, untilRows } from '../support/synced-devices.js';

const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text() });
const tables = [notes];
const ALL = 'SELECT title, body FROM notes';

it("a lost device's edit survives the overwrite of another that did not see it", async () => {
  const server = await syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
  const gone = await powersyncDevice('gone', tables);
  const left = await powersyncDevice('left', tables);
  await Promise.all([gone.connect(server), left.connect(server)]);
  await gone.db.execute("INSERT INTO notes (id, title, body) VALUES ('n1', 'Title', 'Body')");
  await untilRows(left.db, ALL, [{ title: 'Title', body: 'Body' }]);
  await left.db.disconnect();
  await left.db.execute("UPDATE notes SET body = 'Left' WHERE id = 'n1'");
  await left.mirror.flush();

  await gone.db.execute("UPDATE notes SET title = 'Lost' WHERE id = 'n1'");
  await untilUploaded(gone.db);
  await gone.mirror.close();
  await gone.db.close();
  await rm(gone.file.folder, { recursive: true });

  const both = [{ title: 'Lost', body: 'Left' }];
  await left.connect(server);
  await untilRows(left.db, ALL, both);
  await untilUploaded(left.db);
  const fresh = await powersyncDevice('fresh', tables);
  await fresh.connect(server);
  await untilRows(fresh.db, ALL, both);
  await until(async () => {
    const rows = await server.query('SELECT siblings FROM notes_sealed');
    expect(rows).toEqual([{ siblings: '' }]);
  });
  expect(await server.uploadsOf('notes_sealed', 'n1')).toBe(1 + 3);
});
