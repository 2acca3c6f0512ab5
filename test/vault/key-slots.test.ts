import { describe, expect, it } from 'vitest';
import {
  addSecret,
  byRecoveryKey,
  bySecret,
  changePassword,
  createVault,
  openVault,
  removeSlot,
  replaceRecoveryKey,
  type Vault,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { openStore } from '../support/open-store.js';
import { createWorld } from '../support/world.js';
import { createUser, quick, SECRET } from './users.js';

const SLOT_LIMIT = 16;

function slotId({ slots }: Vault, type: string): string {
  return slots.find((slot) => slot.type === type)?.id ?? '';
}

function nthSecret(n: number): Uint8Array {
  return SECRET.map((byte) => (byte + n) % 256);
}

const typesOf = ({ slots }: Vault): string[] => slots.map(({ type }) => type);

describe('addSecret', () => {
  it('adds a slot that opens, and shows its public bytes', async () => {
    const { store, vault } = await createWorld();
    const info = new TextEncoder().encode('my phone');
    const next = await addSecret(store, vault, SECRET, { info });
    expect(typesOf(next)).toEqual(['password', 'recovery-key', 'secret']);
    expect(next.slots[2]?.info).toBe(Buffer.from(info).toString('base64url'));
    const opened = await openVault(store.otherDevice(), bySecret(SECRET));
    expect(opened.slots).toEqual(next.slots);
  });

  it('copies secret and info: the caller may wipe them', async () => {
    const secret = SECRET.slice();
    const info = Uint8Array.of(1, 2, 3);
    const opener = bySecret(secret, { info });
    secret.fill(0);
    info.fill(0);
    const store = openStore();
    const { vault } = await createVault(store, opener);
    expect(vault.slots[0]?.info).toBe('AQID');
    await openVault(store, bySecret(SECRET));
  });

  it.each([
    ['31 bytes', SECRET.subarray(1)],
    ['33 bytes', Uint8Array.of(...SECRET, 1)],
    ['zeros', new Uint8Array(32)],
    ['a constant', new Uint8Array(32).fill(7)],
    ['text', 'x'.repeat(32) as unknown as Uint8Array],
  ])('refuses %s', async (_, secret) => {
    const { store, vault, header } = await createWorld();
    await expect(addSecret(store, vault, secret)).rejects.toThrow(TypeError);
    expect(store.header).toBe(header);
  });

  it('takes 256 bytes of info and no more', async () => {
    const { store, vault } = await createWorld();
    const tooLong = { info: new Uint8Array(257) };
    await expect(addSecret(store, vault, SECRET, tooLong)).rejects.toThrow(TypeError);
    const next = await addSecret(store, vault, SECRET, { info: new Uint8Array(256).fill(9) });
    expect(Buffer.from(next.slots[2]?.info ?? '', 'base64url')).toHaveLength(256);
  });

  it('fills 16 slots and refuses another, losing nothing', async () => {
    const { store, vault, recoveryKey } = await createWorld();
    let full = vault;
    for (let n = 2; n < SLOT_LIMIT; n++) {
      full = await addSecret(store, full, nthSecret(n), { info: new Uint8Array(256) });
    }
    expect(full.slots).toHaveLength(SLOT_LIMIT);
    const adding = addSecret(store, full, nthSecret(99));
    await expect(adding).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(store.header).toBe(full.header);
    // Replacing needs no more room.
    const change = { current: quick(), next: 'next', kdf: fastKdf() };
    const changed = await changePassword(store, full, change);
    await replaceRecoveryKey(store, changed);
    await openVault(store, quick('next'));
    for (let n = 2; n < SLOT_LIMIT; n++) await openVault(store, bySecret(nthSecret(n)));
    const opening = openVault(store, byRecoveryKey(recoveryKey));
    await expect(opening).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
  });
});

describe('removeSlot', () => {
  it('ends the way in of that secret only', async () => {
    const { store, vault } = await createWorld();
    const one = await addSecret(store, vault, nthSecret(1));
    const two = await addSecret(store, one, nthSecret(2));
    const next = await removeSlot(store, two, slotId(two, 'secret'));
    expect(typesOf(next)).toEqual(['password', 'recovery-key', 'secret']);
    const opening = openVault(store, bySecret(nthSecret(1)));
    await expect(opening).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
    await openVault(store, bySecret(nthSecret(2)));
    await openVault(store, quick());
  });

  it('refuses an id that no slot has', async () => {
    const { store, vault, header } = await createWorld();
    for (const id of ['', 'AAAAAAAAAAA', vault.vaultId]) {
      await expect(removeSlot(store, vault, id)).rejects.toThrow(RangeError);
    }
    expect(store.header).toBe(header);
  });

  it('never leaves passkeys alone, or nothing', async () => {
    const withSecret = await createUser('secret and recovery key');
    const alone = await createUser('password only');
    const cases = [
      { ...withSecret, type: 'recovery-key' },
      { ...alone, type: 'password' },
    ];
    for (const { device, vault, type } of cases) {
      const { header } = device;
      const removing = removeSlot(device, vault as Vault, slotId(vault as Vault, type));
      await expect(removing).rejects.toMatchObject({ code: 'LAST_SLOT' });
      expect(device.header).toBe(header);
    }
  });
});
