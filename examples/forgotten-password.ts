/** The password is forgotten: the recovery key opens the vault and sets a new one; no row changes. */
import assert from 'node:assert/strict';
import {
  byPassword,
  byRecoveryKey,
  changePassword,
  createVault,
  decryptRow,
  defineTable,
  encrypted,
  encryptRow,
  memoryStore,
  openVault,
} from 'rowseal';

const notes = defineTable('notes', { body: encrypted.text() });
const store = memoryStore();

const { vault, recoveryKey } = await createVault(store, byPassword('what was it again'));
const sealed = encryptRow(vault, notes, { id: 'n1', body: 'the cat is fed at six' });
console.log(`On paper: ${recoveryKey}`);

// Months later, typed from paper. A wrong character is noticed before anything is tried.
const wrong = recoveryKey.replace(/.$/, (last) => (last === '7' ? '8' : '7'));
assert.throws(() => byRecoveryKey(wrong), { code: 'RECOVERY_KEY_TYPO' });
console.log('One character wrong: RECOVERY_KEY_TYPO, at once');

// Case, spaces and hyphens don't matter.
const typed = recoveryKey.toLowerCase().replaceAll('-', ' ');
const opened = await openVault(store, byRecoveryKey(typed));
console.log('Typed right, the recovery key opens the vault');

const next = await changePassword(store, opened, {
  current: byRecoveryKey(typed),
  next: 'a sentence that I will remember',
});
assert.equal(next.epoch, 2);

await assert.rejects(openVault(store, byPassword('what was it again')), { code: 'UNLOCK_FAILED' });
console.log('The forgotten password no longer opens the header: UNLOCK_FAILED');

const again = await openVault(store, byPassword('a sentence that I will remember'));
const row = decryptRow(again, notes, sealed);
assert.equal(row.body, 'the cat is fed at six');
console.log(`The new one does, and the row that nobody touched says: ${row.body}`);

await openVault(store, byRecoveryKey(recoveryKey));
console.log('The recovery key stays as it is');
