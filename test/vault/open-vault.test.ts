import { describe, expect, it } from 'vitest';
import {
  byPassword,
  byRecoveryKey,
  changePassword,
  openVault,
  pinOf,
  rotateDataKey,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { createWorld, openPinned, PASSWORD } from '../support/world.js';
import { kdfWith } from './kdf-with.js';
import { quick } from './users.js';

describe('openVault', () => {
  it('reports progress, never backwards, up to 1', async () => {
    const { store } = await createWorld();
    const shares: number[] = [];
    await openVault(store, quick(), { onProgress: (share) => shares.push(share) });
    expect(shares).toEqual([0.5, 1]);
  });

  it('runs Argon2id once for a password, never for other secrets', async () => {
    const { store, kdf, recoveryKey } = await createWorld();
    const runs = kdf.runs;
    await openVault(store, byPassword(PASSWORD, { kdf }));
    expect(kdf.runs).toBe(runs + 1);
    await expect(openVault(store, byPassword('wrong', { kdf }))).rejects.toMatchObject({
      code: 'UNLOCK_FAILED',
    });
    expect(kdf.runs).toBe(runs + 2);
    await openVault(store, byRecoveryKey(recoveryKey));
    expect(kdf.runs).toBe(runs + 2);
  });

  it('says whether the device had seen the vault before', async () => {
    const { store } = await createWorld();
    const phone = store.otherDevice();
    expect((await openVault(phone, quick())).freshness).toBe('first-use');
    expect((await openVault(phone, quick())).freshness).toBe('pinned');
  });

  it('trusts a pin that was carried over from another device', async () => {
    const { store, vault } = await createWorld();
    const phone = store.otherDevice();
    phone.pin = pinOf(vault);
    expect((await openVault(phone, quick())).freshness).toBe('pinned');
  });

  it('remembers a newer header, and writes nothing when there is none', async () => {
    const world = await createWorld();
    const { store } = world;
    const phone = store.otherDevice();
    const next = await rotateDataKey(phone, await openVault(phone, quick()));
    await openPinned(world);
    expect(store.pin).toBe(pinOf(next));
    const writes = store.writes.length;
    await openPinned(world);
    expect(store.writes).toHaveLength(writes);
  });

  it('does not lower a pin that another tab raised while Argon2id ran', async () => {
    const { store, vault } = await createWorld();
    const kdf = kdfWith(() => rotateDataKey(store, vault));
    const opening = openVault(store, byPassword(PASSWORD, { kdf }));
    await expect(opening).rejects.toMatchObject({ code: 'HEADER_CONFLICT' });
    const newest = await openVault(store, quick());
    expect(newest.epoch).toBe(2);
    expect(store.pin).toBe(pinOf(newest));
  });

  it('refuses an option it does not know', async () => {
    const { store } = await createWorld();
    await expect(openVault(store, quick(), { ofline: true } as object)).rejects.toThrow(TypeError);
  });
});

describe('openVault, offline', () => {
  it('asks the store for no header', async () => {
    const { store, vault } = await createWorld();
    store.loadHeader = () => Promise.reject(new Error('no network'));
    await expect(openVault(store, quick())).rejects.toMatchObject({ code: 'STORE_FAILED' });
    const opened = await openVault(store, quick(), { offline: true });
    expect(opened).toMatchObject({ header: vault.header, freshness: 'pinned' });
  });

  it('needs a device that has seen the vault', async () => {
    const { store } = await createWorld();
    const opening = openVault(store.otherDevice(), quick(), { offline: true });
    await expect(opening).rejects.toMatchObject({ code: 'VAULT_MISSING' });
  });

  it('takes the old password until the device saw the new one', async () => {
    const { store } = await createWorld();
    const phone = store.otherDevice();
    const there = await openVault(phone, quick());
    const change = { current: quick(), next: 'new', kdf: fastKdf() };
    await changePassword(phone, there, change);
    await openVault(store, quick(), { offline: true });
    await openVault(store, quick('new'));
    const opening = openVault(store, quick(), { offline: true });
    await expect(opening).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
  });
});
