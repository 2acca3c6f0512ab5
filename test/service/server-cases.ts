/** What the server keeps, refuses and takes away. */
import { expect, it } from 'vitest';
import { untilUploaded } from '../support/mirrored-powersync.js';
import { until, untilRows } from '../support/synced-devices.js';
import { ALL, addEntry } from './entries.js';
import type { NewUser } from './service-suite.js';
import { OWNER, SEALED } from './tables.js';

export function describeServer(newUser: NewUser): void {
  it('holds no plaintext but what is declared visible', async () => {
    const user = newUser();
    const laptop = await user.device('laptop');
    await laptop.db.execute(
      "INSERT INTO service_test_accounts (id, title, currency) VALUES (uuid(), 'Quixotic Savings', 'EUR')",
    );
    await addEntry(laptop.db, 'Zephyrine Bakery', -271828182);
    await untilUploaded(laptop.db);
    const texts: string[] = [];
    for (const table of SEALED) {
      const all = `SELECT * FROM ${table} WHERE ${OWNER} = $1`;
      texts.push(JSON.stringify(await user.backend.query(all, [user.owner])));
    }
    expect(texts[0]).toContain('EUR');
    expect(texts[1]).toContain('giro');
    expect(texts.join()).not.toMatch(/Quixotic|Zephyrine|271828182/);
  });

  it('sends nothing to a second user', async () => {
    const [ada, bob] = [newUser(), newUser()];
    const first = await ada.device('laptop');
    await addEntry(first.db, 'of Ada', -1);
    await untilUploaded(first.db);
    const second = await bob.device('tablet');
    await second.mirror.waitForFirstSync();
    await addEntry(second.db, 'of Bob', -2);
    await untilUploaded(second.db);
    const third = await bob.device('phone'); // it has what the service sends, and no more
    await untilRows(third.db, 'SELECT payee FROM service_test_entries', [{ payee: 'of Bob' }]);
    expect(await third.db.getAll('SELECT id FROM service_test_entries_sealed')).toHaveLength(1);
    expect(third.mirror.status).toMatchObject({ quarantined: 0, findings: 0 });
  });

  it('refuses a row for good without holding up the others', async () => {
    const [ada, bob] = [newUser(), newUser()];
    const taken = `taken by ${ada.owner}`;
    const first = await ada.device('laptop');
    await addEntry(first.db, 'of Ada', -1, taken);
    await untilUploaded(first.db);
    const second = await bob.device('laptop');
    await addEntry(second.db, 'of Bob', -2, taken);
    await addEntry(second.db, 'of Bob, too', -3);
    const third = await bob.device('phone');
    await untilRows(third.db, ALL, [{ payee: 'of Bob, too', amount: -3, note: null }]);
    await until(() => expect(second.mirror.status).toMatchObject({ rejected: 1 }));
    expect(await second.db.getAll(ALL)).toHaveLength(2);
    await ada.backend.query('DELETE FROM service_test_entries_sealed WHERE id = $1', [taken]);
    await second.mirror.retry();
    await untilRows(third.db, 'SELECT amount FROM service_test_entries ORDER BY amount', [
      { amount: -3 },
      { amount: -2 },
    ]);
    await until(() => expect(second.mirror.status).toMatchObject({ rejected: 0 }));
  });

  it('takes a row from the devices, which can send it again', async () => {
    const user = newUser();
    const [laptop, phone] = [await user.device('laptop'), await user.device('phone')];
    const row = [{ payee: 'Bakery', amount: -1299, note: null }];
    await addEntry(laptop.db, 'Bakery', -1299);
    await untilRows(phone.db, ALL, row);
    const all = `DELETE FROM service_test_entries_sealed WHERE ${OWNER} = $1`;
    await user.backend.query(all, [user.owner]);
    for (const { db, mirror } of [laptop, phone]) {
      await until(() => expect(mirror.status).toMatchObject({ withdrawn: 1 }));
      expect(await db.getAll(ALL)).toEqual([]);
    }
    await laptop.mirror.retry({ withdrawn: await laptop.mirror.troubledRows() });
    await untilRows(phone.db, ALL, row);
    await until(() => expect(phone.mirror.status).toMatchObject({ withdrawn: 0 }));
  });
}
