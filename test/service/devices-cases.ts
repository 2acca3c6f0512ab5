/** What devices of a user see of each other. */
import { logOut } from 'rowseal/powersync';
import { expect, it } from 'vitest';
import { untilUploaded } from '../support/mirrored-powersync.js';
import { until, untilRows } from '../support/synced-devices.js';
import { vaultOf } from './device.js';
import { ALL, addEntry } from './entries.js';
import type { NewUser } from './service-suite.js';

const FIRST_SYNC_ROWS = 2000;

export function describeDevices(newUser: NewUser): void {
  it('keeps two devices in step', async () => {
    const user = newUser();
    const [laptop, phone] = [await user.device('laptop'), await user.device('phone')];
    await addEntry(laptop.db, 'Bakery', -1299);
    await untilRows(phone.db, ALL, [{ payee: 'Bakery', amount: -1299, note: null }]);
    await phone.db.execute("UPDATE service_test_entries SET note = 'bread'");
    await untilRows(laptop.db, ALL, [{ payee: 'Bakery', amount: -1299, note: 'bread' }]);
    await laptop.db.execute('DELETE FROM service_test_entries');
    await untilRows(phone.db, ALL, []);
    for (const { mirror, line } of [laptop, phone]) {
      expect(mirror.status).toMatchObject({ quarantined: 0, withdrawn: 0, rejected: 0 });
      const { taken, expected } = line.formats();
      expect(taken).toEqual(expected);
    }
  });

  it('merges what two devices changed while they were offline', async () => {
    const user = newUser();
    const [laptop, phone] = [await user.device('laptop'), await user.device('phone')];
    await addEntry(laptop.db, 'Bakery', -1299);
    await untilRows(phone.db, ALL, [{ payee: 'Bakery', amount: -1299, note: null }]);
    await Promise.all([laptop.db.disconnect(), phone.db.disconnect()]);
    await laptop.db.execute("UPDATE service_test_entries SET note = 'bread'");
    await phone.db.execute('UPDATE service_test_entries SET amount = -1399');
    void laptop.connect();
    await untilUploaded(laptop.db);
    void phone.connect();
    for (const { db, mirror } of [laptop, phone]) {
      await untilRows(db, ALL, [{ payee: 'Bakery', amount: -1399, note: 'bread' }]);
      await until(() => expect(mirror.status).toMatchObject({ settled: true, findings: 0 }));
    }
  });

  it('takes a transaction over two tables as one', async () => {
    const user = newUser();
    const [laptop, phone] = [await user.device('laptop'), await user.device('phone')];
    await phone.mirror.waitForFirstSync();
    await laptop.db.writeTransaction(async (tx) => {
      const account = 'INSERT INTO service_test_accounts (id, title, currency) VALUES (?, ?, ?)';
      await tx.execute(account, [`giro of ${user.owner}`, 'Giro', 'EUR']);
      for (const payee of ['Bakery', 'Butcher']) await addEntry(tx, payee, -1299);
    });
    const counts = `SELECT (SELECT count(*) FROM service_test_accounts) AS accounts,
      (SELECT count(*) FROM service_test_entries) AS entries`;
    await until(async () => {
      const { accounts, entries } = await phone.db.get<{ accounts: number; entries: number }>(
        counts,
      );
      expect(entries).toBe(2 * accounts); // at any time
      if (accounts === 0) throw new Error('Nothing has come yet.');
    });
  });

  it(`brings ${FIRST_SYNC_ROWS} rows to a new device`, async () => {
    const user = newUser();
    const laptop = await user.device('laptop');
    await laptop.db.execute(
      `INSERT INTO service_test_entries (id, amount, payee, account_id)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
      SELECT uuid(), i, 'Shop ' || i, 'giro' FROM n`,
      [FIRST_SYNC_ROWS],
    );
    await untilUploaded(laptop.db);
    const phone = await user.device('phone');
    await phone.mirror.waitForFirstSync();
    const sums = 'SELECT count(*) AS rows, sum(amount) AS total FROM service_test_entries';
    const total = (FIRST_SYNC_ROWS * (FIRST_SYNC_ROWS + 1)) / 2;
    expect(await phone.db.get(sums)).toEqual({ rows: FIRST_SYNC_ROWS, total });
    expect(phone.mirror.status).toMatchObject({ quarantined: 0, findings: 0 });
  });

  it('forgets a user at log-out, and has everything again when they are back', async () => {
    const user = newUser();
    const laptop = await user.device('laptop');
    await addEntry(laptop.db, 'Bakery', -1299);
    await untilUploaded(laptop.db);
    await logOut(laptop.db);
    expect(await laptop.db.getAll(ALL)).toEqual([]);
    const mirror = await laptop.startMirror(await vaultOf(user.owner));
    void laptop.connect();
    await mirror.waitForFirstSync();
    expect(await laptop.db.getAll(ALL)).toEqual([{ payee: 'Bakery', amount: -1299, note: null }]);
    expect(mirror.status).toMatchObject({ withdrawn: 0, settled: true });
  });
}
