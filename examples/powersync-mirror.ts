/** Two devices on PowerSync: the app uses plain SQL, and the server gets what it can't read. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommonPowerSyncDatabase, Schema } from '@powersync/common';
import {
  bySecret,
  cleartext,
  createVault,
  defineTable,
  encrypted,
  memoryStore,
  openVault,
  type Vault,
} from 'rowseal';
import { encryptedTables, logOut, serverSql, startMirror, uploadWith } from 'rowseal/powersync';
import { syncConnector } from './sync-server/connector.js';
import { openDatabase } from './sync-server/open-database.js';
import { startSyncServer } from './sync-server/start-sync-server.js';

const transactions = defineTable('transactions', {
  amount: encrypted.integer(), // cents
  merchant: encrypted.text(),
  note: encrypted.text().optional(),
  account_id: cleartext.text(),
});
const tables = [transactions];
const folder = await mkdtemp(join(tmpdir(), 'rowseal-example-'));

// 1. The server's table, with checks that only sealed rows pass, comes from the declaration.
const server = await startSyncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });

// 2. A device: one spread in the schema, one mirror, and `uploadWith` in the connector.
async function openDevice(device: string, vault: Vault): Promise<CommonPowerSyncDatabase> {
  const db = await openDatabase(join(folder, device), new Schema({ ...encryptedTables(tables) }));
  await startMirror({ db, vault, tables });
  const login = { url: server.url, owner: 'ada', device };
  await db.connect(syncConnector(login, (send) => uploadWith({ tables, send })));
  return db;
}

// A device key is used here because it needs no Argon2id; users have a password.
const opener = bySecret(crypto.getRandomValues(new Uint8Array(32)));
const { vault } = await createVault(memoryStore(), opener);
const laptop = await openDevice('laptop', vault);
const phone = await openDevice('phone', await openVault(memoryStore(vault.header), opener));

// 3. Plain SQL on both.
const ALL = 'SELECT id, amount, merchant, note FROM transactions';
async function untilShown(db: CommonPowerSyncDatabase, wanted: object): Promise<object> {
  for await (const { rows } of db.watch(ALL, [])) {
    if (JSON.stringify(rows?._array) === JSON.stringify([wanted])) break;
  }
  return wanted;
}
await laptop.execute(
  "INSERT INTO transactions (id, amount, merchant, account_id) VALUES ('t1', -1299, 'Blåbær & Sønner', 'giro')",
);
const row = { id: 't1', amount: -1299, merchant: 'Blåbær & Sønner', note: null };
console.log('The phone shows', await untilShown(phone, row));
await phone.execute("UPDATE transactions SET note = 'two jars of jam' WHERE id = 't1'");
console.log('The laptop shows', await untilShown(laptop, { ...row, note: 'two jars of jam' }));

// 4. What the server has of it, and has ever received.
const [{ payload, ...visible } = {}] = await server.query('SELECT * FROM transactions_sealed');
console.log('The server sees', visible, `and a payload of ${String(payload).length} characters`);
assert.deepEqual(await server.findReceived(['Blåbær & Sønner', 'two jars of jam']), []);
console.log(`Neither is in any of the ${(await server.received()).length} requests that it got`);

// 5. Log-out clears the device; it is never taken for deletes.
await logOut(phone);
assert.deepEqual(await phone.getAll(ALL), []);
assert.equal((await laptop.getAll(ALL)).length, 1);
console.log('After log-out the phone shows no row, and the laptop still does');

for (const db of [laptop, phone]) await db.close();
await server.close();
await rm(folder, { recursive: true });
