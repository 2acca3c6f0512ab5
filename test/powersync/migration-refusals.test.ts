/** What a migration refuses, what it waits for, and how it ends. */
import { lockVault } from 'rowseal';
import { migrateTable, type OldRow, startMirror } from 'rowseal/powersync';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  entries,
  type MigratingServer,
  map,
  migratingServer,
  NEW_ROWS,
  newSchema,
  OLD_ROWS,
  openUserVault,
  tables,
} from '../support/migrating-app.js';
import { newDevice, oldDevice, untilSent } from '../support/migrating-devices.js';
import { openPowerSync } from '../support/open-powersync.js';
import { connect, until, untilRows } from '../support/synced-devices.js';

let side: MigratingServer;
beforeAll(async () => {
  side = await migratingServer();
});
beforeEach(() => side.empty());
afterAll(() => side.server.close());

const T1 = { id: 't1', cents: 1000, merchant: 'Bakery', note: 'bread' };
const store = (id: string) =>
  side.server.query(`INSERT INTO transactions VALUES ($1, 'ada', 10, 'Bakery', 'bread')`, [id]);

async function switched() {
  const laptop = await newDevice(side, 'laptop');
  await laptop.connect();
  await laptop.migration.switchOver();
  await laptop.migration.copy();
  return laptop;
}

describe('the removal of plaintext', () => {
  it('is refused before the switch, before the check, and while the server takes old writes', async () => {
    await store('t1');
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    const { migration } = laptop;
    const remove = () => migration.removePlaintext({ remove: side.remove });
    await expect(remove()).rejects.toThrow(/Call switchOver/);
    await migration.switchOver();
    await migration.copy();
    await expect(remove()).rejects.toThrow(/1 rows of 'transactions' are not verified/);
    await migration.verify();
    await expect(remove()).rejects.toThrow(/rowseal_refuse_old/);
    expect(await side.server.query('SELECT id FROM transactions')).toHaveLength(1);
    await side.refuse(true);
    expect(await remove()).toEqual({ removed: 1, left: 0 });
    expect(await remove()).toEqual({ removed: 0, left: 0 });
  });

  it('does not take a row that arrives after the check, or that changes after it', async () => {
    for (const id of ['t1', 't2']) await store(id);
    const { migration, db } = await switched();
    await migration.verify();
    await side.server.query("UPDATE transactions SET note = NULL WHERE id = 't2'");
    await store('t3');
    await side.refuse(true);
    const asked: string[] = [];
    const removing = migration.removePlaintext({
      remove: async (rows) => {
        asked.push(...rows.map(({ id }) => id));
        return side.remove(rows);
      },
    });
    // What it had verified is not enough: either it has seen the new rows, or it sees them now.
    await removing.then(
      ({ removed }) => expect(removed).toBe(3),
      (error) => expect(String(error)).toMatch(/not verified/),
    );
    for (const { id, note } of await db.getAll<typeof T1>(NEW_ROWS)) {
      if (asked.includes(id)) expect(note).toBe(id === 't2' ? null : 'bread');
    }
    await migration.copy();
    await migration.verify();
    await migration.removePlaintext({ remove: side.remove }).catch(() => {});
    await untilRows(db, NEW_ROWS, [T1, { ...T1, id: 't2', note: null }, { ...T1, id: 't3' }]);
  });

  it('says what the server kept, and is done again', async () => {
    await store('t1');
    const { migration, db } = await switched();
    await migration.verify();
    await side.refuse(true);
    expect(await migration.removePlaintext({ remove: async () => [] })).toEqual({
      removed: 0,
      left: 1,
    });
    const failing = async (rows: readonly object[]) => {
      if (rows.length > 0) throw new Error('The network is gone.');
      return [];
    };
    await expect(migration.removePlaintext({ remove: failing })).rejects.toThrow(/network is gone/);
    for (const answer of [undefined, [1], { ids: [] }]) {
      const remove = async () => answer as never;
      await expect(migration.removePlaintext({ remove })).rejects.toThrow(
        /remove: a function that/,
      );
    }
    expect(await migration.removePlaintext({ remove: side.remove })).toMatchObject({ removed: 1 });
    await untilRows(db, OLD_ROWS, []);
  });
});

describe('rows', () => {
  it('that the map throws for, or whose ids no sealed row can have, are listed', async () => {
    await store('t1');
    await store('C0FFEE00-0000-4000-8000-000000000000');
    const db = await openPowerSync(newSchema);
    const mirror = await startMirror({ db, vault: await openUserVault(), tables });
    const note = ({ id, note: text = null }: OldRow) => {
      if (id === 't1') throw new Error('Not this one.');
      return text;
    };
    await connect(db, side.server, 'phone');
    await db.waitForFirstSync();
    const options = { db, mirror, from: 'transactions', table: entries } as const;
    const migration = await migrateTable({ ...options, map: { ...map, note } });
    await until(async () =>
      expect(await migration.differences()).toMatchObject([
        { id: 'C0FFEE00-0000-4000-8000-000000000000', code: 'VALUE_UNSUPPORTED' },
        { id: 't1', code: null, detail: 'Not this one.' },
      ]),
    );
    expect(await migration.verify()).toMatchObject({ copied: 0, differing: 2 });
    await migration.close();
    const mended = await migrateTable({ ...options, map });
    await until(async () => expect(await db.getAll(NEW_ROWS)).toEqual([T1]));
    await mended.close();
    await mirror.close();
  });

  it('that differ are said to, until they are copied again', async () => {
    await store('t1');
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.migration.copy();
    const { db } = laptop;
    const stale = (sql: string) =>
      db.writeTransaction(async (tx) => {
        await tx.execute("UPDATE rowseal_migration SET copying = 1 WHERE name = 'transactions'");
        await tx.execute(sql);
        await tx.execute('UPDATE rowseal_queue SET at = at / 64');
        await tx.execute("UPDATE rowseal_migration SET copying = 0 WHERE name = 'transactions'");
      });
    for (const [sql, detail] of [
      ["UPDATE entries SET note = 'stale', cents = 1", /'cents', 'note'/],
      ['DELETE FROM entries', /deleted/],
    ] as const) {
      await stale(sql);
      await laptop.mirror.flush();
      await untilSent(db);
      await until(async () => {
        expect(await laptop.migration.verify()).toMatchObject({ differing: 1 });
        const [row] = await laptop.migration.differences();
        expect(row).toMatchObject({ result: 'differs' });
        expect(row?.detail).toMatch(detail);
      });
      await db.execute("INSERT INTO rowseal_migration_queue VALUES ('transactions', 't1')");
      await untilRows(db, NEW_ROWS, [T1]);
      await laptop.migration.copy();
    }
  });
});

describe('a vault that is locked', () => {
  it('lets rows wait, and refuses to verify', async () => {
    await store('t1');
    const laptop = await newDevice(side, 'laptop', undefined, null);
    await laptop.connect();
    await untilRows(laptop.db, 'SELECT id FROM transactions', [{ id: 't1' }]);
    expect(await laptop.db.getAll(NEW_ROWS)).toEqual([]);
    await expect(laptop.migration.verify()).rejects.toMatchObject({ code: 'LOCKED' });
    const vault = await openUserVault();
    await laptop.mirror.unlock(vault);
    await laptop.migration.copy();
    expect(await laptop.db.getAll(NEW_ROWS)).toEqual([T1]);
    lockVault(vault);
    await expect(laptop.migration.verify()).rejects.toMatchObject({ code: 'LOCKED' });
  });
});

describe('the end', () => {
  it('of the database is the end of the migration', async () => {
    const laptop = await newDevice(side, 'laptop');
    const copying = laptop.migration.copy();
    await Promise.all([
      expect(copying).rejects.toThrow(/closed/),
      laptop.mirror.close().then(() => laptop.db.close()),
    ]);
    await expect(laptop.migration.copy()).rejects.toThrow(/closed/);
    await laptop.migration.close();
  });

  it('of the migration ends what waits, though nothing is looked at', async () => {
    const laptop = await newDevice(side, 'laptop'); // which is never connected
    const copying = laptop.migration.copy();
    copying.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 500));
    await laptop.migration.close();
    await expect(copying).rejects.toThrow(/closed/);
  });

  it('by a clear leaves nothing to remove', async () => {
    const laptop = await switched();
    await laptop.db.disconnectAndClear();
    const removing = laptop.migration.removePlaintext({ remove: side.remove });
    await expect(removing).rejects.toThrow(/Call switchOver/);
  });

  it('by a downgrade lets the old version write nothing that would be lost', async () => {
    await store('t1');
    const laptop = await switched();
    await laptop.quit();
    const old = await oldDevice(side, 'laptop', laptop.file);
    const write = old.db.execute("UPDATE transactions SET note = 'old'");
    await expect(write).rejects.toThrow(/has moved/);
  });

  it('a database that fails is told, and tried again', async () => {
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.db.execute('ALTER TABLE rowseal_migration RENAME TO away');
    await until(() => expect(laptop.migration.status.error?.message).toMatch(/rowseal_migration/));
    await laptop.db.execute('ALTER TABLE away RENAME TO rowseal_migration');
    await until(() => expect(laptop.migration.status.error).toBeNull());
  });
});

it('refuses what it is not', async () => {
  const db = await openPowerSync(newSchema);
  const mirror = await startMirror({ db, vault: await openUserVault(), tables, deletes: 'engine' });
  onTestFinished(() => mirror.close());
  const good = { db, mirror, from: 'transactions', table: entries, map };
  const refused = (given: object) => expect(migrateTable({ ...good, ...given } as never)).rejects;
  await refused({ db: {} }).toThrow(/PowerSyncDatabase/);
  await refused({ mirror: {} }).toThrow(/startMirror resolved to/);
  await refused({ table: undefined }).toThrow(/what defineTable returned/);
  await refused({ from: 'nothing' }).toThrow(/not 'nothing'/);
  await refused({ from: 'entries' }).toThrow(/not 'entries'/);
  await refused({ map: { amount: () => 1 } }).toThrow(/not 'amount'/);
  await refused({ map: { cents: 1 } }).toThrow(/not 'cents'/);
  await refused({ maps: {} }).toThrow(/maps/);
  await refused({}).toThrow(/no deletes: 'engine'/);
});
