/** A vault kept in files, changed by two devices at once: one change wins, and the other is told. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addSecret,
  byRecoveryKey,
  bySecret,
  createVault,
  fingerprintOf,
  openVault,
  rotateDataKey,
} from 'rowseal';
import { fileVaultStore } from './stores/file-vault-store.js';

const randomKey = () => crypto.getRandomValues(new Uint8Array(32));
const folder = await mkdtemp(join(tmpdir(), 'rowseal-vault-'));
try {
  const shared = join(folder, 'shared');
  const laptopStore = await fileVaultStore(shared, join(folder, 'laptop'));
  const phoneStore = await fileVaultStore(shared, join(folder, 'phone'));

  const { vault: laptop, recoveryKey } = await createVault(laptopStore, bySecret(randomKey()));
  const phone = await openVault(phoneStore, byRecoveryKey(recoveryKey));
  assert.equal(fingerprintOf(phone), fingerprintOf(laptop));
  console.log(`Both devices see the vault as ${fingerprintOf(laptop)}`);

  // Both change the header that they see, at once.
  const results = await Promise.allSettled([
    rotateDataKey(laptopStore, laptop),
    addSecret(phoneStore, phone, randomKey()),
  ]);
  const refused = results.filter((result) => result.status === 'rejected');
  assert.equal(refused.length, 1);
  assert.equal(refused[0]?.reason.code, 'HEADER_CONFLICT');
  console.log('Two changes at once: one is in, the other is refused with HEADER_CONFLICT');

  // The one that was refused opens the vault again, and repeats its change.
  const laptopWon = results[0].status === 'fulfilled';
  const store = laptopWon ? phoneStore : laptopStore;
  const reopened = await openVault(store, byRecoveryKey(recoveryKey));
  const last = laptopWon
    ? await addSecret(store, reopened, randomKey())
    : await rotateDataKey(store, reopened);
  assert.deepEqual([last.epoch, last.slots.length, last.keys.length], [3, 3, 2]);
  console.log('Repeated, both changes are in: 3 slots, 2 data keys, epoch 3');

  const files = (await readdir(folder, { recursive: true })).filter((name) => /-\d|pin/.test(name));
  console.log(`On the disk: ${files.sort().join(', ')}`);
} finally {
  await rm(folder, { recursive: true });
}
