/** What callers from JavaScript may give to the vault store, and what it is without a server. */
import type { PowerSyncDatabase } from '@powersync/node';
import { describe, expect, it } from 'vitest';
import { powerSyncVaultStore } from '../../src/adapters/powersync/powersync.js';
import { openPowerSync } from '../support/open-powersync.js';
import { vaultSchema } from '../support/vault-devices.js';

const open = powerSyncVaultStore as (...given: readonly unknown[]) => unknown;
const save = async () => null;
const options = { user: 'ada', save };
/** Looks like one as far as it is asked. */
const db = { getNextCrudTransaction: () => {} };

describe('powerSyncVaultStore', () => {
  it.each<[string, () => unknown]>([
    ['no database', () => open(undefined, options)],
    ['something else as a database', () => open({}, options)],
    ['no options', () => open(db)],
    ['no user', () => open(db, { save })],
    ['an empty user', () => open(db, { user: '', save })],
    ['a user that is no text', () => open(db, { user: 7, save })],
    ['no save', () => open(db, { user: 'ada' })],
    ['a timeout that is no number', () => open(db, { ...options, timeout: 'soon' })],
    ['a timeout below zero', () => open(db, { ...options, timeout: -1 })],
    ['an option that it does not have', () => open(db, { ...options, owner: 'ada' })],
  ])('refuses %s', (_, call) => {
    expect(call).toThrow(TypeError);
  });

  it('passes on what a closed database says', async () => {
    const closed: PowerSyncDatabase = await openPowerSync(vaultSchema);
    const store = powerSyncVaultStore(closed, { ...options, timeout: 0 });
    const stop = store.onHeader(() => {});
    expect(await store.loadPin()).toBeNull();
    await closed.close();
    await expect(store.loadHeader()).rejects.toThrow();
    await expect(store.loadPin()).rejects.toThrow();
    await expect(store.savePin('a pin')).rejects.toThrow();
    stop();
  });
});
