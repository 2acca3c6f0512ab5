import { describe, expect, it } from 'vitest';
import {
  byRecoveryKey,
  generateRecoveryKey,
  openVault,
  replaceRecoveryKey,
  type Vault,
} from '../../src/index.js';
import { createWorld } from '../support/world.js';
import { createUser } from './users.js';

describe('replaceRecoveryKey', () => {
  it('makes a new key, and the old one open no more', async () => {
    const { store, vault, recoveryKey: old } = await createWorld();
    const { vault: next, recoveryKey } = await replaceRecoveryKey(store, vault);
    expect(next.slots.map(({ type }) => type)).toEqual(['password', 'recovery-key']);
    await openVault(store, byRecoveryKey(recoveryKey));
    const opening = openVault(store, byRecoveryKey(old));
    await expect(opening).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
  });

  it('adds a first one', async () => {
    const { device, vault } = await createUser('password only');
    const { recoveryKey } = await replaceRecoveryKey(device, vault as Vault);
    await openVault(device, byRecoveryKey(recoveryKey));
  });

  it('takes a key that the user has confirmed, however it was typed', async () => {
    const { store, vault } = await createWorld();
    const next = generateRecoveryKey();
    const typed = next.toLowerCase().replaceAll('-', ' ');
    await replaceRecoveryKey(store, vault, { recoveryKey: typed });
    await openVault(store, byRecoveryKey(next));
  });

  it('refuses a mistyped one before it changes anything', async () => {
    const { store, vault, header } = await createWorld();
    const next = generateRecoveryKey().replace(/.$/, (last) => (last === '7' ? '8' : '7'));
    const replacing = replaceRecoveryKey(store, vault, { recoveryKey: next });
    await expect(replacing).rejects.toMatchObject({ code: 'RECOVERY_KEY_TYPO' });
    expect(store.header).toBe(header);
  });

  it('replaces the only way in by a confirmed key only', async () => {
    const { device, vault } = await createUser('recovery key only');
    const { header } = device;
    const replacing = replaceRecoveryKey(device, vault as Vault);
    await expect(replacing).rejects.toMatchObject({ code: 'LAST_SLOT' });
    expect(device.header).toBe(header);
    const next = generateRecoveryKey();
    await replaceRecoveryKey(device, vault as Vault, { recoveryKey: next });
    await openVault(device, byRecoveryKey(next));
  });
});
