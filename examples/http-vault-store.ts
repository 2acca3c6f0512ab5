/** A vault on a server: two devices over HTTP, a lost race, and a server that fails. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  addSecret,
  byRecoveryKey,
  bySecret,
  createVault,
  memoryStore,
  openVault,
  rotateDataKey,
} from 'rowseal';
import { httpVaultStore } from './stores/http-vault-store.js';
import { vaultServer } from './stores/vault-server.js';

const randomKey = () => crypto.getRandomValues(new Uint8Array(32));
const server = vaultServer((authorization) => (authorization === 'Bearer ada' ? 'ada' : null));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/vault`;
try {
  // Pins are in memory here; an app keeps them on the device.
  const laptopStore = httpVaultStore(url, 'Bearer ada', memoryStore());
  const phoneStore = httpVaultStore(url, 'Bearer ada', memoryStore());

  const { vault: laptop, recoveryKey } = await createVault(laptopStore, bySecret(randomKey()));
  const phone = await openVault(phoneStore, byRecoveryKey(recoveryKey));
  console.log(`Created on the laptop, opened on the phone: epoch ${phone.epoch}`);

  // The phone does not know yet that the laptop has changed the vault.
  await addSecret(laptopStore, laptop, randomKey());
  await assert.rejects(rotateDataKey(phoneStore, phone), { code: 'HEADER_CONFLICT' });
  const reopened = await openVault(phoneStore, byRecoveryKey(recoveryKey));
  const rotated = await rotateDataKey(phoneStore, reopened);
  assert.deepEqual([rotated.epoch, rotated.slots.length], [3, 3]);
  console.log('An old snapshot is refused with HEADER_CONFLICT; opened again, it works');

  // The server compares and swaps, whoever asks.
  const overwrite = await fetch(url, {
    method: 'PUT',
    headers: { authorization: 'Bearer ada', 'if-match': '"of another header"' },
    body: laptop.header,
  });
  assert.equal(overwrite.status, 412);
  console.log('The server replaces no header but the expected one: 412');

  // A server that does not answer, or not with a header, is not a user without a vault.
  const stranger = httpVaultStore(url, 'Bearer expired', memoryStore());
  await assert.rejects(openVault(stranger, byRecoveryKey(recoveryKey)), { code: 'STORE_FAILED' });
  await assert.rejects(createVault(stranger, bySecret(randomKey())), { code: 'STORE_FAILED' });
  console.log('An expired log-in is STORE_FAILED, and creates no second vault');
} finally {
  server.close();
  server.closeAllConnections();
}
