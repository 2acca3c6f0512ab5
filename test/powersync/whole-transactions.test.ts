/** An app transaction over several tables, and how it reaches the server. */
import type { PowerSyncDatabase } from '@powersync/node';
import { defineTable, encrypted } from 'rowseal';
import { serverSql } from 'rowseal/powersync';
import { describe, expect, it } from 'vitest';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { powersyncDevice, untilUploaded } from '../support/mirrored-powersync.js';
import { syncServer, untilRows } from '../support/synced-devices.js';

const accounts = defineTable('accounts', { balance: encrypted.integer() });
const transfers = defineTable('transfers', { amount: encrypted.integer() });
const memos = defineTable('memos', { body: encrypted.text() });
const tables = [memos, accounts, transfers];
const BALANCES = 'SELECT id, balance FROM accounts ORDER BY id';

function startServer(): Promise<SyncServer> {
  return syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
}

/** Three tables; a row that is touched twice, and one that comes and goes. */
async function transfer(db: PowerSyncDatabase, id: string): Promise<void> {
  await db.writeTransaction(async (tx) => {
    await tx.execute("UPDATE accounts SET balance = balance - 1 WHERE id = 'b'");
    await tx.execute('INSERT INTO transfers (id, amount) VALUES (?, 5)', [id]);
    await tx.execute("UPDATE accounts SET balance = balance + 5 WHERE id = 'a'");
    await tx.execute("INSERT INTO memos (id, body) VALUES ('passing', 'through')");
    await tx.execute('INSERT INTO memos (id, body) VALUES (?, ?)', [id, 'for the rent']);
    await tx.execute("DELETE FROM memos WHERE id = 'passing'");
    await tx.execute("UPDATE accounts SET balance = balance - 4 WHERE id = 'b'");
  });
}

const opened = [
  { table: 'accounts_sealed', id: 'a' },
  { table: 'accounts_sealed', id: 'b' },
];
const uploadOf = (id: string) => [
  { table: 'accounts_sealed', id: 'b' },
  { table: 'transfers_sealed', id },
  { table: 'accounts_sealed', id: 'a' },
  { table: 'memos_sealed', id },
];

async function uploaded(server: SyncServer) {
  const uploads = await server.uploads();
  return uploads.map(({ writes }) => writes.map(({ table, id }) => ({ table, id })));
}

async function openedAccounts(db: PowerSyncDatabase): Promise<void> {
  await db.execute("INSERT INTO accounts (id, balance) VALUES ('a', 100), ('b', 100)");
}

describe('a transaction over three tables', () => {
  it('is one upload in order of first touch, with others right behind it', async () => {
    const server = await startServer();
    const laptop = await powersyncDevice('laptop', tables);
    const phone = await powersyncDevice('phone', tables);
    await openedAccounts(laptop.db);
    await laptop.mirror.flush();
    const ids = ['t1', 't2', 't3'];
    for (const id of ids) {
      await transfer(laptop.db, id);
      await laptop.mirror.flush();
    }
    await laptop.connect(server); // only now: a row that sync touches meanwhile may come first
    await untilUploaded(laptop.db);
    expect(await uploaded(server)).toEqual([opened, ...ids.map(uploadOf)]);
    await phone.connect(server);
    await untilRows(phone.db, BALANCES, [
      { id: 'a', balance: 115 },
      { id: 'b', balance: 85 },
    ]);
  });

  it('is whole when the next one follows before anything is sealed', async () => {
    const server = await startServer();
    const { db, connect } = await powersyncDevice('laptop', tables);
    await connect(server);
    await openedAccounts(db);
    await untilUploaded(db);
    await Promise.all([transfer(db, 't1'), transfer(db, 't2')]);
    await untilUploaded(db);
    const [, ...uploads] = await uploaded(server);
    const rows = uploads.map((writes) => writes.map(({ table, id }) => `${table} ${id}`));
    for (const id of ['t1', 't2']) {
      const places = [`transfers_sealed ${id}`, `memos_sealed ${id}`].map((row) =>
        rows.findIndex((upload) => upload.includes(row)),
      );
      expect(places[0]).toBeGreaterThanOrEqual(0);
      expect(places[1]).toBe(places[0]);
      expect(rows[places[0] as number]).toContain('accounts_sealed b');
    }
    const last = uploads.at(-1)?.map(({ table, id }) => `${table} ${id}`);
    expect(last).toContain('accounts_sealed a');
  });

  it('is one upload after a restart, too', async () => {
    const server = await startServer();
    const first = await powersyncDevice('laptop', tables);
    await openedAccounts(first.db);
    await first.mirror.flush();
    await first.mirror.close();
    await transfer(first.db, 't1');
    await first.db.close();
    const { db, connect } = await powersyncDevice('laptop', tables, { file: first.file });
    await connect(server);
    await untilUploaded(db);
    expect(await uploaded(server)).toEqual([opened, uploadOf('t1')]);
  });

  it('stays whole however many rows it has, and arrives elsewhere', async () => {
    const server = await startServer();
    const laptop = await powersyncDevice('laptop', tables);
    const phone = await powersyncDevice('phone', tables);
    await Promise.all([laptop.connect(server), phone.connect(server)]);
    await laptop.db.writeTransaction(async (tx) => {
      await tx.execute(
        `INSERT INTO memos (id, body)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
        SELECT 'm' || i, 'memo' FROM n`,
      );
      await tx.execute("INSERT INTO transfers (id, amount) VALUES ('t1', 1)");
    });
    await untilRows(phone.db, 'SELECT count(*) AS rows FROM memos', [{ rows: 2500 }]);
    await untilUploaded(laptop.db);
    expect((await uploaded(server)).map((writes) => writes.length)).toEqual([2501]);
    await untilRows(phone.db, 'SELECT id FROM transfers', [{ id: 't1' }]);
  });

  it('appears elsewhere as a whole: nobody sees a part of it', async () => {
    const server = await startServer();
    const laptop = await powersyncDevice('laptop', tables);
    const phone = await powersyncDevice('phone', tables);
    await Promise.all([laptop.connect(server), phone.connect(server)]);
    await openedAccounts(laptop.db);
    await untilRows(phone.db, 'SELECT total(balance) AS sum FROM accounts', [{ sum: 200 }]);
    const seen = new Set<unknown>();
    let isOver = false;
    const looking = (async () => {
      while (!isOver) {
        const { sum } = await phone.db.get<{ sum: number }>(
          'SELECT total(balance) AS sum FROM accounts',
        );
        seen.add(sum);
      }
    })();
    for (let n = 1; n <= 10; n++) {
      await transfer(laptop.db, `t${n}`);
      await laptop.mirror.flush();
    }
    await untilRows(phone.db, BALANCES, [
      { id: 'a', balance: 150 },
      { id: 'b', balance: 50 },
    ]);
    isOver = true;
    await looking;
    expect([...seen]).toEqual([200]);
  });
});
