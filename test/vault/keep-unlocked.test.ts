import { describe, expect, it } from 'vitest';
import {
  changePassword,
  encryptRow,
  fingerprintOf,
  keepUnlocked,
  lockVault,
  memoryStore,
  nobleAead,
  openVault,
  pinOf,
  rekeyVault,
  replaceRecoveryKey,
  resumeVault,
  rotateDataKey,
  type Vault,
  type VaultKeeper,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { createKeptWorld, expectResumeRefused, expectResumes } from '../support/kept-world.js';
import { openKeeper } from '../support/open-keeper.js';
import { createWorld, diary, openPinned, ROW } from '../support/world.js';
import { quick } from './users.js';

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

describe('a vault that is kept unlocked', () => {
  it('opens again without the password, and is written with as before', async () => {
    const kept = await createKeptWorld();
    const { store, vault } = kept.world;
    lockVault(vault);
    const again = await expectResumes(kept);
    expect(again).toEqual(vault);
    encryptRow(again, diary, ROW);
    const rotated = await rotateDataKey(store, again);
    expect(await expectResumes(kept)).toEqual(rotated);
  });

  it('is null when nothing is kept, before and after', async () => {
    const { world, keeper } = await createKeptWorld();
    expect(await resumeVault(world.store, openKeeper())).toBeNull();
    await keeper.forget();
    expect(await resumeVault(world.store, keeper)).toBeNull();
  });

  it('survives changes of password and recovery key, here and elsewhere', async () => {
    const kept = await createKeptWorld();
    const phone = kept.world.store.otherDevice();
    const change = { current: quick(), next: 'another password', kdf: fastKdf() };
    const changed = await changePassword(phone, await openVault(phone, quick()), change);
    const { vault } = await replaceRecoveryKey(phone, changed);
    const resumed = await expectResumes(kept);
    expect(fingerprintOf(resumed)).toBe(fingerprintOf(vault));
    expect(kept.world.store.pin).toBe(pinOf(vault));
  });

  it('is another opening: locking one does not lock the other, nor what is kept', async () => {
    const kept = await createKeptWorld();
    const [one, other] = [await expectResumes(kept), await expectResumes(kept)];
    lockVault(one);
    encryptRow(other, diary, ROW);
    expect(() => encryptRow(one, diary, ROW)).toThrow();
    await expectResumes(kept);
  });

  it('opens offline the header that this device remembers', async () => {
    const { world, keeper } = await createKeptWorld();
    world.store.loadHeader = () => Promise.reject(new Error('no network'));
    await expect(resumeVault(world.store, keeper)).rejects.toMatchObject({ code: 'STORE_FAILED' });
    const resumed = await resumeVault(world.store, keeper, { offline: true });
    expect(resumed).toMatchObject({ header: world.header, freshness: 'pinned' });
    const strange = { ...world.store, loadPin: async () => null };
    const opening = resumeVault(strange, keeper, { offline: true });
    await expect(opening).rejects.toMatchObject({ code: 'VAULT_MISSING' });
  });

  it('says so where the device lost its pin', async () => {
    const kept = await createKeptWorld();
    const phone = kept.world.store.otherDevice();
    expect((await expectResumes(kept, phone)).freshness).toBe('first-use');
    expect((await expectResumes(kept, phone)).freshness).toBe('pinned');
  });

  it('uses the given backend', async () => {
    const { world, keeper } = await createKeptWorld();
    let opened = 0;
    const open: typeof nobleAead.open = (...parameters) => {
      opened += 1;
      return nobleAead.open(...parameters);
    };
    await resumeVault(world.store, keeper, { aead: { ...nobleAead, open } });
    expect(opened).toBe(1);
  });

  it('leaves nothing of the key in the buffers that changed hands', async () => {
    const { world, keeper } = await createKeptWorld();
    const resumed = await resumeVault(world.store, keeper);
    expect(keeper.buffers.map(({ length }) => length)).toEqual([81, 81]);
    expect(keeper.buffers.every(isZero)).toBe(true);
    expect(resumed).not.toBeNull();
    encryptRow(resumed as Vault, diary, ROW);
  });

  it('takes a keeper that moves the bytes to a worker', async () => {
    const { vault } = await createWorld();
    const moving: VaultKeeper = {
      ...openKeeper(),
      keep: async (secret) => structuredClone(secret, { transfer: [secret.buffer as ArrayBuffer] }),
    };
    await keepUnlocked(vault, moving);
  });
});

describe('after rekeyVault', () => {
  it('asks for the password, until keepUnlocked is called with the new vault', async () => {
    const kept = await createKeptWorld();
    const { world, keeper } = kept;
    const { vault } = await rekeyVault(world.store, world.vault, { keep: [quick()] });
    const rekeyed = { world: { ...world, vault, header: vault.header }, keeper };
    await expectResumeRefused(rekeyed, { codes: ['UNLOCK_FAILED'] });

    await keepUnlocked(await openPinned(rekeyed.world), keeper);
    await expectResumes(rekeyed);
    await keepUnlocked(world.vault, keeper); // the old snapshot: the wrong one, which does no harm
    await expectResumeRefused(rekeyed, { codes: ['UNLOCK_FAILED'] });
    await keepUnlocked(vault, keeper);
    await expectResumes(rekeyed);
  });

  it('on another device, still opens what this one remembers, until it sees the new header', async () => {
    const { world, keeper } = await createKeptWorld();
    const phone = world.store.otherDevice();
    const { vault } = await rekeyVault(phone, await openVault(phone, quick()), { keep: [quick()] });
    const rekeyed = { world: { ...world, header: vault.header }, keeper };
    await expectResumeRefused(rekeyed, { codes: ['UNLOCK_FAILED'] });
    const offline = await resumeVault(world.store, keeper, { offline: true });
    expect(offline?.epoch).toBe(1);
    await openVault(world.store, quick());
    await expectResumeRefused(rekeyed, { codes: ['UNLOCK_FAILED'], options: { offline: true } });
  });
});

describe('keepUnlocked', () => {
  it('replaces what was kept', async () => {
    const { keeper } = await createKeptWorld();
    const { store, vault } = await createWorld();
    await keepUnlocked(vault, keeper);
    expect((await resumeVault(store, keeper))?.vaultId).toBe(vault.vaultId);
  });

  it('refuses a locked vault, and asks no keeper', async () => {
    const { world, keeper } = await createKeptWorld();
    lockVault(world.vault);
    await expect(keepUnlocked(world.vault, keeper)).rejects.toMatchObject({ code: 'LOCKED' });
    expect(keeper.calls).toEqual([]);
  });

  it('keeps good bytes when the vault is locked meanwhile', async () => {
    const { store, vault } = await createWorld();
    const keeper = openKeeper();
    const keep = keeper.keep.bind(keeper);
    keeper.keep = async (secret) => {
      lockVault(vault);
      await keep(secret);
    };
    await keepUnlocked(vault, keeper);
    expect((await resumeVault(store, keeper))?.epoch).toBe(1);
  });
});

describe("a caller's mistake", () => {
  it.each([
    ['null', null],
    ['an empty object', {}],
    ['a store', memoryStore()],
    ['two functions', { keep: async () => {}, recall: async () => null }],
  ])('is a TypeError: %s in place of a keeper', async (_, keeper) => {
    const { store, vault } = await createWorld();
    await expect(keepUnlocked(vault, keeper as VaultKeeper)).rejects.toThrow(TypeError);
    await expect(resumeVault(store, keeper as VaultKeeper)).rejects.toThrow(TypeError);
  });

  it('is a TypeError: no vault, no store, an option that does not exist', async () => {
    const { world, keeper } = await createKeptWorld();
    await expect(keepUnlocked({ ...world.vault }, keeper)).rejects.toThrow(TypeError);
    await expect(resumeVault({} as never, keeper)).rejects.toThrow(TypeError);
    const options = { replaces: world.store.pin } as object;
    await expect(resumeVault(world.store, keeper, options)).rejects.toThrow(TypeError);
  });
});
