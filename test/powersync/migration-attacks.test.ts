/** What a hostile server, an impatient app and the next user do to a migration. */
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
  uploads,
} from '../support/migrating-app.js';
import { newDevice, untilSent } from '../support/migrating-devices.js';
import { openPowerSync } from '../support/open-powersync.js';
import { connect, until, untilRows } from '../support/synced-devices.js';

let side: MigratingServer;
beforeAll(async () => {
  side = await migratingServer();
});
beforeEach(() => side.empty());
afterAll(() => side.server.close());

const T1 = { id: 't1', cents: 1000, merchant: 'Bakery', note: 'bread' };
const T2 = { id: 't2', cents: 500, merchant: 'Café', note: 'tea' };
const store = () =>
  side.server.query(
    `INSERT INTO transactions VALUES
    ('t1', 'ada', 10, 'Bakery', 'bread'), ('t2', 'ada', 5, 'Café', 'tea')`,
  );

async function copied() {
  const laptop = await newDevice(side, 'laptop');
  await laptop.connect();
  await laptop.migration.copy();
  return laptop;
}

describe('a server', () => {
  it('that takes the marks back begins nothing anew', async () => {
    await store();
    const laptop = await copied();
    const { db, migration } = laptop;
    await migration.switchOver();
    await migration.copy();
    await side.refuse(true);
    await migration.verify();
    await migration.removePlaintext({ remove: async () => [] });
    await laptop.mirror.flush();
    await untilSent(db);
    for (const mark of ['switched', 'ended']) {
      await side.server.dropRow('rowseal_migrations_sealed', `transactions:${mark}`);
    }
    await untilRows(db, "SELECT id FROM rowseal_migrations WHERE id NOT LIKE '%:barrier'", []);
    await side.server.setColumns('transactions', 't1', { note: 'forged' });
    await side.server.dropRow('transactions', 't2');
    await untilRows(db, 'SELECT id, note FROM transactions', [{ id: 't1', note: 'forged' }]);
    await migration.copy();
    expect(await db.getAll(NEW_ROWS)).toEqual([T1, T2]);
    await laptop.quit();
    const again = await newDevice(side, 'laptop', laptop.file);
    await again.connect();
    await again.migration.copy();
    expect(await again.db.getAll(NEW_ROWS)).toEqual([T1, T2]);
  });

  it('is counted with what it was asked for alone', async () => {
    await store();
    const { migration } = await copied();
    await migration.switchOver();
    await migration.copy();
    await side.refuse(true);
    await migration.verify();
    const remove = async () => ['t1', 't1', 'others'];
    expect(await migration.removePlaintext({ remove })).toEqual({ removed: 1, left: 1 });
  });

  it('that takes old writes still, behind an app that asks no empty question, ends nothing', async () => {
    await store();
    const { migration, db } = await copied();
    await migration.switchOver();
    await migration.copy();
    await migration.verify();
    const remove: typeof side.remove = async (rows) => (rows.length > 0 ? side.remove(rows) : []);
    await expect(migration.removePlaintext({ remove })).rejects.toThrow(/rowseal_refuse_old/);
    await side.server.query("UPDATE transactions SET note = 'late' WHERE id = 't1'");
    await untilRows(db, NEW_ROWS, [{ ...T1, note: 'late' }, T2]);
  });
});

describe('an edit that never reached the server', () => {
  it('and makes a row fit is not lost where rows are left behind', async () => {
    await side.server.query("INSERT INTO transactions VALUES ('t1', 'ada', 10, NULL, 'bread')");
    const { db, migration } = await copied();
    await side.refuse(true);
    await db.execute("UPDATE transactions SET merchant = 'Bakery' WHERE id = 't1'");
    await migration.switchOver();
    expect(await db.getAll(NEW_ROWS)).toEqual([T1]);
  });

  it('is back in the old table when the switch is not made', async () => {
    await store();
    await side.server.query("INSERT INTO transactions VALUES ('t0', 'ada', 10, NULL, 'bread')");
    const laptop = await copied();
    const { db, migration } = laptop;
    await side.server.cutOff('laptop');
    await db.execute("UPDATE transactions SET note = 'cake' WHERE id = 't1'");
    await db.execute("UPDATE transactions SET note = note WHERE id = 't0'"); // queued all the same
    await db.execute("DELETE FROM transactions WHERE id = 't2'");
    await db.execute("INSERT INTO transactions (id, amount, merchant) VALUES ('t3', 3, 'Deli')");
    const switching = expect(migration.switchOver()).rejects.toThrow(/1 rows/);
    await until(async () => expect(await db.getAll('SELECT 1 FROM ps_crud')).toEqual([]));
    await side.server.letIn('laptop');
    await switching;
    await untilRows(db, "SELECT id, note FROM transactions WHERE id > 't0' ORDER BY id", [
      { id: 't1', note: 'cake' },
      { id: 't3', note: null },
    ]);
    await until(async () =>
      expect(await side.server.query("SELECT id FROM transactions WHERE id = 't3'")).toHaveLength(
        1,
      ),
    );
    await untilRows(db, 'SELECT id, note FROM entries ORDER BY id', [
      { id: 't1', note: 'cake' },
      { id: 't3', note: null },
    ]);
  });

  it('is back in the old table after a kill while it was carried', async () => {
    await store();
    const laptop = await copied();
    await laptop.db.disconnect();
    await laptop.db.execute(
      "INSERT INTO transactions (id, amount, merchant) VALUES ('t3', 3, 'Deli')",
    );
    const switching = laptop.migration.switchOver().catch(() => {});
    await until(async () => expect(await laptop.db.getAll('SELECT 1 FROM ps_crud')).toEqual([]));
    await laptop.quit();
    await switching;
    const again = await newDevice(side, 'laptop', laptop.file);
    expect(await again.db.getAll('SELECT 1 FROM rowseal_migration_edits')).toEqual([]);
    await again.connect();
    await until(async () =>
      expect(await side.server.query("SELECT id FROM transactions WHERE id = 't3'")).toHaveLength(
        1,
      ),
    );
  });

  it('of the next user stays in the queue', async () => {
    const { db, migration } = await newDevice(side, 'laptop');
    await db.writeTransaction(async (tx) => {
      await tx.execute("DELETE FROM ps_kv WHERE key LIKE 'rowseal%'");
      await tx.execute("INSERT INTO transactions (id, amount, merchant) VALUES ('t3', 3, 'Deli')");
    });
    await expect(migration.switchOver()).rejects.toThrow(/closed|cleared/);
    expect(await db.getAll('SELECT 1 FROM ps_crud')).toHaveLength(1);
    expect(await db.getAll('SELECT 1 FROM rowseal_migration_edits')).toEqual([]);
  });
});

describe('two versions of the map', () => {
  it('on two devices do not copy over each other for ever', async () => {
    await store();
    const devices = [];
    for (const factor of [100, 10]) {
      const db = await openPowerSync(newSchema);
      const mirror = await startMirror({ db, vault: await openUserVault(), tables });
      const cents = ({ amount }: OldRow) => Number(amount) * factor;
      const options = { db, mirror, from: 'transactions', table: entries, map: { cents } };
      const migration = await migrateTable(options);
      onTestFinished(async () => {
        await migration.close();
        await mirror.close();
      });
      await connect(db, side.server, `device-${factor}`, { uploadData: uploads });
      devices.push({ db, migration });
    }
    const sent = async () =>
      (await side.server.uploads())
        .flatMap(({ writes }) => writes)
        .filter(({ table }) => table === 'entries_sealed').length;
    let before = -1;
    await until(async () => {
      const now = await sent();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const isQuiet = now > 0 && now === before && now === (await sent());
      before = now;
      expect(isQuiet).toBe(true);
    });
    const [one, two] = await Promise.all(devices.map(({ db }) => db.getAll(NEW_ROWS)));
    expect(one).toEqual(two);
  });
});

describe('what is said of rows', () => {
  it('counts one that waits once', async () => {
    await side.server.query("INSERT INTO transactions VALUES ('t1', 'ada', 10, NULL, 'bread')");
    const { db, migration } = await copied();
    expect(migration.status).toMatchObject({ pending: 0, differing: 1 });
    await db.disconnect();
    await db.execute("INSERT INTO rowseal_migration_queue VALUES ('transactions', 't1')");
    await until(() => expect(migration.status).toMatchObject({ pending: 1, differing: 0 }));
  });

  it('lists as many as it is told, and no other number', async () => {
    const { migration } = await newDevice(side, 'laptop');
    for (const limit of [-1, 1.5, Number.NaN, '1', null]) {
      const asked = async () => migration.differences(limit as number);
      await expect(asked()).rejects.toThrow(/limit/);
    }
    expect(await migration.differences(0)).toEqual([]);
  });
});

it('is as fresh as the first checkpoint since it began, where the app had connected before', async () => {
  await store();
  const db = await openPowerSync(newSchema);
  await connect(db, side.server, 'laptop', { uploadData: uploads });
  await db.waitForFirstSync();
  const mirror = await startMirror({ db, vault: await openUserVault(), tables });
  const migration = await migrateTable({ db, mirror, from: 'transactions', table: entries, map });
  onTestFinished(async () => {
    await migration.close();
    await mirror.close();
  });
  await migration.copy();
  expect(await db.getAll(NEW_ROWS)).toEqual([T1, T2]);
  await untilRows(db, `${OLD_ROWS} LIMIT 1`, [
    { id: 't1', amount: 10, merchant: 'Bakery', note: 'bread' },
  ]);
});
