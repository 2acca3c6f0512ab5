/** A table that one version of the app leaves out and the next has again. */
import { defineTable, encrypted, encryptRow } from 'rowseal';
import { startMirror } from 'rowseal/powersync';
import { expect, it } from 'vitest';
import { createFeed } from '../support/fed-powersync.js';
import { openUserVault, powersyncDevice, schemaOf } from '../support/mirrored-powersync.js';
import { databaseFile } from '../support/open-powersync.js';

const notes = defineTable('notes', { body: encrypted.text() });
const tasks = defineTable('tasks', { title: encrypted.text() });

it('has its rows back, and a delete that had not left yet still leaves', async () => {
  const vault = await openUserVault();
  const file = await databaseFile();
  const first = await powersyncDevice('laptop', [notes, tasks], { vault, file });
  const feed = createFeed();
  const row = (id: string) => {
    const sealed = encryptRow(vault, notes, { id, body: id });
    return {
      table: 'notes_sealed',
      id,
      data: JSON.stringify({ ...sealed, parents: '', siblings: '' }),
    };
  };
  feed.add(['deleted', 'edited', 'replaced', 'kept'].map(row));
  await feed.deliver(first.db);
  await first.mirror.flush();
  await first.mirror.close();
  await first.db.execute("DELETE FROM notes WHERE id = 'deleted'");
  await first.db.execute("UPDATE notes SET body = 'mine' WHERE id = 'edited'");
  await first.db.execute("INSERT OR REPLACE INTO notes (id, body) VALUES ('replaced', 'mine')");
  await first.db.close();

  const without = await file.open(schemaOf([tasks]));
  await without.close();

  const db = await file.open(schemaOf([notes, tasks]));
  expect(await db.getAll('SELECT id FROM notes')).toEqual([]);
  const mirror = await startMirror({ db, vault, tables: [notes, tasks] });
  await mirror.flush();
  await mirror.close();
  expect(await db.getAll('SELECT id, body FROM notes ORDER BY id')).toEqual([
    { id: 'edited', body: 'edited' },
    { id: 'kept', body: 'kept' },
    { id: 'replaced', body: 'replaced' },
  ]);
  const sent = await db.getAll<{ data: string }>('SELECT data FROM ps_crud');
  expect(sent.map(({ data }) => JSON.parse(data).id)).toEqual(['deleted']);
});
