import { describe, expect, it } from 'vitest';
import {
  byRecoveryKey,
  bySecret,
  createVault,
  generateRecoveryKey,
  openVault,
  pinOf,
  rotateDataKey,
} from '../../src/index.js';
import { openStore } from '../support/open-store.js';
import { createWorld } from '../support/world.js';
import { quick, SECRET } from './users.js';

describe('createVault', () => {
  it('makes a pinned vault that the secret and the recovery key open', async () => {
    const store = openStore();
    const { vault, recoveryKey } = await createVault(store, quick());
    expect(vault).toMatchObject({ epoch: 1, freshness: 'pinned', header: store.header });
    expect(vault.slots.map(({ type }) => type)).toEqual(['password', 'recovery-key']);
    expect(store.pin).toBe(pinOf(vault));
    for (const opener of [quick(), byRecoveryKey(recoveryKey)]) {
      expect((await openVault(store, opener)).vaultId).toBe(vault.vaultId);
    }
  });

  it('makes no recovery key when told so', async () => {
    const created = await createVault(openStore(), quick(), { recovery: false });
    expect(created.recoveryKey).toBeNull();
    expect(created.vault.slots.map(({ type }) => type)).toEqual(['password']);
  });

  it('refuses a passkey alone, without asking the store', async () => {
    const store = openStore();
    const creation = createVault(store, bySecret(SECRET), { recovery: false });
    await expect(creation).rejects.toMatchObject({ code: 'LAST_SLOT' });
    expect(store).toMatchObject({ header: null, pin: null, writes: [] });
  });

  it('refuses a recovery key as the first secret, and options it does not know', async () => {
    const opener = byRecoveryKey(generateRecoveryKey());
    await expect(createVault(openStore(), opener)).rejects.toThrow(TypeError);
    const misspelt = { recover: false } as object;
    await expect(createVault(openStore(), quick(), misspelt)).rejects.toThrow(TypeError);
  });

  it('draws another vault id, key and recovery key each time', async () => {
    const [a, b] = [await createWorld(), await createWorld()];
    expect(a.vault.vaultId).not.toBe(b.vault.vaultId);
    expect(a.vault.vaultKeyId).not.toBe(b.vault.vaultKeyId);
    expect(a.recoveryKey).not.toBe(b.recoveryKey);
  });

  it('stops at an aborted signal with its reason, and stores nothing', async () => {
    const store = openStore();
    const signal = AbortSignal.abort(new Error('the user went away'));
    await expect(createVault(store, quick(), { signal })).rejects.toBe(signal.reason);
    expect(store).toMatchObject({ header: null, pin: null, writes: [] });
  });
});

describe('createVault where there is a vault already', () => {
  it.each([
    ['the store and this device know it', false, false],
    ['only the store knows it', false, true],
    ['only this device knows it', true, false],
  ])('refuses when %s, before any password work', async (_, hideHeader, forgetPin) => {
    const { store, vault, kdf } = await createWorld();
    if (hideHeader) store.header = null;
    if (forgetPin) store.pin = null;
    const before = { header: store.header, pin: store.pin, writes: [...store.writes] };
    const runs = kdf.runs;
    await expect(createVault(store, quick())).rejects.toMatchObject({ code: 'HEADER_CONFLICT' });
    expect(store).toMatchObject(before);
    expect(kdf.runs).toBe(runs);
    expect(vault.epoch).toBe(1);
  });

  it.each([
    ['the pin', false, (pin: string) => pin],
    ['the pin while the header is lost', true, (pin: string) => pin],
    ['the header', false, (_: string, header: string) => header],
  ])('makes a new one in its place when given %s', async (_, hideHeader, choose) => {
    const { store, vault } = await createWorld();
    const replaces = choose(pinOf(vault), vault.header);
    if (hideHeader) store.header = null;
    const created = await createVault(store, quick('another'), { replaces });
    expect(created.vault).toMatchObject({ epoch: 1, freshness: 'pinned' });
    expect(created.vault.vaultId).not.toBe(vault.vaultId);
    expect((await openVault(store, quick('another'))).vaultId).toBe(created.vault.vaultId);
  });

  it('takes the header for a device that remembers nothing', async () => {
    const { store, vault } = await createWorld();
    const other = store.otherDevice();
    const created = await createVault(other, quick('another'), { replaces: vault.header });
    expect(other.header).toBe(created.vault.header);
  });

  it('refuses to replace anything but what is there', async () => {
    const { store, vault } = await createWorld();
    const stranger = await createWorld();
    const older = [pinOf(vault), vault.header];
    await rotateDataKey(store, vault);
    const before = { header: store.header, pin: store.pin };
    for (const replaces of [...older, stranger.header, pinOf(stranger.vault), 'anything', '']) {
      const creation = createVault(store, quick(), { replaces });
      await expect(creation).rejects.toMatchObject({ code: 'VAULT_MISMATCH' });
    }
    expect(store).toMatchObject(before);
  });

  it('refuses to replace where nothing is', async () => {
    const { vault } = await createWorld();
    const creation = createVault(openStore(), quick(), { replaces: pinOf(vault) });
    await expect(creation).rejects.toMatchObject({ code: 'VAULT_MISMATCH' });
  });

  it('does not give up another vault than the one the pin names', async () => {
    const { store, vault } = await createWorld();
    const stranger = await createWorld();
    store.header = stranger.header;
    const creation = createVault(store, quick(), { replaces: pinOf(vault) });
    await expect(creation).rejects.toMatchObject({ code: 'VAULT_MISMATCH' });
    expect(store.header).toBe(stranger.header);
    const byHeader = createVault(store, quick(), { replaces: stranger.header });
    await expect(byHeader).rejects.toMatchObject({ code: 'VAULT_MISMATCH' });
    expect(store.pin).toBe(pinOf(vault));
  });

  it('gives up two different vaults when both are named', async () => {
    const { store, vault } = await createWorld();
    const stranger = await createWorld();
    store.header = stranger.header;
    const replaces = [pinOf(vault), stranger.header];
    const created = await createVault(store, quick(), { replaces });
    expect(store.header).toBe(created.vault.header);
    expect(store.pin).toBe(pinOf(created.vault));
  });
});

it('createVault runs Argon2id once', async () => {
  const { kdf } = await createWorld();
  expect(kdf.runs).toBe(1);
});
