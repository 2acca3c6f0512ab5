/** What a device remembers of its users' vaults, and for how long. */

import type { LockContext } from '@powersync/common';
import { describe, expect, it } from 'vitest';
import { vaultSaver } from '../../examples/sync-server/connector.js';
import { writeDurably } from '../../src/adapters/powersync/durable-write.js';
import {
  logOut,
  powerSyncVaultStore,
  startMirror,
} from '../../src/adapters/powersync/powersync.js';
import { createVault, openVault, pinOf, rotateDataKey } from '../../src/index.js';
import { connect, until } from '../support/synced-devices.js';
import {
  connectedVaultDevice,
  diary,
  offline,
  VAULTS,
  type VaultDevice,
  vaultDevice,
  vaultServer,
} from '../support/vault-devices.js';
import { quick } from '../vault/users.js';

async function newVault() {
  const server = await vaultServer();
  const laptop = await connectedVaultDevice(server, 'laptop');
  const { vault } = await createVault(laptop.store, quick());
  return { server, laptop, vault };
}

/** Every way in which a user leaves a device. */
const LEAVING: Record<string, (device: VaultDevice) => Promise<void>> = {
  logOut: ({ db }) => logOut(db),
  disconnectAndClear: ({ db }) => db.disconnectAndClear(),
  'disconnectAndClear, softly': ({ db }) => db.disconnectAndClear({ soft: true }),
};

describe('the pin', () => {
  it('survives every way of leaving, and tells an old header then', async () => {
    const { server, laptop, vault } = await newVault();
    const { db, store } = laptop;
    const next = await rotateDataKey(store, vault);
    for (const [way, leave] of Object.entries(LEAVING)) {
      const mirror = await startMirror({ db, vault: next, tables: [diary] });
      await mirror.close();
      await leave(laptop);
      expect(await store.loadPin(), way).toBe(pinOf(next));
      await server.replay(VAULTS, 'ada', 0);
      await laptop.connect();
      await until(() =>
        expect(openVault(store, quick()), way).rejects.toMatchObject({ code: 'HEADER_ROLLBACK' }),
      );
      await server.replay(VAULTS, 'ada', 1);
      const again = await until(() => openVault(store, quick()));
      expect(again).toMatchObject({ header: next.header, freshness: 'pinned' });
    }
  });

  it('is in the file when the call is done, and none of the other users', async () => {
    const { server, laptop, vault } = await newVault();
    const bob = powerSyncVaultStore(laptop.db, { user: 'bob', save: async () => null });
    expect(await bob.loadPin()).toBeNull();
    await bob.savePin('of bob');
    await bob.savePin('of bob, later');
    await laptop.db.close();
    const again = await vaultDevice(server, 'laptop', { file: laptop.file });
    expect(await again.store.loadPin()).toBe(pinOf(vault));
    const other = powerSyncVaultStore(again.db, { user: 'bob', save: async () => null });
    expect(await other.loadPin()).toBe('of bob, later');
  });

  it('is flushed to the disk, and nothing of that stays switched on', async () => {
    const { db } = await newVault().then(({ laptop }) => laptop);
    const settings = async (connection: LockContext) => [
      await connection.get<object>('PRAGMA synchronous'),
      await connection.get<object>('PRAGMA busy_timeout'),
    ];
    // As Node's own SQLite has it.
    await db.writeLock((connection) => connection.execute('PRAGMA busy_timeout = 0'));
    const before = await db.writeLock(settings);
    let during: unknown;
    await writeDurably(db, async (connection) => {
      during = await settings(connection);
    });
    expect(during).toEqual([{ synchronous: 2 }, { timeout: 5000 }]);
    const failing = writeDurably(db, () => Promise.reject(new Error('The disk is full.')));
    await expect(failing).rejects.toThrow('full');
    expect(await db.writeLock(settings)).toEqual(before);
  });
});

it('a second user on the device has a vault of their own, and the first one comes back', async () => {
  const { server, laptop, vault } = await newVault();
  await logOut(laptop.db);
  const { db } = laptop;
  const store = powerSyncVaultStore(db, {
    user: 'bob',
    save: vaultSaver({ url: server.url, owner: 'bob', device: 'laptop' }),
  });
  void connect(db, server, 'laptop', { owner: 'bob' });
  await expect(openVault(store, quick())).rejects.toMatchObject({ code: 'VAULT_MISSING' });
  const { vault: theirs } = await createVault(store, quick());
  expect(theirs.vaultId).not.toBe(vault.vaultId);
  await logOut(db);
  await laptop.connect();
  expect((await openVault(laptop.store, quick())).header).toBe(vault.header);
});

it('a log-out while the vault is being changed leaves what the server has', async () => {
  const server = await vaultServer();
  const laptop = await connectedVaultDevice(server, 'laptop', { timeout: 500 });
  const { vault } = await until(() => createVault(laptop.store, quick()));
  const pin = await laptop.store.loadPin();
  laptop.through = (save) => async (change) => {
    await laptop.db.disconnectAndClear();
    return save(change);
  };
  await expect(rotateDataKey(laptop.store, vault)).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: expect.stringContaining('may be in effect'),
  });
  expect(await laptop.store.loadPin()).toBe(pin);
  laptop.through = offline;
  await laptop.connect();
  const opened = await until(() => openVault(laptop.store, quick()));
  expect(opened).toMatchObject({ epoch: 2, freshness: 'pinned' });
});
