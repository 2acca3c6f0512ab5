/** The migration of a plaintext table, from the first copy to the end of the plaintext. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type MigratingServer,
  migratingServer,
  NEW_ROWS,
  OLD_ROWS,
} from '../support/migrating-app.js';
import { newDevice, untilSent } from '../support/migrating-devices.js';
import { until, untilRows } from '../support/synced-devices.js';

let side: MigratingServer;
beforeAll(async () => {
  side = await migratingServer();
});
beforeEach(() => side.empty());
afterAll(() => side.server.close());

const INSERT = `INSERT INTO transactions (id, amount, merchant, note)
  VALUES ('t1', 12.99, 'Bakery', NULL), ('t2', 5, 'Café', 'tea')`;
const COPIES = [
  { id: 't1', cents: 1299, merchant: 'Bakery', note: null },
  { id: 't2', cents: 500, merchant: 'Café', note: 'tea' },
];

describe('a migration', () => {
  it('goes all the way', async () => {
    const laptop = await newDevice(side, 'laptop');
    const phone = await newDevice(side, 'phone');
    await Promise.all([laptop.connect(), phone.connect()]);
    await laptop.db.execute(INSERT);
    await untilSent(laptop.db);
    await laptop.migration.copy();
    await untilRows(phone.db, NEW_ROWS, COPIES);
    await phone.migration.copy();
    await until(async () =>
      expect(await phone.migration.verify()).toMatchObject({ rows: 2, copied: 2, verified: 2 }),
    );

    await side.refuse(true);
    await laptop.migration.switchOver();
    expect(laptop.migration.status).toMatchObject({ phase: 'switched' });
    await laptop.db.execute("UPDATE entries SET note = 'bread' WHERE id = 't1'");
    const edited = [{ ...COPIES[0], note: 'bread' }, COPIES[1]] as object[];
    await untilRows(phone.db, NEW_ROWS, edited);
    await until(() =>
      expect(phone.migration.status).toMatchObject({ phase: 'copying', isSwitchedElsewhere: true }),
    );
    await phone.migration.switchOver();

    await laptop.migration.copy();
    await until(async () =>
      expect(await laptop.migration.verify()).toMatchObject({ rows: 2, verified: 2, differing: 0 }),
    );
    const { remove } = side;
    expect(await laptop.migration.removePlaintext({ remove })).toEqual({ removed: 2, left: 0 });
    expect(await side.server.query('SELECT 1 FROM transactions')).toEqual([]);
    for (const { db } of [laptop, phone]) {
      await untilRows(db, OLD_ROWS, []);
      await untilRows(db, NEW_ROWS, edited);
    }
  });
});
