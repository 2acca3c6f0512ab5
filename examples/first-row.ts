/** The first five minutes: declare a table, make a vault, seal a row, open it on another device. */
import assert from 'node:assert/strict';
import {
  byPassword,
  cleartext,
  createVault,
  decryptRow,
  defineTable,
  encrypted,
  encryptRow,
  memoryStore,
  openVault,
  tryDecryptRow,
} from 'rowseal';

// 1. What the server may see is said here, column by column, and nowhere else.
const transactions = defineTable('transactions', {
  amount: encrypted.integer(), // cents
  merchant: encrypted.text(),
  note: encrypted.text().optional(),
  account_id: cleartext.text(),
});

// 2. A vault holds the keys. The store keeps its header, which the server may see.
const laptopStore = memoryStore();
const password = 'correct horse battery staple';
const { vault, recoveryKey } = await createVault(laptopStore, byPassword(password));
console.log(`The user writes this down: ${recoveryKey}`);

// 3. Seal a row where it leaves the device.
const row = { id: 't1', amount: -1299, merchant: 'Blåbær & Sønner', account_id: 'checking' };
const sealed = encryptRow(vault, transactions, row);
const { payload, ...visible } = sealed;
console.log('The server sees', visible);
console.log(`and a payload of ${payload.length} characters: ${payload.slice(0, 24)}…`);
assert(!JSON.stringify(sealed).includes('Sønner'));

// 4. Another device has the header from the server, and the password from the user.
const phone = await openVault(memoryStore(vault.header), byPassword(password));
const opened = decryptRow(phone, transactions, sealed);
console.log('The phone opens', opened);
assert.deepEqual(opened, row);

// 5. Whatever the server does to the payload, or to its place, the row is refused.
const moved = tryDecryptRow(phone, transactions, { ...sealed, id: 't2' });
assert(!moved.ok);
console.log(`Moved to another row, the payload is refused: ${moved.error.code}`);
assert.equal(moved.error.code, 'ROW_AUTH_FAILED');
