/** Two devices that keep balances in memory, on sealed tables alone: no plaintext is in any file. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type CommonPowerSyncDatabase, Schema } from '@powersync/common';
import { bySecret, createVault, memoryStore, openVault, type Vault } from 'rowseal';
import { sealedTables, serverSql, trackDecryptedDiff, uploadWith } from 'rowseal/powersync';
import { syncConnector } from '../sync-server/connector.js';
import { openDatabase } from '../sync-server/open-database.js';
import { startSyncServer } from '../sync-server/start-sync-server.js';
import { type Balances, createBalances } from './balances.js';
import { tables, transactions } from './transactions.js';
import { deleteRow, insertRow, updateRow } from './write-row.js';

const folder = await mkdtemp(join(tmpdir(), 'rowseal-example-'));
const server = await startSyncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });

interface Device {
  readonly db: CommonPowerSyncDatabase;
  readonly vault: Vault;
  readonly balances: Balances;
  connect(): Promise<void>;
  close(): Promise<void>;
}

// 1. A device: the sealed tables alone in the schema, and a handler that hears of every change.
async function openDevice(name: string, vault: Vault): Promise<Device> {
  const db = await openDatabase(join(folder, name), new Schema({ ...sealedTables(tables) }));
  const balances = createBalances();
  const options = { table: transactions, vault: () => vault, onError: console.error };
  const stop = await trackDecryptedDiff(db, options, balances.take);
  const connector = syncConnector({ url: server.url, owner: 'ada', device: name }, (send) =>
    uploadWith({ tables, send }),
  );
  return {
    ...{ db, vault, balances },
    connect: () => db.connect(connector),
    async close() {
      await stop();
      await db.close();
    },
  };
}

/** Waits until a device has these balances. */
async function untilShown({ balances }: Device, wanted: Readonly<Record<string, number>>) {
  while (JSON.stringify(balances.all()) !== JSON.stringify(wanted)) await pause(20);
  return wanted;
}

// A device key is used here because it needs no Argon2id; users have a password.
const opener = bySecret(crypto.getRandomValues(new Uint8Array(32)));
const { vault } = await createVault(memoryStore(), opener);
const phoneVault = await openVault(memoryStore(vault.header), opener);
const laptop = await openDevice('laptop', vault);
let phone = await openDevice('phone', phoneVault);
await Promise.all([laptop.connect(), phone.connect()]);

// 2. Rows that one device writes are in the other's balances.
const row = { merchant: 'Blåbær & Sønner', account_id: 'giro' };
await insertRow(laptop.db, laptop.vault, { ...row, id: 't1', amount: -1299 });
await insertRow(laptop.db, laptop.vault, { ...row, id: 't2', amount: -700 });
await insertRow(laptop.db, laptop.vault, { ...row, id: 't3', amount: 5000, account_id: 'savings' });
console.log('The phone has', await untilShown(phone, { giro: -1999, savings: 5000 }));

// 3. Both change one row, offline: neither edit is lost.
await Promise.all([laptop.db.disconnect(), phone.db.disconnect()]);
await updateRow(laptop.db, laptop.vault, 't1', { amount: -1500 });
await updateRow(phone.db, phone.vault, 't1', { account_id: 'savings' });
await Promise.all([laptop.connect(), phone.connect()]);
await untilShown(laptop, { giro: -700, savings: 3500 });
console.log('Both have', await untilShown(phone, { giro: -700, savings: 3500 }));

// 4. A delete is one, and a row that the server changed is refused: what it said still counts.
await deleteRow(phone.db, phone.vault, 't2');
console.log('Without t2, the laptop has', await untilShown(laptop, { savings: 3500 }));
const good = await server.query('SELECT id, payload FROM transactions_sealed');
await server.query(
  "UPDATE transactions_sealed SET payload = overlay(payload placing 'AAAA' from 200)",
);
while (phone.balances.refused().length < 3) await pause(20);
console.log(
  `The phone refuses ${phone.balances.refused().length} rows, and still has`,
  phone.balances.all(),
);

// 5. After a restart the first diff is whole. Nothing readable is in any file, nor was it sent.
const needles = ['Blåbær', 'Sønner'];
await laptop.close();
await phone.close();
phone = await openDevice('phone', phoneVault);
while (phone.balances.refused().length < 3) await pause(20);
console.log('Started again, the phone has', phone.balances.all());
await phone.connect();
for (const { id, payload } of good) {
  await server.query('UPDATE transactions_sealed SET payload = $1 WHERE id = $2', [payload, id]);
}
console.log('Once the rows are mended, it has', await untilShown(phone, { savings: 3500 }));
for (const file of await readdir(join(folder, 'phone'))) {
  const bytes = await readFile(join(folder, 'phone', file));
  for (const needle of needles) assert.ok(!bytes.includes(needle));
}
assert.deepEqual(await server.findReceived(needles), []);
console.log('No merchant is in its file, nor in what the server received');

await phone.close();
await server.close();
await rm(folder, { recursive: true });
