/** From the old table to the new one: what waits for upload, and what old versions may still do. */
import { logOut } from 'rowseal/powersync';
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
const T2 = { id: 't2', cents: 500, merchant: 'Café', note: 'tea' };
const T3 = { id: 't3', cents: 300, merchant: 'Deli', note: null };
const stored = () => side.server.query('SELECT id, amount, note FROM transactions ORDER BY id');
const store = () =>
  side.server.query(
    `INSERT INTO transactions VALUES
    ('t1', 'ada', 10, 'Bakery', 'bread'), ('t2', 'ada', 5, 'Café', 'tea')`,
  );

/** What an old version writes: a change, a NULL, a delete, a new row, a row replaced. */
const OLD_EDITS = [
  "UPDATE transactions SET amount = 11 WHERE id = 't1'",
  "UPDATE transactions SET note = NULL WHERE id = 't1'",
  "DELETE FROM transactions WHERE id = 't2'",
  "INSERT INTO transactions (id, amount, merchant) VALUES ('t3', 1, 'Deli')",
  "UPDATE transactions SET amount = 3 WHERE id = 't3'",
];
const AFTER_EDITS = [{ ...T1, cents: 1100, note: null }, T3];

describe('what never reached the server', () => {
  it('of a device that was offline is carried over, and nothing of it is plaintext there', async () => {
    await store();
    const old = await oldDevice(side, 'laptop');
    await old.connect();
    await untilRows(old.db, 'SELECT id FROM transactions ORDER BY id', [
      { id: 't1' },
      { id: 't2' },
    ]);
    await old.db.disconnect();
    for (const sql of OLD_EDITS) await old.db.execute(sql);
    await old.quit();
    await side.refuse(true);
    const before = (await side.server.uploads()).length;

    const laptop = await newDevice(side, 'laptop', old.file);
    const switched = laptop.migration.switchOver();
    await until(async () => expect(await laptop.db.getAll('SELECT 1 FROM ps_crud')).toEqual([]));
    expect(laptop.migration.status.phase).toBe('copying');
    expect(await laptop.db.getAll('SELECT id FROM transactions')).toHaveLength(2);
    await laptop.connect();
    await switched;
    expect(await laptop.db.getAll(NEW_ROWS)).toEqual(AFTER_EDITS);
    const phone = await newDevice(side, 'phone');
    await phone.connect();
    await untilRows(phone.db, NEW_ROWS, AFTER_EDITS);
    await laptop.migration.copy();
    const uploads = (await side.server.uploads()).slice(before);
    expect(
      uploads.flatMap(({ writes }) => writes.filter(({ table }) => table === 'transactions')),
    ).toEqual([]);
    expect(await stored()).toEqual([
      { id: 't1', amount: 10, note: 'bread' },
      { id: 't2', amount: 5, note: 'tea' },
    ]);
    await until(async () =>
      expect(await laptop.migration.verify()).toMatchObject({ rows: 2, verified: 2 }),
    );
  });

  it('is carried over where the server refuses it, and what waits behind it goes on', async () => {
    await store();
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.migration.copy();
    await side.refuse(true);
    for (const sql of OLD_EDITS) await laptop.db.execute(sql);
    await until(() => expect(laptop.db.currentStatus.dataFlowStatus.uploadError).toBeDefined());
    await side.server.query('SELECT 1');
    await laptop.migration.switchOver();
    expect(await laptop.db.getAll(NEW_ROWS)).toEqual(AFTER_EDITS);
    expect(await laptop.db.getAll('SELECT id FROM rowseal_migration_edits')).toEqual([]);
  });

  it('is carried over once, although the upload was applied and its answer lost', async () => {
    await store();
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.migration.copy();
    await side.server.failUploads({ kind: 'lost-answer', times: 1000 });
    for (const sql of OLD_EDITS) await laptop.db.execute(sql);
    await until(async () =>
      expect(await stored()).not.toContainEqual({ id: 't1', amount: 10, note: 'bread' }),
    );
    const switched = laptop.migration.switchOver();
    await until(async () => expect(await laptop.db.getAll('SELECT 1 FROM ps_crud')).toEqual([]));
    await side.server.clearFaults();
    await switched;
    await until(async () => expect(await laptop.db.getAll(NEW_ROWS)).toEqual(AFTER_EDITS));
    await laptop.migration.copy();
    expect(await side.server.query('SELECT id FROM entries_sealed ORDER BY id')).toHaveLength(3);
  });

  it('is laid over what others wrote meanwhile, column by column', async () => {
    await store();
    const old = await oldDevice(side, 'phone');
    await old.connect();
    await untilRows(old.db, 'SELECT id FROM transactions ORDER BY id', [
      { id: 't1' },
      { id: 't2' },
    ]);
    await old.db.disconnect();
    await old.db.execute("UPDATE transactions SET note = 'offline' WHERE id = 't1'");
    await old.db.execute("UPDATE transactions SET note = 'gone' WHERE id = 't2'");
    await old.quit();
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.migration.switchOver();
    await laptop.db.execute("UPDATE entries SET cents = 77, merchant = 'Baker' WHERE id = 't1'");
    await laptop.db.execute("DELETE FROM entries WHERE id = 't2'");
    await side.refuse(true);
    await laptop.migration.copy();
    await laptop.migration.verify();
    await laptop.migration.removePlaintext({ remove: side.remove });
    expect(await stored()).toEqual([]);

    const phone = await newDevice(side, 'phone', old.file);
    await phone.connect();
    await phone.migration.switchOver();
    const merged = [{ id: 't1', cents: 77, merchant: 'Baker', note: 'offline' }];
    for (const { db } of [phone, laptop]) await untilRows(db, NEW_ROWS, merged);
    await untilRows(phone.db, OLD_ROWS, []);
  });

  it('and what the app writes while it switches is carried too', async () => {
    await store();
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.migration.copy();
    await side.refuse(true);
    const { db } = laptop;
    await side.server.cutOff('laptop');
    await db.execute("UPDATE transactions SET note = 'first', amount = 1 WHERE id = 't1'");
    await db.execute("DELETE FROM transactions WHERE id = 't2'");
    const switched = laptop.migration.switchOver();
    await until(async () => expect(await db.getAll('SELECT 1 FROM ps_crud')).toEqual([]));
    await db.execute("UPDATE transactions SET note = 'second' WHERE id = 't1'");
    await db.execute("INSERT INTO transactions (id, amount, merchant) VALUES ('t2', 8, 'Bar')");
    await db.execute("UPDATE transactions SET note = 'late' WHERE id = 't2'");
    await side.server.letIn('laptop');
    await switched;
    expect(await db.getAll(NEW_ROWS)).toEqual([
      { ...T1, cents: 100, note: 'second' },
      { id: 't2', cents: 800, merchant: 'Bar', note: 'late' },
    ]);
  });

  it('stays, listed and not lost, where it does not fit', async () => {
    await store();
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.migration.copy();
    await side.refuse(true);
    await laptop.db.execute("UPDATE transactions SET merchant = NULL WHERE id = 't1'");
    await laptop.db.execute("DELETE FROM transactions WHERE id = 't2'");
    const listed = [{ id: 't1', result: 'unfit', code: 'VALUE_UNSUPPORTED' }];
    await expect(laptop.migration.switchOver()).rejects.toThrow(/1 rows/);
    expect(await laptop.migration.differences()).toMatchObject(listed);
    await laptop.migration.switchOver({ leaveUnfit: true });
    expect(await laptop.migration.differences()).toMatchObject(listed);
    expect(await laptop.db.getAll('SELECT id, kind, columns FROM rowseal_migration_edits')).toEqual(
      [{ id: 't1', kind: 'patch', columns: '["merchant"]' }],
    );
    await laptop.migration.copy();
    expect(await laptop.migration.verify()).toMatchObject({ rows: 2, verified: 2, differing: 1 });
    expect(await laptop.migration.differences()).toMatchObject(listed);
    const removing = laptop.migration.removePlaintext({ remove: side.remove });
    await expect(removing).rejects.toThrow(/1 edits of 'transactions' are not in 'entries'/);
  });
});

describe('after the switch', () => {
  it('writing the old table is an error that says where to write', async () => {
    await store();
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.migration.switchOver();
    await laptop.migration.switchOver();
    for (const sql of OLD_EDITS.slice(0, 4)) {
      await expect(laptop.db.execute(sql)).rejects.toThrow(/has moved: read and write 'entries'/);
    }
    expect(
      await laptop.db.getAll("SELECT 1 FROM ps_crud WHERE data LIKE '%transactions\"%'"),
    ).toEqual([]);
    await laptop.quit();
    const again = await newDevice(side, 'laptop', laptop.file);
    await until(() => expect(again.migration.status.phase).toBe('switched'));
  });

  it('an old version goes on until it is refused; then its edits wait for the update', async () => {
    await store();
    const old = await oldDevice(side, 'old');
    const laptop = await newDevice(side, 'laptop');
    await Promise.all([old.connect(), laptop.connect()]);
    await laptop.migration.switchOver();
    await untilRows(old.db, 'SELECT id FROM transactions ORDER BY id', [
      { id: 't1' },
      { id: 't2' },
    ]);
    await old.db.execute("UPDATE transactions SET note = 'old' WHERE id = 't1'");
    await old.db.execute(
      "INSERT INTO transactions (id, amount, merchant) VALUES ('t3', 3, 'Deli')",
    );
    const shown = [{ ...T1, note: 'old' }, T2, T3];
    await untilRows(laptop.db, NEW_ROWS, shown);
    await untilSent(old.db);

    await side.refuse(true);
    await old.db.execute("UPDATE transactions SET note = 'kept' WHERE id = 't1'");
    await old.db.execute("DELETE FROM transactions WHERE id = 't2'");
    await until(() => expect(old.db.currentStatus.dataFlowStatus.uploadError).toBeDefined());
    expect(await old.db.getAll('SELECT 1 FROM ps_crud')).toHaveLength(2);
    await laptop.migration.copy();
    expect(await laptop.db.getAll(NEW_ROWS)).toEqual(shown);
    await laptop.migration.verify();
    await laptop.migration.removePlaintext({ remove: side.remove });
    expect(await old.db.getAll('SELECT id FROM transactions')).toHaveLength(2);
    await old.quit();

    const updated = await newDevice(side, 'old', old.file);
    await updated.connect();
    await updated.migration.switchOver();
    const rows = [{ ...T1, note: 'kept' }, T3];
    for (const { db } of [updated, laptop]) await untilRows(db, NEW_ROWS, rows);
    expect(await stored()).toEqual([]);
  });

  it('a log-out forgets where it stood, and the next user begins anew', async () => {
    await store();
    const laptop = await newDevice(side, 'laptop');
    await laptop.connect();
    await laptop.migration.switchOver();
    await laptop.migration.verify();
    await logOut(laptop.db);
    for (const own of ['rowseal_migration', 'rowseal_migration_queue', 'rowseal_migration_rows']) {
      expect(await laptop.db.getAll(`SELECT * FROM ${own}`)).toEqual([]);
    }
    await expect(laptop.migration.copy()).rejects.toThrow(/closed/);
    await laptop.db.execute("INSERT INTO transactions (id, amount) VALUES ('t9', 1)");
    await laptop.quit();
    const next = await newDevice(side, 'laptop', laptop.file);
    await until(() => expect(next.migration.status).toMatchObject({ phase: 'copying', rows: 1 }));
    expect(await stored()).toHaveLength(2);
  });
});
