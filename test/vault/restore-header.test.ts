import { describe, expect, it } from 'vitest';
import {
  addSecret,
  adoptHeader,
  byRecoveryKey,
  changePassword,
  decryptRow,
  dropRetiredKeys,
  encryptRow,
  openVault,
  pinOf,
  recallKeys,
  refreshVault,
  rekeyVault,
  removeSlot,
  restoreHeader,
  rotateDataKey,
  type Vault,
  type VaultStore,
} from '../../src/index.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { fastKdf } from '../support/fast-kdf.js';
import { forge, stolenKey } from '../support/header-surgeon.js';
import type { OpenStore } from '../support/open-store.js';
import { keysetWith } from '../support/plain-keyset.js';
import { createWorld, diary, ROW, type World } from '../support/world.js';
import { noneLeft } from './closed-keys.js';
import { quick, SECRET } from './users.js';

const ACCEPTED = { acceptRetired: true } as const;
const retired = expect.objectContaining({ code: 'KEY_RETIRED' });

const rekeyed = async (store: VaultStore, vault: Vault) =>
  (await rekeyVault(store, vault, { keep: [quick()] })).vault;

async function rotatedWorld(): Promise<World> {
  const world = await createWorld();
  const vault = await rotateDataKey(world.store, world.vault);
  return { ...world, vault, header: vault.header };
}

/** One vault changed on two sides; the store shows what the other side has. */
async function fork(
  here: (store: OpenStore, vault: Vault) => Promise<Vault>,
  there: (store: OpenStore, vault: Vault) => Promise<Vault>,
) {
  const world = await createWorld();
  const { store } = world;
  const other = store.otherDevice();
  const elsewhere = await openVault(other, quick());
  const vault = await here(store, world.vault);
  store.header = world.header;
  const lost = await there(other, elsewhere);
  return { ...world, vault, other, lost };
}

const twice = async (store: OpenStore, vault: Vault) =>
  rotateDataKey(store, await rotateDataKey(store, vault));

describe('restoreHeader', () => {
  it('gives a store that was restored from a backup the header back, without a change of it', async () => {
    const { store, vault, header, sealed } = await rotatedWorld();
    const first = store.writes[0] as string;
    for (const [found, shown] of [
      ['older', first],
      ['none', null],
    ] as const) {
      store.header = shown;
      const restored = await restoreHeader(store, vault);
      expect(restored).toEqual({ found, vault, addedKeys: [] });
      expect(restored.vault).toBe(vault);
      expect(store).toMatchObject({ header, pin: pinOf(vault) });
    }
    const fresh = await openVault(store.otherDevice(), quick());
    expect(decryptRow(fresh, diary, sealed)).toEqual(ROW);
  });

  it('works from the pin alone, offline, after a rekeying too', async () => {
    const world = await createWorld();
    const { store, header } = world;
    const vault = await rekeyed(store, world.vault);
    store.header = header;
    await expect(openVault(store, quick())).rejects.toMatchObject({
      code: 'HEADER_ROLLBACK',
      message: expect.stringContaining('restoreHeader'),
    });
    const offline = await openVault(store, quick(), { offline: true });
    expect((await restoreHeader(store, offline)).found).toBe('older');
    expect(store.header).toBe(vault.header);
    expect((await openVault(store, quick())).header).toBe(vault.header);
  });

  it('does nothing where the store has the same header or a newer one', async () => {
    const { store, vault } = await createWorld();
    const writes = store.writes.length;
    expect(await restoreHeader(store, vault)).toEqual({ found: 'same', vault, addedKeys: [] });
    expect(store.writes).toHaveLength(writes);
    const phone = store.otherDevice();
    for (const change of [rotateDataKey, rekeyed]) {
      const newer = await change(phone, await openVault(phone, quick()));
      expect(await restoreHeader(store, vault)).toEqual({ found: 'newer', vault, addedKeys: [] });
      expect(store.header).toBe(newer.header);
    }
    expect(store.writes).toHaveLength(writes);
    let next = await openVault(phone, quick());
    while (next.epoch < 35) next = await removeAndAdd(phone, next);
    expect((await restoreHeader(store, vault)).found).toBe('newer'); // beyond its predecessors
    expect(store.header).toBe(next.header);
  });

  it('takes a header so old that its line can not be told for an older one, and adds no key', async () => {
    const { store, vault, header } = await createWorld();
    const other = store.otherDevice();
    const elsewhere = await openVault(other, quick());
    let next = await rotateDataKey(store, vault);
    while (next.epoch < 36) next = await removeAndAdd(store, next);
    store.header = header;
    const lost = await rotateDataKey(other, elsewhere);
    const row = encryptRow(lost, diary, ROW);
    const { found, vault: restored, addedKeys } = await restoreHeader(store, next);
    expect([found, restored.header, addedKeys]).toEqual(['older', next.header, []]);
    expect(store.header).toBe(next.header);
    // Only this device has the key of the line that was replaced, and only for the user to decide.
    expect(restored.keys.map(({ status }) => status)).toEqual(['primary', 'rotated', 'recalled']);
    expect(() => decryptRow(restored, diary, row)).toThrow(retired);
    expect(decryptRow(restored, diary, row, ACCEPTED)).toEqual(ROW);
    store.header = forge(lost.header, stolenKey(vault), { keyset: new Uint8Array(40) });
    const again = { found: 'older', vault: next, addedKeys: [] };
    expect(await restoreHeader(store, next)).toEqual(again);
  });

  it('adds the keys of an older header of another line, decrypt-only', async () => {
    const { store, vault, other, lost, sealed } = await fork(twice, rotateDataKey);
    const row = encryptRow(lost, diary, ROW);
    const result = await restoreHeader(store, vault);
    expect(result).toMatchObject({ found: 'other-line', addedKeys: [lost.keys[0]?.id] });
    expect(result.vault).toMatchObject({ epoch: vault.epoch + 1 });
    expect(result.vault.keys.map(({ status }) => status)).toEqual([
      'primary',
      ...['rotated', 'rotated', 'rotated'],
    ]);
    const { vault: adopted, addedKeys } = await adoptHeader(other, quick());
    expect(addedKeys).toEqual([]);
    for (const opened of [result.vault, adopted, await openVault(store, quick())]) {
      for (const each of [sealed, row]) expect(decryptRow(opened, diary, each)).toEqual(ROW);
    }
  });

  it('only replaces an older header of another line that has no key of its own', async () => {
    const renamed = (store: VaultStore, vault: Vault) => addSecret(store, vault, SECRET);
    const { store, vault } = await fork(twice, renamed);
    const result = await restoreHeader(store, vault);
    expect(result).toEqual({ found: 'other-line', vault, addedKeys: [] });
    expect(store.header).toBe(vault.header);
  });

  it('takes keys of a line under an earlier vault key so that no row opens unasked', async () => {
    const both = async (store: OpenStore, vault: Vault) =>
      rekeyed(store, await rotateDataKey(store, vault));
    const { store, vault, lost } = await fork(both, rotateDataKey);
    const row = encryptRow(lost, diary, ROW);
    const { vault: next, addedKeys } = await restoreHeader(store, vault);
    expect(addedKeys).toEqual([lost.keys[0]?.id]);
    expect(next.keys.at(-1)).toEqual({ id: addedKeys[0], status: 'revoked', retiredAt: 0 });
    for (const opened of [next, await openVault(store, quick())]) {
      expect(() => decryptRow(opened, diary, row)).toThrow(retired);
      expect(decryptRow(opened, diary, row, ACCEPTED)).toEqual(ROW);
    }
  });

  it('brings a revoked key that was dropped here back for the user to decide on its rows alone', async () => {
    const world = await createWorld();
    const { store } = world;
    const common = await rekeyed(store, world.vault);
    const other = store.otherDevice();
    const elsewhere = await openVault(other, quick());
    const { vault: lean } = await dropRetiredKeys(store, common, { closeKeys: noneLeft });
    const vault = await rotateDataKey(store, lean);
    store.header = common.header;
    const lost = await rotateDataKey(other, elsewhere);
    const recalled = recallKeys(vault, common.header);
    const { vault: next, addedKeys } = await restoreHeader(store, recalled);
    expect(addedKeys).toEqual([lost.keys[0]?.id, world.vault.keys[0]?.id]);
    const statuses = next.keys.map(({ status }) => status);
    expect(statuses).toEqual(['primary', 'rotated', 'rotated', 'revoked']);
    expect(() => decryptRow(next, diary, world.sealed)).toThrow(retired);
    expect(decryptRow(next, diary, world.sealed, ACCEPTED)).toEqual(ROW);
  });

  it('leaves it to the user where the other line is not older', async () => {
    for (const there of [rotateDataKey, twice, rekeyed]) {
      const { store, vault, lost } = await fork(rotateDataKey, there);
      const { pin } = store;
      const restoring = restoreHeader(store, vault);
      await expect(restoring).rejects.toMatchObject({
        code: 'HEADER_CONFLICT',
        message: expect.stringContaining('adoptHeader'),
      });
      expect(store).toMatchObject({ header: lost.header, pin });
    }
  });

  it.each([1, 2, 40])(
    'takes the store back from a lost device that changed the old header %i times',
    async (changes) => {
      const world = await createWorld();
      const { store, header } = world;
      const vault = await rekeyed(store, world.vault);
      store.header = header;
      const thief = store.otherDevice();
      let forged = await openVault(thief, quick());
      for (let i = 0; i < changes; i++) forged = await rotateDataKey(thief, forged);
      await expect(openVault(store, quick())).rejects.toMatchObject({ code: 'HEADER_ROLLBACK' });
      const { found, vault: next } = await restoreHeader(store, vault);
      expect(found).toBe('other-line');
      expect((await openVault(store, quick())).header).toBe(next.header);
      expect(await refreshVault(store, next)).toBe(next);
      const row = encryptRow(forged, diary, ROW);
      expect(() => decryptRow(next, diary, row)).toThrow(retired);
    },
  );

  it('is led astray by no former vault key: no next header, no broken keyset, no flood of keys', async () => {
    const world = await createWorld();
    const { store, header } = world;
    const vault = await rekeyed(store, world.vault);
    const { epoch, hash, predecessors } = parseHeader(vault.header);
    const next = { epoch: epoch + 1, predecessors: [hash, ...predecessors] };
    const deks = Array.from({ length: 255 }, (_, i) => new Uint8Array(32).fill(i));
    for (const forgery of [
      next,
      { ...next, keyset: new Uint8Array(40) },
      { ...next, keyset: keysetWith(header, deks) },
    ]) {
      store.header = forge(header, stolenKey(world.vault), forgery);
      const restored = await restoreHeader(store, vault);
      expect(restored).toEqual({ found: 'other-line', vault, addedKeys: [] });
      expect(store.header).toBe(vault.header);
    }
  });

  it('adds no key of a keyset that breaks the format, under the vault key in use', async () => {
    const { store, vault, lost } = await fork(twice, rotateDataKey);
    store.header = forge(lost.header, stolenKey(vault), { keyset: new Uint8Array(40) });
    const restoring = restoreHeader(store, vault);
    await expect(restoring).rejects.toMatchObject({ code: 'HEADER_TAMPERED' });
  });

  it('leaves it to the user where no key opens the older line', async () => {
    const { store, vault, lost } = await fork(twice, rekeyed);
    const restoring = restoreHeader(store, vault);
    await expect(restoring).rejects.toMatchObject({
      code: 'HEADER_CONFLICT',
      message: expect.stringContaining('remove it on the server'),
    });
    expect(store.header).toBe(lost.header);
  });
});

describe('a store that was led back, for a device that can not know', () => {
  it('opens with the secrets of the old header alone, whatever the device remembers of before', async () => {
    const world = await createWorld();
    const { store, header, recoveryKey } = world;
    const before = store.otherDevice();
    await openVault(before, quick());
    const { vault, recoveryKey: nextKey } = await rekeyVault(store, world.vault, {
      keep: [quick()],
    });
    const current = { current: quick(), next: 'next', kdf: fastKdf() };
    const newest = await changePassword(store, vault, current);
    store.header = header; // a backup of the server
    for (const device of [before, store.otherDevice()]) {
      for (const secret of [byRecoveryKey(nextKey), quick('next')]) {
        await expect(openVault(device, secret)).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
      }
      for (const secret of [byRecoveryKey(recoveryKey), quick()]) {
        expect((await openVault(device, secret)).header).toBe(header);
      }
      // What was written since waits for the newer header.
      const old = await openVault(device, quick());
      expect(() => decryptRow(old, diary, encryptRow(newest, diary, ROW))).toThrow(
        expect.objectContaining({ code: 'UNKNOWN_KEY' }),
      );
    }
    await restoreHeader(store, newest);
    for (const device of [before, store.otherDevice()]) {
      const opened = await openVault(device, byRecoveryKey(nextKey));
      expect(opened.header).toBe(newest.header);
    }
  });
});

let slots = 0;

/** Two changes that leave the vault as it was. */
async function removeAndAdd(store: VaultStore, vault: Vault): Promise<Vault> {
  slots += 1;
  const secret = SECRET.map((byte) => (byte + slots) % 251);
  const more = await addSecret(store, vault, secret);
  const slot = more.slots.find(({ type }) => type === 'secret');
  return removeSlot(store, more, slot?.id as string);
}
