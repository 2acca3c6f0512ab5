/** A row that the server refuses for good: what the app sees of it, and how it ends. */
import { defineTable, encrypted } from 'rowseal';
import { serverSql } from 'rowseal/powersync';
import { describe, expect, it } from 'vitest';
import { powersyncDevice } from '../support/mirrored-powersync.js';
import { syncServer, until, untilRows } from '../support/synced-devices.js';

const notes = defineTable('notes', { body: encrypted.text() });
const tables = [notes];
const ALL = 'SELECT id, body FROM notes ORDER BY id';
const refused = { kind: 'refused', row: { table: 'notes_sealed', id: 'n1' } } as const;

async function rejectedRow() {
  const server = await syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
  await server.failUploads(refused);
  const laptop = await powersyncDevice('laptop', tables);
  const phone = await powersyncDevice('phone', tables);
  await Promise.all([laptop.connect(server), phone.connect(server)]);
  await laptop.db.execute("INSERT INTO notes (id, body) VALUES ('n1', 'mine'), ('n2', 'both')");
  await untilRows(phone.db, ALL, [{ id: 'n2', body: 'both' }]);
  await until(async () => {
    const troubled = await laptop.mirror.troubledRows();
    expect(troubled).toMatchObject([{ table: 'notes', id: 'n1', kind: 'rejected' }]);
  });
  return { server, laptop, phone };
}

describe('a rejected row', () => {
  it('stays on the device, and comes to the others once the app edits it', async () => {
    const { server, laptop, phone } = await rejectedRow();
    expect(await laptop.db.getAll(ALL)).toHaveLength(2);
    expect(await server.uploadsOf('notes_sealed', 'n1')).toBe(1);
    await laptop.db.execute("UPDATE notes SET body = 'shorter' WHERE id = 'n1'");
    await untilRows(phone.db, `${ALL} LIMIT 1`, [{ id: 'n1', body: 'shorter' }]);
    await until(async () => expect(await laptop.mirror.troubledRows()).toEqual([]));
  });

  it('is sent again when the app asks for it', async () => {
    const { laptop, phone } = await rejectedRow();
    await laptop.mirror.retry();
    await untilRows(phone.db, `${ALL} LIMIT 1`, [{ id: 'n1', body: 'mine' }]);
    await until(async () => expect(await laptop.mirror.troubledRows()).toEqual([]));
  });
});
