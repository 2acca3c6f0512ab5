import { byRecoveryKey, bySecret, createVault, openVault, rotateDataKey } from 'rowseal';
import { describe, expect, it } from 'vitest';
import { connectedVaultDevice, vaultServer } from '../support/vault-devices.js';

const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i + 1);

describe('a vault through PowerSync', () => {
  it('is created on one device and opened and changed on another', async () => {
    const server = await vaultServer();
    const laptop = await connectedVaultDevice(server, 'laptop');
    const { vault, recoveryKey } = await createVault(laptop.store, bySecret(SECRET));
    const phone = await connectedVaultDevice(server, 'phone');
    const there = await openVault(phone.store, byRecoveryKey(recoveryKey));
    expect(there.header).toBe(vault.header);
    expect(there.freshness).toBe('first-use');
    const next = await rotateDataKey(phone.store, there);
    expect(next.epoch).toBe(2);
  });
});
