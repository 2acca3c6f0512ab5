/** What the app writes while its mirror is locked, against what another device wrote later. */
import { decryptRowDetails, defineTable, encrypted, type SealedRowOf } from 'rowseal';
import { serverSql } from 'rowseal/powersync';
import { describe, expect, it } from 'vitest';
import { openUserVault, powersyncDevice, untilUploaded } from '../support/mirrored-powersync.js';
import { syncServer, until, untilRows } from '../support/synced-devices.js';

const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text() });
const tables = [notes];
const ALL = 'SELECT title, body FROM notes';
const TIMES = "SELECT at FROM rowseal_queue WHERE dir = 'out'";

async function lockedAndOther() {
  const server = await syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
  const other = await powersyncDevice('other', tables);
  await other.connect(server);
  await other.db.execute("INSERT INTO notes (id, title, body) VALUES ('n1', 'Title', 'Body')");
  await untilUploaded(other.db);
  const before = await powersyncDevice('locked', tables);
  await before.connect(server);
  await untilRows(before.db, ALL, [{ title: 'Title', body: 'Body' }]);
  await before.mirror.close();
  await before.db.close();
  const locked = await powersyncDevice('locked', tables, { file: before.file, vault: null });
  await locked.connect(server);
  return { server, locked, other };
}

describe('an edit of a locked device', () => {
  it.each([
    ["UPDATE notes SET title = 'Monday'", { title: 'Monday', body: 'Tuesday' }],
    ["UPDATE notes SET title = 'Monday', body = 'Monday'", { title: 'Monday', body: 'Tuesday' }],
  ])('%s: keeps its column and its time, and no other', async (sql, expected) => {
    const { server, locked, other } = await lockedAndOther();
    await locked.db.execute(sql);
    const { at: monday } = await locked.db.get<{ at: number }>(TIMES);
    await until(() => expect(Date.now()).toBeGreaterThan(monday));
    await other.db.execute("UPDATE notes SET body = 'Tuesday'");
    await untilUploaded(other.db);
    await until(async () => {
      const rows = await locked.db.getAll("SELECT 1 FROM rowseal_queue WHERE dir = 'in'");
      expect(rows).not.toEqual([]);
    });
    expect(locked.mirror.status.state).toBe('locked');

    await locked.mirror.unlock(await openUserVault());
    await untilRows(other.db, ALL, [expected]);
    await untilRows(locked.db, ALL, [expected]);
    const [sealed] = await server.query('SELECT * FROM notes_sealed');
    const vault = await openUserVault();
    const { stamps } = decryptRowDetails(vault, notes, sealed as SealedRowOf<typeof notes>);
    expect(stamps.title?.time).toBe(monday);
    expect(stamps.body?.time).toBeGreaterThan(monday);
  });
});
