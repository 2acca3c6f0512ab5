/** Two versions of an app on one table: rename, add and remove columns without losing a value. */
import assert from 'node:assert/strict';
import {
  bySecret,
  createVault,
  decryptRow,
  decryptRowDetails,
  defineTable,
  encrypted,
  encryptRow,
  memoryStore,
} from 'rowseal';

const { vault } = await createVault(
  memoryStore(),
  bySecret(crypto.getRandomValues(new Uint8Array(32))),
);

// Version 1 of the app.
const version1 = defineTable('contacts', {
  name: encrypted.text(),
  phone: encrypted.text(),
  age: encrypted.integer(),
});
const old = { id: 'c1', name: 'Ada', phone: '+47 22 00 00 00', age: 36 };
const sealedByV1 = encryptRow(vault, version1, old);

// Version 2: the table and a column have other names, `age` is gone, `starred` is new.
const version2 = defineTable(
  'people',
  {
    starred: encrypted.boolean().default(false), // added: says what old rows read
    name: encrypted.text(),
    phone_number: encrypted.text().storedAs('phone'), // renamed: the formats keep the old name
  },
  { storedAs: 'contacts' },
);
const read = decryptRow(vault, version2, sealedByV1);
console.log('Version 2 reads the row of version 1 as', read);
assert.deepEqual(read, { id: 'c1', starred: false, name: 'Ada', phone_number: old.phone });

// Version 2 edits the row. It does not know `age`, and carries it along.
const { unknownColumns } = decryptRowDetails(vault, version2, sealedByV1);
assert.equal(unknownColumns, 1);
const sealedByV2 = encryptRow(
  vault,
  version2,
  { ...read, starred: true },
  { previous: sealedByV1 },
);

// A device that still runs version 1 finds its column, and hands `starred` back unseen.
const back = decryptRow(vault, version1, sealedByV2);
console.log('Version 1 reads the edit of version 2 as', back);
assert.deepEqual(back, old);
const editedByV1 = encryptRow(vault, version1, { ...back, age: 37 }, { previous: sealedByV2 });
const seenByV2 = decryptRow(vault, version2, editedByV1);
assert.equal(seenByV2.starred, true);
console.log('After another edit by version 1, version 2 still sees starred:', seenByV2.starred);

// Without storedAs, a new name is a new column: the row has no value for it, and says so.
const careless = defineTable('contacts', { full_name: encrypted.text() });
assert.throws(() => decryptRow(vault, careless, sealedByV1), { code: 'ROW_MALFORMED' });
console.log('Renamed without storedAs: ROW_MALFORMED, and nothing was lost');
