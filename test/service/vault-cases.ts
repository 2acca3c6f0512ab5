/** The user's vault, which goes through the service as rows do, and changes under running mirrors. */
import { byRecoveryKey, bySecret, createVault, openVault, rotateDataKey } from 'rowseal';
import { expect, it } from 'vitest';
import { untilUploaded } from '../support/mirrored-powersync.js';
import { until, untilRows } from '../support/synced-devices.js';
import { ALL, addEntry } from './entries.js';
import type { NewUser } from './service-suite.js';
import { SEALED } from './tables.js';

const secret = crypto.getRandomValues(new Uint8Array(32));

export function describeVault(newUser: NewUser): void {
  it('takes the vault to another device, and its next key to both', async () => {
    const user = newUser();
    const laptop = await user.bareDevice('laptop');
    const { vault, recoveryKey } = await createVault(laptop.vaultStore, bySecret(secret));
    const laptopMirror = await laptop.startMirror(vault, laptop.vaultStore);
    await addEntry(laptop.db, 'Bakery', -1299);

    const phone = await user.bareDevice('phone');
    const there = await openVault(phone.vaultStore, byRecoveryKey(recoveryKey));
    const phoneMirror = await phone.startMirror(there, phone.vaultStore);
    await untilRows(phone.db, ALL, [{ payee: 'Bakery', amount: -1299, note: null }]);

    const rotated = await rotateDataKey(phone.vaultStore, there);
    await until(() => expect(laptopMirror.vault?.header).toBe(rotated.header));
    await until(() => expect(phoneMirror.vault?.header).toBe(rotated.header));
    await addEntry(laptop.db, 'Butcher', -2599);
    await untilUploaded(laptop.db);
    await untilRows(phone.db, `${ALL} LIMIT 1 OFFSET 1`, [
      { payee: 'Butcher', amount: -2599, note: null },
    ]);
    const keys = `SELECT DISTINCT substr(payload, 1, 44) AS key FROM ${SEALED[1]}`;
    expect(await phone.db.getAll(keys)).toHaveLength(2);
    for (const { status } of [laptopMirror, phoneMirror]) {
      expect(status).toMatchObject({ header: null, quarantined: 0 });
    }
  });

  it('lets one of two devices change the vault, and tells the other', async () => {
    const user = newUser();
    const laptop = await user.bareDevice('laptop');
    const { vault, recoveryKey } = await createVault(laptop.vaultStore, bySecret(secret));
    const phone = await user.bareDevice('phone');
    const there = await openVault(phone.vaultStore, byRecoveryKey(recoveryKey));
    const changes = await Promise.allSettled([
      rotateDataKey(laptop.vaultStore, vault),
      rotateDataKey(phone.vaultStore, there),
    ]);
    const codes = changes.map((each) => (each.status === 'rejected' ? each.reason.code : 'won'));
    expect(codes.sort()).toEqual(['HEADER_CONFLICT', 'won']);
    const opened = await Promise.all([
      openVault(laptop.vaultStore, bySecret(secret)),
      openVault(phone.vaultStore, byRecoveryKey(recoveryKey)),
    ]);
    expect(opened.map(({ epoch }) => epoch)).toEqual([2, 2]);
  });
}
