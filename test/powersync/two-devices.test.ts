/** The whole way: plain SQL on one device, a server that can't read it, plain SQL on another. */
import { cleartext, defineTable, encrypted } from 'rowseal';
import { serverSql } from 'rowseal/powersync';
import { describe, it } from 'vitest';
import { powersyncDevice } from '../support/mirrored-powersync.js';
import { syncServer, untilRows } from '../support/synced-devices.js';

const transactions = defineTable('transactions', {
  amount: encrypted.integer(),
  merchant: encrypted.text(),
  note: encrypted.text().optional(),
  account_id: cleartext.text(),
});
const tables = [transactions];
const ALL = 'SELECT amount, merchant, note FROM transactions ORDER BY id';

describe('two devices', () => {
  it('read what the other wrote with plain SQL', async () => {
    const server = await syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
    const laptop = await powersyncDevice('laptop', tables);
    const phone = await powersyncDevice('phone', tables);
    await Promise.all([laptop.connect(server), phone.connect(server)]);
    await laptop.db.execute(
      "INSERT INTO transactions (id, amount, merchant, account_id) VALUES ('t1', 1299, 'Bakery', 'giro')",
    );
    await untilRows(phone.db, ALL, [{ amount: 1299, merchant: 'Bakery', note: null }]);
    await phone.db.execute("UPDATE transactions SET note = 'bread' WHERE id = 't1'");
    await untilRows(laptop.db, ALL, [{ amount: 1299, merchant: 'Bakery', note: 'bread' }]);
    await laptop.db.execute("DELETE FROM transactions WHERE id = 't1'");
    await untilRows(phone.db, ALL, []);
  });
});
