/** Deletes that the engine sends itself, for a backend that keeps no sealed ones. */
import { defineTable, encrypted } from 'rowseal';
import { logOut, serverSql, startMirror } from 'rowseal/powersync';
import { describe, expect, it } from 'vitest';
import type { Write } from '../../examples/sync-server/sync-server.js';
import {
  openUserVault,
  powersyncDevice,
  schemaOf,
  untilUploaded,
} from '../support/mirrored-powersync.js';
import { openPowerSync } from '../support/open-powersync.js';
import { syncServer, until, untilRows } from '../support/synced-devices.js';

const notes = defineTable('notes', { body: encrypted.text() });
const tables = [notes];
const IDS = 'SELECT id FROM notes ORDER BY id';
const rows = (...ids: readonly string[]) => ids.map((id) => ({ id }));

async function syncedPair() {
  const server = await syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
  const device = (name: string) => powersyncDevice(name, tables, { deletes: 'engine' });
  const [laptop, phone] = [await device('laptop'), await device('phone')];
  await Promise.all([laptop.connect(server), phone.connect(server)]);
  await laptop.db.execute(
    "INSERT INTO notes (id, body) VALUES ('n1', 'one'), ('n2', 'two'), ('n3', 'three')",
  );
  await untilUploaded(laptop.db);
  await untilRows(phone.db, IDS, rows('n1', 'n2', 'n3'));
  const deletes = async () => {
    const uploads = await server.uploads();
    const writes = uploads.flatMap((upload): readonly Write[] => upload.writes);
    return writes.filter(({ op }) => op === 'DELETE').map(({ id }) => id);
  };
  return { server, laptop, phone, deletes };
}

describe('a delete by the engine', () => {
  it('takes the row from the server and from other devices', async () => {
    const { server, laptop, phone, deletes } = await syncedPair();
    await laptop.db.execute("DELETE FROM notes WHERE id = 'n1'");
    await untilRows(phone.db, IDS, rows('n2', 'n3'));
    await untilUploaded(laptop.db);
    expect(await deletes()).toEqual(['n1']);
    expect(await server.query('SELECT id FROM notes_sealed ORDER BY id')).toEqual(rows('n2', 'n3'));
    expect(await phone.db.getAll('SELECT 1 FROM ps_crud')).toEqual([]);
    await phone.db.execute("INSERT INTO notes (id, body) VALUES ('n1', 'once more')");
    await untilRows(laptop.db, IDS, rows('n1', 'n2', 'n3'));
  });

  it('that the server refuses brings the row back, and is shown until it is taken back', async () => {
    const { server, laptop } = await syncedPair();
    await server.failUploads({
      kind: 'refused',
      device: 'laptop',
      row: { table: 'notes_sealed', id: 'n1' },
    });
    await laptop.db.execute("DELETE FROM notes WHERE id = 'n1'");
    await until(async () => {
      const troubled = await laptop.mirror.troubledRows();
      expect(troubled).toMatchObject([{ table: 'notes', id: 'n1', kind: 'rejected' }]);
    });
    await untilRows(laptop.db, IDS, rows('n1', 'n2', 'n3'));
    await laptop.mirror.retry();
    expect(await laptop.mirror.troubledRows()).toEqual([]);
    expect(await laptop.db.getAll(IDS)).toEqual(rows('n1', 'n2', 'n3'));
  });

  it.each([
    ['logOut', undefined],
    ['a clear', {}],
    ['a clear of everything', { clearLocal: true }],
    ['a soft clear', { soft: true }],
  ])('is never made of %s', async (_, clear) => {
    const { server, laptop, deletes } = await syncedPair();
    const { db, file } = laptop;
    await laptop.mirror.flush();
    await (clear ? db.disconnectAndClear(clear) : logOut(db));
    const vault = await openUserVault();
    const again = await powersyncDevice('laptop', tables, { file, vault, deletes: 'engine' });
    await again.connect(server);
    await untilRows(again.db, IDS, rows('n1', 'n2', 'n3'));
    await untilUploaded(again.db);
    expect(await deletes()).toEqual([]);
    expect(await server.query('SELECT id FROM notes_sealed')).toHaveLength(3);
  });
});

it('a way to delete that there is not is refused to JavaScript callers, before anything is made', async () => {
  const db = await openPowerSync(schemaOf(tables));
  const options = { db, tables, vault: null, deletes: 'Engine' as 'engine' };
  await expect(startMirror(options)).rejects.toThrow(TypeError);
  await expect(startMirror(options)).rejects.toThrow("'sealed' or 'engine'");
  const made = "SELECT name FROM sqlite_schema WHERE name LIKE 'rowseal%'";
  expect(await db.getAll(made)).toEqual([]);
});
