/** What is copied while both tables are in use, by which device, and over what. */
import type { Migration } from 'rowseal/powersync';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type MigratingServer,
  migratingServer,
  NEW_ROWS,
  OLD_ROWS,
} from '../support/migrating-app.js';
import { newDevice, oldDevice, untilSent } from '../support/migrating-devices.js';
import { until, untilRows } from '../support/synced-devices.js';

let side: MigratingServer;
beforeAll(async () => {
  side = await migratingServer();
});
beforeEach(() => side.empty());
afterAll(() => side.server.close());

const T1 = { id: 't1', cents: 1000, merchant: 'Bakery', note: 'bread' };
const T2 = { id: 't2', cents: 500, merchant: 'Café', note: null };

const storeOld = (
  id: string,
  amount: number | null,
  merchant: string | null,
  note: string | null,
) =>
  side.server.query(
    `INSERT INTO transactions VALUES ($1, 'ada', $2, $3, $4) ON CONFLICT (id) DO UPDATE
    SET amount = EXCLUDED.amount, merchant = EXCLUDED.merchant, note = EXCLUDED.note`,
    [id, amount, merchant, note],
  );
const storeBoth = async () => {
  await storeOld('t1', 10, 'Bakery', 'bread');
  await storeOld('t2', 5, 'Café', null);
};
/** Not at once: while two devices copy, each may have to merge what the other one sent. */
const untilVerified = (migration: Migration) =>
  until(async () => expect(await migration.verify()).toMatchObject({ verified: 2, differing: 0 }));

describe('both tables are written', () => {
  it('what an old version inserts, changes and deletes, online and offline', async () => {
    const old = await oldDevice(side, 'old');
    const laptop = await newDevice(side, 'laptop');
    await Promise.all([old.connect(), laptop.connect()]);
    const insert = 'INSERT INTO transactions (id, amount, merchant, note) VALUES ';
    await old.db.execute(`${insert} ('t1', 10, 'Bakery', 'bread'), ('t2', 5, 'Café', NULL)`);
    await untilRows(laptop.db, NEW_ROWS, [T1, T2]);
    await old.db.execute("UPDATE transactions SET note = NULL, amount = 1 WHERE id = 't1'");
    await old.db.execute("DELETE FROM transactions WHERE id = 't2'");
    await untilRows(laptop.db, NEW_ROWS, [{ ...T1, cents: 100, note: null }]);
    await old.db.disconnect();
    await old.db.execute(`${insert} ('t2', 5, 'Café', NULL)`);
    await old.db.execute("UPDATE transactions SET note = 'bread', amount = 10 WHERE id = 't1'");
    await old.connect();
    await untilRows(laptop.db, NEW_ROWS, [T1, T2]);
    await untilVerified(laptop.migration);
  });

  it('what the new version writes of the old table, once the server has it', async () => {
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await storeBoth();
    await untilRows(laptop.db, NEW_ROWS, [T1, T2]);
    await laptop.db.disconnect();
    await laptop.db.execute("UPDATE transactions SET note = 'cake' WHERE id = 't1'");
    await laptop.db.execute("DELETE FROM transactions WHERE id = 't2'");
    await until(() => expect(laptop.migration.status.pending).toBe(2));
    expect(await laptop.db.getAll(NEW_ROWS)).toEqual([T1, T2]);
    await laptop.connect();
    await untilRows(laptop.db, NEW_ROWS, [{ ...T1, note: 'cake' }]);
  });

  it('a device that was offline copies nothing stale', async () => {
    const phone = await newDevice(side, 'phone');
    await storeBoth();
    await phone.connect();
    await untilRows(phone.db, NEW_ROWS, [T1, T2]);
    await phone.quit();
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await storeOld('t1', 20, 'Bakery', null);
    const current = [{ ...T1, cents: 2000, note: null }, T2];
    await untilRows(laptop.db, NEW_ROWS, current);
    await laptop.migration.copy();
    const back = await newDevice(side, 'phone', phone.file);
    // Looked at again, as after a change of the map.
    await back.db.execute(
      "INSERT OR IGNORE INTO rowseal_migration_queue VALUES ('transactions', 't1')",
    );
    await until(() => expect(back.migration.status.pending).toBe(1));
    expect(await back.db.getAll(NEW_ROWS)).toEqual([T1, T2]);
    await back.connect();
    for (const { db, migration } of [back, laptop]) {
      await untilRows(db, NEW_ROWS, current);
      await untilVerified(migration);
    }
  });

  it.each([
    ['are gone', ''],
    ['are of a version that watched for something else', 'WHEN 1 = 2 BEGIN SELECT 1; END'],
  ])('what was missed while triggers %s', async (_, rest) => {
    await storeBoth();
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await untilRows(laptop.db, NEW_ROWS, [T1, T2]);
    await laptop.migration.copy();
    for (const event of ['insert', 'update', 'delete']) {
      const trigger = `rowseal_migration_old_${event}__transactions`;
      await laptop.db.execute(`DROP TRIGGER ${trigger}`);
      const other = `CREATE TRIGGER ${trigger} AFTER ${event} ON ps_data__transactions ${rest}`;
      if (rest !== '') await laptop.db.execute(other);
    }
    await storeOld('t1', 20, 'Bakery', 'bread');
    await untilRows(laptop.db, "SELECT amount FROM transactions WHERE id = 't1'", [{ amount: 20 }]);
    await laptop.quit();
    const back = await newDevice(side, 'laptop', laptop.file);
    await back.connect();
    await untilRows(back.db, NEW_ROWS, [{ ...T1, cents: 2000 }, T2]);
  });

  it('a copy by a clock that is ahead does not stay', async () => {
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await storeBoth();
    await untilRows(laptop.db, NEW_ROWS, [T1, T2]);
    await laptop.db.disconnect();
    await laptop.db.writeTransaction(async (tx) => {
      await tx.execute("UPDATE entries SET note = 'stale' WHERE id = 't1'");
      await tx.execute('UPDATE rowseal_queue SET at = (at + 86400000) / 64');
    });
    await laptop.mirror.flush();
    await laptop.connect();
    await untilRows(laptop.db, NEW_ROWS, [T1, T2]);
  });

  it('two devices copy at once while rows change', async () => {
    await storeBoth();
    const devices = [await newDevice(side, 'laptop'), await newDevice(side, 'phone')] as const;
    const [laptop, phone] = devices;
    await Promise.all(devices.map((device) => device.connect()));
    await laptop.db.waitForFirstSync();
    for (let round = 1; round <= 5; round++) {
      await Promise.all([
        laptop.db.execute("UPDATE transactions SET amount = ? WHERE id = 't1'", [round]),
        phone.db.execute(
          "INSERT OR REPLACE INTO transactions (id, amount, merchant) VALUES ('t2', ?, 'Café')",
          [round],
        ),
        storeOld(`x${round}`, round, 'Server', null),
      ]);
    }
    await Promise.all(devices.map(({ db }) => untilSent(db)));
    const rows = [
      { ...T1, cents: 500 },
      { ...T2, cents: 500 },
      ...[1, 2, 3, 4, 5].map((n) => ({
        id: `x${n}`,
        cents: n * 100,
        merchant: 'Server',
        note: null,
      })),
    ];
    for (const { db, migration } of devices) {
      await untilRows(db, NEW_ROWS, rows);
      await migration.copy();
      await untilRows(db, NEW_ROWS, rows);
      await until(async () => expect(await migration.verify()).toMatchObject({ verified: 7 }));
    }
  });
});

describe('what somebody wrote in the new table stays', () => {
  it('column by column, and is verified as newer', async () => {
    await storeBoth();
    const laptop = await newDevice(side, 'laptop');
    const phone = await newDevice(side, 'phone');
    await Promise.all([laptop.connect(), phone.connect()]);
    await laptop.migration.switchOver();
    await laptop.db.execute("UPDATE entries SET note = 'mine' WHERE id = 't1'");
    await untilRows(phone.db, NEW_ROWS, [{ ...T1, note: 'mine' }, T2]);
    await storeOld('t1', 30, 'Bakery', 'theirs');
    for (const { db, migration } of [laptop, phone]) {
      await untilRows(db, NEW_ROWS, [{ ...T1, cents: 3000, note: 'mine' }, T2]);
      await untilVerified(migration);
    }
    expect(
      await phone.db.getAll('SELECT id, result FROM rowseal_migration_rows ORDER BY id'),
    ).toEqual([
      { id: 't1', result: 'newer' },
      { id: 't2', result: 'same' },
    ]);
  });

  it('also an edit that a device makes before it hears of what it replaces', async () => {
    await storeBoth();
    const laptop = await newDevice(side, 'laptop');
    const phone = await newDevice(side, 'phone');
    await Promise.all([laptop.connect(), phone.connect()]);
    await phone.migration.copy();
    await laptop.migration.switchOver();
    await laptop.db.disconnect();
    await laptop.db.execute("UPDATE entries SET note = 'offline' WHERE id = 't1'");
    await storeOld('t1', 10, 'Bakery', 'later');
    await untilRows(phone.db, NEW_ROWS, [{ ...T1, note: 'later' }, T2]);
    await phone.migration.copy();
    await laptop.connect();
    for (const { db } of [laptop, phone]) {
      await untilRows(db, NEW_ROWS, [{ ...T1, note: 'offline' }, T2]);
    }
  });

  it('a delete there is not undone by the old row, and counts as newer', async () => {
    await storeBoth();
    const laptop = await newDevice(side, 'laptop');
    const phone = await newDevice(side, 'phone');
    await Promise.all([laptop.connect(), phone.connect()]);
    await laptop.migration.switchOver();
    await laptop.db.execute("DELETE FROM entries WHERE id = 't1'");
    await untilRows(phone.db, NEW_ROWS, [T2]);
    await storeOld('t1', 30, 'Bakery', 'touched');
    await untilRows(phone.db, `${OLD_ROWS} LIMIT 1`, [
      { id: 't1', amount: 30, merchant: 'Bakery', note: 'touched' },
    ]);
    await phone.migration.copy();
    expect(await phone.db.getAll(NEW_ROWS)).toEqual([T2]);
    await untilVerified(phone.migration);
  });

  it('so does a row of which the old version deletes the plaintext after a switch', async () => {
    await storeBoth();
    const laptop = await newDevice(side, 'laptop');
    const phone = await newDevice(side, 'phone');
    await Promise.all([laptop.connect(), phone.connect()]);
    await laptop.migration.switchOver();
    await until(() => expect(phone.migration.status.isSwitchedElsewhere).toBe(true));
    await side.server.query("DELETE FROM transactions WHERE id = 't1'");
    for (const { db, migration } of [laptop, phone]) {
      await untilRows(db, 'SELECT id FROM transactions', [{ id: 't2' }]);
      await migration.copy();
      expect(await db.getAll(NEW_ROWS)).toEqual([T1, T2]);
    }
  });

  it('and an edited row, when the old one is deleted before any device has switched', async () => {
    await storeBoth();
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.migration.copy();
    await laptop.db.execute("UPDATE entries SET note = 'mine' WHERE id = 't1'");
    await laptop.migration.copy();
    await side.server.query('DELETE FROM transactions');
    await untilRows(laptop.db, NEW_ROWS, [{ ...T1, note: 'mine' }]);
  });
});

describe('a row that does not fit', () => {
  it('is listed, is not lost, and is copied once it does', async () => {
    await storeOld('t1', 10, null, 'bread');
    await storeOld('T2', 5, 'Café', null);
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.migration.copy();
    expect(await laptop.migration.verify()).toMatchObject({ rows: 2, copied: 1, differing: 1 });
    const [row, ...others] = await laptop.migration.differences();
    expect(others).toEqual([]);
    expect(row).toMatchObject({ id: 't1', result: 'unfit', code: 'VALUE_UNSUPPORTED' });
    await expect(laptop.migration.switchOver()).rejects.toThrow(/1 rows of 'transactions' can't/);
    expect(laptop.migration.status.phase).toBe('copying');
    await storeOld('t1', 10, 'Bakery', 'bread');
    await untilRows(laptop.db, `${NEW_ROWS} LIMIT 1 OFFSET 1`, [T1]);
    await laptop.migration.copy();
    expect(await laptop.migration.verify()).toMatchObject({ verified: 2, differing: 0 });
    expect(await laptop.migration.differences()).toEqual([]);
  });

  it('can be left behind', async () => {
    await storeBoth();
    await storeOld('t3', 10, null, 'bread');
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.migration.switchOver({ leaveUnfit: true });
    expect(laptop.migration.status).toMatchObject({ phase: 'switched', copied: 2, differing: 1 });
    await side.refuse(true);
    await expect(laptop.migration.removePlaintext({ remove: side.remove })).rejects.toThrow(
      /not verified/,
    );
  });

  it('is listed with its code where it is too large to be sealed', async () => {
    await storeOld('t1', 10, 'Bakery', 'x'.repeat(1 << 20));
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.migration.copy();
    expect(await laptop.migration.verify()).toMatchObject({ verified: 0, differing: 1 });
    expect(await laptop.migration.differences()).toMatchObject([
      { id: 't1', result: 'missing', code: 'LIMIT_EXCEEDED' },
    ]);
    await storeOld('t1', 10, 'Bakery', 'bread');
    await untilRows(laptop.db, NEW_ROWS, [T1]);
  });
});

describe('a server that means harm', () => {
  it('can change the plaintext until it is gone, but no edit, and nothing after the end', async () => {
    await storeBoth();
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.migration.copy();
    await side.server.setColumns('transactions', 't1', { note: 'forged' });
    await untilRows(laptop.db, NEW_ROWS, [{ ...T1, note: 'forged' }, T2]);
    await laptop.migration.switchOver();
    await laptop.db.execute("UPDATE entries SET note = 'mine' WHERE id = 't1'");
    await laptop.migration.copy();
    await side.refuse(true);
    await laptop.migration.verify();
    await laptop.migration.removePlaintext({ remove: async () => [] });
    await side.server.setColumns('transactions', 't1', { note: 'again', amount: 99 });
    await side.server.setColumns('transactions', 't3', { note: 'new', owner_id: 'ada' });
    await side.server.dropRow('transactions', 't2');
    await untilRows(laptop.db, 'SELECT id, note FROM transactions', [
      { id: 't1', note: 'again' },
      { id: 't3', note: 'new' },
    ]);
    await laptop.migration.copy();
    expect(await laptop.db.getAll(NEW_ROWS)).toEqual([{ ...T1, note: 'mine' }, T2]);
    await expect(laptop.migration.removePlaintext({ remove: side.remove })).rejects.toThrow(
      /2 rows .* not verified/,
    );
  });

  it('a sealed row that was changed is not good, and its plaintext stays', async () => {
    await storeBoth();
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.migration.switchOver();
    await laptop.migration.copy();
    const [one] = await side.server.query("SELECT payload FROM entries_sealed WHERE id = 't1'");
    await side.server.setColumns('entries_sealed', 't2', { payload: one?.payload });
    await until(async () =>
      expect(await laptop.migration.verify()).toMatchObject({ verified: 1, differing: 1 }),
    );
    expect(await laptop.migration.differences()).toMatchObject([
      { id: 't2', result: 'missing', code: 'ROW_AUTH_FAILED' },
    ]);
    await storeOld('t2', 7, 'Café', null);
    await untilRows(laptop.db, "SELECT amount FROM transactions WHERE id = 't2'", [{ amount: 7 }]);
    await laptop.migration.copy();
    expect(await laptop.db.getAll(NEW_ROWS)).toEqual([T1, T2]);
  });
});
