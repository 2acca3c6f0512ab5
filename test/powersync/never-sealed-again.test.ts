/** A row that can not be sealed under the next key holds up no upload, and is not lost. */
import { cleartext, decryptRow, defineTable, encrypted } from 'rowseal';
import { startMirror } from 'rowseal/powersync';
import { expect, it, onTestFinished } from 'vitest';
import { schemaOf } from '../support/mirrored-powersync.js';
import { notes, prefixOf, tasks } from '../support/rekeyed-devices.js';
import { idsUnder, resealingDevice } from '../support/resealing-device.js';
import { until } from '../support/synced-devices.js';

it('a row that a column of another type keeps from being sealed again holds up no upload', async () => {
  const { db, mirror, first, next, run, waiting } = await resealingDevice();
  await run("INSERT INTO notes (id, title, folder) VALUES ('n1', 'one', 'inbox')");
  await run("INSERT INTO tasks (id, name) VALUES ('t1', 'two')");
  await mirror.close();
  const numbered = defineTable('notes', {
    title: encrypted.text(),
    body: encrypted.text().optional(),
    day: encrypted.date().optional(),
    folder: cleartext.integer(),
  });
  await db.updateSchema(schemaOf([numbered, tasks]));
  const later = await startMirror({ db, tables: [numbered, tasks], vault: first });
  onTestFinished(() => later.close());
  await later.flush();
  await later.unlock(next);
  await later.flush();
  expect(await idsUnder(db, prefixOf(next))).toEqual(['t1']);
  expect(await later.troubledRows()).toMatchObject([
    { id: 'n1', kind: 'quarantined', code: 'ROW_MALFORMED' },
  ]);
  await later.retry();
  await later.flush();
  expect(await idsUnder(db, prefixOf(next))).toEqual(['t1']);
  await db.execute("UPDATE notes SET folder = 5 WHERE id = 'n1'");
  await later.flush();
  expect(await idsUnder(db, prefixOf(next))).toEqual(['t1', 'n1']);
  const row = { id: 'n1', payload: String((await waiting())[1]?.payload), folder: 5 };
  expect(decryptRow(next, numbered, row)).toMatchObject({ title: 'one', folder: 5 });
  expect(await later.troubledRows()).toEqual([]);
});

it('neither does a row that the database does not take, and it leaves when that does', async () => {
  const { db, mirror, next, run, unlock, waiting } = await resealingDevice();
  await run("INSERT INTO notes (id, title) VALUES ('n1', 'one')");
  await run("INSERT INTO notes (id, title) VALUES ('n2', 'two')");
  await db.execute(
    `CREATE TRIGGER poison BEFORE INSERT ON ps_data__notes_sealed WHEN NEW.id = 'n1'
    BEGIN SELECT RAISE(ABORT, 'poison'); END`,
  );
  await unlock().catch(() => {});
  await until(async () => expect(await idsUnder(db, prefixOf(next))).toEqual(['n2']));
  expect(await mirror.troubledRows()).toMatchObject([{ id: 'n1', code: 'STORE_FAILED' }]);
  // As sync does once nothing of it waits any more.
  await db.writeTransaction(async (tx) => {
    await tx.execute('UPDATE rowseal_state SET writing = 1');
    await tx.execute("DELETE FROM ps_data__notes_sealed WHERE id = 'n1'");
    await tx.execute(
      "INSERT INTO rowseal_queue (dir, tbl, id, at) VALUES ('in', 'notes', 'n1', 1)",
    );
    await tx.execute('UPDATE rowseal_state SET writing = 0');
  });
  await until(async () => expect((await mirror.troubledRows())[0]?.code).toBe('STORE_FAILED'));
  await db.execute('DROP TRIGGER poison');
  await mirror.retry();
  await mirror.flush();
  expect(await idsUnder(db, prefixOf(next))).toEqual(['n2', 'n1']);
  const row = { id: 'n1', payload: String((await waiting())[1]?.payload), folder: null };
  expect(decryptRow(next, notes, row)).toMatchObject({ title: 'one' });
  expect(await db.getAll('SELECT title FROM notes')).toEqual([{ title: 'one' }, { title: 'two' }]);
  expect(mirror.status.quarantined).toBe(0);
});
