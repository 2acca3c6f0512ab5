/** Two devices edit one row while they are apart; what each of them did survives, or is deleted. */
import assert from 'node:assert/strict';
import {
  byRecoveryKey,
  bySecret,
  cleartext,
  createVault,
  decryptRow,
  decryptRowDetails,
  defineTable,
  encryptDelete,
  encrypted,
  encryptRow,
  memoryStore,
  mergeRows,
  openVault,
} from 'rowseal';

const tasks = defineTable('tasks', {
  title: encrypted.text(),
  done: encrypted.boolean(),
  list: cleartext.text(),
});

// Two openings of one vault. A device key is used here because it needs no Argon2id.
const deviceKey = crypto.getRandomValues(new Uint8Array(32));
const { vault: laptop, recoveryKey } = await createVault(memoryStore(), bySecret(deviceKey));
const phone = await openVault(memoryStore(laptop.header), byRecoveryKey(recoveryKey));

const task = { id: 't1', title: 'buy milk', done: false, list: 'home' };
const base = encryptRow(laptop, tasks, task);

// 1. Each edits another column of the same sealed row.
const titled = encryptRow(laptop, tasks, { ...task, title: 'buy oat milk' }, { previous: base });
const ticked = encryptRow(phone, tasks, { ...task, done: true }, { previous: base });
const merged = mergeRows(laptop, tasks, titled, ticked);
const both = decryptRow(laptop, tasks, merged);
assert.deepEqual(both, { ...task, title: 'buy oat milk', done: true });
console.log('Two edits, merged:', both);

// 2. The order does not matter, and merging again changes nothing.
const onPhone = mergeRows(phone, tasks, ticked, titled);
assert.deepEqual(decryptRow(phone, tasks, onPhone), both);
assert.equal(mergeRows(laptop, tasks, merged, titled), merged);
console.log('Merged the other way round it is the same; merged again, nothing needs to be sent');

// 3. A delete beats an edit that was made meanwhile.
const deleted = encryptDelete(laptop, tasks, merged);
const late = encryptRow(phone, tasks, { ...both, title: 'buy soy milk' }, { previous: merged });
const outcome = decryptRowDetails(phone, tasks, mergeRows(phone, tasks, deleted, late));
assert.deepEqual([outcome.row, outcome.life], [null, 2]);
console.log('A delete and an edit, merged: the row is deleted');

// 4. The server brings the old row back; a device that saw the delete is told, and stays right.
const replayed = decryptRowDetails(phone, tasks, merged, { seen: deleted });
assert.deepEqual(replayed.findings, [{ code: 'stale-row' }]);
assert.equal(mergeRows(phone, tasks, deleted, merged), deleted);
console.log('The old row, served again: finding stale-row, and the merge stays deleted');

// 5. The server changes a visible column; the authenticated copy is what decryptRow returns.
const tampered = decryptRowDetails(phone, tasks, { ...titled, list: 'work' });
assert.equal(tampered.row?.list, 'home');
assert.deepEqual(tampered.findings, [{ code: 'metadata-mismatch', column: 'list' }]);
console.log('A visible column, changed by the server: finding metadata-mismatch, still "home"');
