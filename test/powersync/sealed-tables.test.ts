/** The sealed tables belong to the mirror: what else writes there is refused, and loses nothing. */
import { cleartext, defineTable, encrypted } from 'rowseal';
import { serverSql } from 'rowseal/powersync';
import { describe, expect, it } from 'vitest';
import { powersyncDevice } from '../support/mirrored-powersync.js';
import { syncServer, untilRows } from '../support/synced-devices.js';

const notes = defineTable('notes', { body: encrypted.text(), folder: cleartext.text().optional() });
const tables = [notes];
const MISTAKES = [
  "INSERT INTO notes_sealed (id, payload) VALUES ('n2', 'in the clear')",
  "INSERT OR REPLACE INTO notes_sealed (id, payload) VALUES ('n1', 'in the clear')",
  "UPDATE notes_sealed SET folder = 'inbox'",
  "UPDATE notes_sealed SET payload = 'in the clear'",
  'DELETE FROM notes_sealed',
];

describe('a sealed table', () => {
  it.each(MISTAKES)('is not for the app to write: %s', async (mistake) => {
    const { db, mirror } = await powersyncDevice('laptop', tables);
    await db.execute("INSERT INTO notes (id, body) VALUES ('n1', 'bread')");
    await mirror.flush();
    const before = await db.getAll('SELECT * FROM notes_sealed');
    const queued = await db.getAll('SELECT * FROM ps_crud');

    await expect(db.execute(mistake)).rejects.toThrow(/write to 'notes' itself/);

    expect(await db.getAll('SELECT * FROM notes_sealed')).toEqual(before);
    expect(await db.getAll('SELECT * FROM ps_crud')).toEqual(queued);
  });

  it('keeps what an edit is made from, whoever tries to clear it', async () => {
    const server = await syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
    const laptop = await powersyncDevice('laptop', tables);
    const phone = await powersyncDevice('phone', tables);
    await Promise.all([laptop.connect(server), phone.connect(server)]);
    await laptop.db.execute("INSERT INTO notes (id, body) VALUES ('n1', 'bread')");
    await untilRows(phone.db, 'SELECT body FROM notes', [{ body: 'bread' }]);
    await laptop.db.execute('DELETE FROM notes');
    await untilRows(phone.db, 'SELECT body FROM notes', []);
    await laptop.db.execute("INSERT INTO notes (id, body) VALUES ('n1', 'bread again')");
    await untilRows(phone.db, 'SELECT body FROM notes', [{ body: 'bread again' }]);

    await expect(phone.db.execute('DELETE FROM notes_sealed')).rejects.toThrow();
    await phone.db.execute("UPDATE notes SET body = 'and butter'");

    await untilRows(laptop.db, 'SELECT body FROM notes', [{ body: 'and butter' }]);
    await untilRows(phone.db, 'SELECT body FROM notes', [{ body: 'and butter' }]);
  });
});
