/** What comes back from the server is no news: no key is used for it, and no plaintext written. */
import type { PowerSyncDatabase } from '@powersync/node';
import {
  type AeadBackend,
  cleartext,
  defineTable,
  encrypted,
  memoryStore,
  nobleAead,
  openVault,
} from 'rowseal';
import { serverSql } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { describe, expect, it } from 'vitest';
import { powersyncDevice, untilUploaded } from '../support/mirrored-powersync.js';
import { syncServer, until, untilRows } from '../support/synced-devices.js';

const notes = defineTable('notes', {
  body: encrypted.text(),
  pinned: encrypted.boolean(),
  folder: cleartext.text(),
  seen_at: cleartext.text().serverOwned(),
});
const tables = [notes];
const { vault, opener } = vaultForTesting('mirrored powersync');

/** Every use of a key passes here. */
function countedAead(uses: { open: number; seal: number }): AeadBackend {
  return {
    ...nobleAead,
    seal(...args) {
      uses.seal += 1;
      return nobleAead.seal(...args);
    },
    open(...args) {
      uses.open += 1;
      return nobleAead.open(...args);
    },
  };
}

/** A device that counts, and whose plaintext table counts what is written to it. */
async function countingDevice() {
  const server = await syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
  const uses = { open: 0, seal: 0 };
  const opened = await openVault(memoryStore(vault.header), opener, { aead: countedAead(uses) });
  uses.open = 0; // the vault's own keys
  const device = await powersyncDevice('laptop', tables, { vault: opened });
  const { db, mirror } = device;
  await countWrites(db, 'ps_data_local__notes', 'plain_writes');
  await countWrites(db, 'ps_data__notes_sealed', 'sealed_writes');
  await device.connect(server);
  return {
    ...device,
    server,
    uses,
    /** Begins to count anew. */
    async reset() {
      await mirror.flush();
      uses.open = 0;
      uses.seal = 0;
      await db.execute('DELETE FROM plain_writes');
      await db.execute('DELETE FROM sealed_writes');
    },
    writes: () => db.getAll('SELECT id FROM plain_writes'),
    async untilArrived(rows: number) {
      await until(async () => {
        const sql = 'SELECT count(DISTINCT id) AS rows FROM sealed_writes';
        expect(await db.get(sql)).toEqual({ rows });
        expect(await db.getAll("SELECT id FROM rowseal_queue WHERE dir = 'in'")).toEqual([]);
      });
    },
  };
}

async function countWrites(db: PowerSyncDatabase, table: string, into: string): Promise<void> {
  await db.execute(`CREATE TABLE ${into} (id TEXT)`);
  for (const [event, row] of [
    ['INSERT', 'NEW'],
    ['UPDATE', 'NEW'],
    ['DELETE', 'OLD'],
  ]) {
    await db.execute(
      `CREATE TRIGGER ${into}_${event} AFTER ${event} ON ${table} BEGIN
        INSERT INTO ${into} VALUES (${row}.id);
      END`,
    );
  }
}

const insertRows = (rows: number) => `
  INSERT INTO notes (id, body, pinned, folder)
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
  SELECT 'n' || i, 'body ' || i, i % 2, 'inbox' FROM n`;

describe('an echo', () => {
  it('of 10,000 rows uses no key and writes no plaintext', async () => {
    const { db, server, mirror, uses, reset, writes, untilArrived } = await countingDevice();
    await server.cutOff('laptop');
    await db.execute(insertRows(10_000));
    await mirror.flush();
    expect(uses).toEqual({ open: 0, seal: 10_000 });
    expect(await writes()).toHaveLength(10_000);
    await reset();
    await server.letIn('laptop');
    await untilArrived(10_000);
    await mirror.flush();
    expect(uses).toEqual({ open: 0, seal: 0 });
    expect(await writes()).toEqual([]);
    expect(await server.uploads()).toHaveLength(1);
  });

  it('is followed by nothing when the app sets what is there already', async () => {
    const { db, server, mirror, uses, reset } = await countingDevice();
    await db.execute(insertRows(3));
    await untilUploaded(db);
    await untilRows(db, 'SELECT id FROM rowseal_queue', []);
    await reset();
    await db.execute("UPDATE notes SET body = 'body 1' WHERE id = 'n1'");
    await db.writeTransaction(async (tx) => {
      await tx.execute("UPDATE notes SET folder = 'other'");
      await tx.execute("UPDATE notes SET folder = 'inbox'");
    });
    await db.execute(
      "INSERT OR REPLACE INTO notes (id, body, pinned, folder) VALUES ('n2', 'body 2', 0, 'inbox')",
    );
    await mirror.flush();
    expect(await db.getAll('SELECT id FROM ps_crud')).toEqual([]);
    await untilUploaded(db);
    expect(await server.uploads()).toHaveLength(1);
    expect(uses.seal).toBe(0);
  });
});

describe('a server that changes visible columns alone', () => {
  it('is heard without a key: what it owns is shown, what it does not is a finding', async () => {
    const { db, server, mirror, reset, uses, writes, untilArrived } = await countingDevice();
    await db.execute(insertRows(2));
    await untilUploaded(db);
    await untilRows(db, 'SELECT id FROM rowseal_queue', []);
    await reset();
    await server.setColumns('notes_sealed', 'n1', { seen_at: 'on Monday' });
    await server.setColumns('notes_sealed', 'n2', { folder: 'elsewhere' });
    await untilArrived(2);
    await until(() => expect(mirror.status.findings).toBe(1));
    expect(await mirror.findings()).toEqual([
      { table: 'notes', id: 'n2', finding: 'metadata-mismatch:folder' },
    ]);
    expect(await db.getAll('SELECT id, folder, seen_at FROM notes ORDER BY id')).toEqual([
      { id: 'n1', folder: 'inbox', seen_at: 'on Monday' },
      { id: 'n2', folder: 'inbox', seen_at: null },
    ]);
    expect(uses).toEqual({ open: 0, seal: 0 });
    expect(await writes()).toEqual([{ id: 'n1' }]);
    await server.setColumns('notes_sealed', 'n2', { folder: 'inbox' });
    await until(() => expect(mirror.status.findings).toBe(0));
    expect(uses).toEqual({ open: 0, seal: 0 });
    expect(await server.uploads()).toHaveLength(1);
  });
});
