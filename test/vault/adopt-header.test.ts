import { describe, expect, it } from 'vitest';
import {
  adoptHeader,
  byPassword,
  changePassword,
  decryptRow,
  dropRetiredKeys,
  encryptRow,
  openVault,
  rekeyVault,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { laterThan } from '../support/later-than.js';
import type { OpenStore } from '../support/open-store.js';
import { createWorld, diary, PASSWORD, ROW } from '../support/world.js';
import { noneLeft } from './closed-keys.js';
import { kdfWith } from './kdf-with.js';
import { quick } from './users.js';

type Change = (store: OpenStore, vault: Vault) => Promise<Vault>;

/** One header changed on two devices: `device` remembers one successor, the store has the other. */
async function fork(here: Change, there: Change) {
  const world = await createWorld();
  const { store: device, vault, header } = world;
  const other = device.otherDevice();
  const elsewhere = await openVault(other, quick());
  const lost = await here(device, vault);
  device.header = header;
  const stored = await there(other, elsewhere);
  return { ...world, device, other, lost, stored };
}

const twice: Change = async (store, vault) =>
  rotateDataKey(store, await rotateDataKey(store, vault));
const rekey: Change = async (store, vault) =>
  (await rekeyVault(store, vault, { keep: [quick()] })).vault;
const newPassword: Change = (store, vault) =>
  changePassword(store, vault, { current: quick(), next: 'next', kdf: fastKdf() });

describe('adoptHeader', () => {
  it('adds the keys that only this device had, and opens the rows of both sides everywhere', async () => {
    const { device, other, lost, stored, sealed } = await fork(rotateDataKey, twice);
    const rows = [sealed, encryptRow(lost, diary, ROW), encryptRow(stored, diary, ROW)];
    await expect(openVault(device, quick())).rejects.toMatchObject({ code: 'HEADER_CONFLICT' });

    const { vault, addedKeys } = await adoptHeader(device, quick());

    expect(addedKeys).toEqual([lost.keys[0]?.id]);
    expect(vault).toMatchObject({ epoch: stored.epoch + 1, freshness: 'pinned' });
    expect(vault.keys[0]?.id, 'the stored primary key').toBe(stored.keys[0]?.id);
    const opened = [vault, await openVault(device, quick()), await openVault(other, quick())];
    for (const snapshot of opened) {
      for (const row of rows) expect(decryptRow(snapshot, diary, row)).toEqual(ROW);
    }
  });

  it('opens with the secret of the stored header', async () => {
    const { device } = await fork(rotateDataKey, newPassword);
    await expect(adoptHeader(device, quick())).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
    const { addedKeys } = await adoptHeader(device, quick('next'));
    expect(addedKeys).toHaveLength(1);
  });

  it('writes no header when this device had no keys of its own', async () => {
    const { device, stored } = await fork(newPassword, rotateDataKey);
    const { vault, addedKeys } = await adoptHeader(device, quick());
    expect(addedKeys).toEqual([]);
    expect(vault.header).toBe(stored.header);
    await openVault(device, quick());
  });

  it('runs Argon2id once', async () => {
    const { device, kdf } = await fork(rotateDataKey, twice);
    const runs = kdf.runs;
    await adoptHeader(device, byPassword(PASSWORD, { kdf }));
    expect(kdf.runs).toBe(runs + 1);
  });

  it('does not follow a header away from a vault key that this device knows', async () => {
    const { device, lost, stored } = await fork(rekey, twice);
    const { pin } = device;
    const adopting = adoptHeader(device, quick());
    await expect(adopting).rejects.toMatchObject({ code: 'HEADER_ROLLBACK' });
    expect(device).toMatchObject({ header: stored.header, pin });
    const offline = await openVault(device, quick(), { offline: true });
    expect(offline.header).toBe(lost.header);
  });

  it('adds keys from before a rekeying as revoked: who lost access may know them', async () => {
    const { device, lost, stored } = await fork(rotateDataKey, rekey);
    const row = encryptRow(lost, diary, ROW);
    await laterThan(Date.now());
    const { vault, addedKeys } = await adoptHeader(device, quick());
    await laterThan(Date.now());
    expect(addedKeys).toEqual([lost.keys[0]?.id]);
    expect(vault.keys.map(({ status }) => status)).toEqual(['primary', 'revoked', 'revoked']);
    expect(vault.keys[0]?.id).toBe(stored.keys[0]?.id);
    expect(decryptRow(vault, diary, row)).toEqual(ROW);
    const late = encryptRow(lost, diary, ROW);
    expect(() => decryptRow(vault, diary, late)).toThrow(
      expect.objectContaining({ code: 'KEY_RETIRED' }),
    );
  });

  it('brings a revoked key that was dropped on the other side back for the user to decide', async () => {
    const world = await createWorld();
    const { store, sealed } = world;
    const common = await rekey(store, world.vault);
    const device = store.otherDevice();
    const { vault: lean } = await dropRetiredKeys(store, common, { closeKeys: noneLeft });
    store.header = common.header;
    const lost = await rotateDataKey(device, await openVault(device, quick()));
    store.header = lean.header;
    const { vault, addedKeys } = await adoptHeader(device, quick());
    expect(addedKeys).toEqual([lost.keys[0]?.id, world.vault.keys[0]?.id]);
    const accepted = { acceptRetired: true };
    for (const opened of [vault, await openVault(store, quick())]) {
      expect(() => decryptRow(opened, diary, sealed)).toThrow(
        expect.objectContaining({ code: 'KEY_RETIRED' }),
      );
      expect(decryptRow(opened, diary, sealed, accepted)).toEqual(ROW);
    }
  });

  it('does not lower a pin that another tab raised while Argon2id ran', async () => {
    const { device, stored } = await fork(newPassword, rotateDataKey);
    const kdf = kdfWith(async () => {
      await rotateDataKey(device, (await adoptHeader(device, quick())).vault);
    });
    const adopting = adoptHeader(device, byPassword(PASSWORD, { kdf }));
    await expect(adopting).rejects.toMatchObject({ code: 'HEADER_ROLLBACK' });
    const newest = await openVault(device, quick(), { offline: true });
    expect(newest.epoch).toBe(stored.epoch + 1);
  });

  it('stops when what this device remembers is cleared while Argon2id runs', async () => {
    const { device, stored } = await fork(rotateDataKey, twice);
    const kdf = kdfWith(() => {
      device.pin = null;
    });
    const adopting = adoptHeader(device, byPassword(PASSWORD, { kdf }));
    await expect(adopting).rejects.toMatchObject({ code: 'VAULT_MISSING' });
    expect(device).toMatchObject({ header: stored.header, pin: null });
  });

  it('needs a device that remembers a header, and one that is not newer', async () => {
    const { store, vault, header } = await createWorld();
    const adopting = adoptHeader(store.otherDevice(), quick());
    await expect(adopting).rejects.toMatchObject({ code: 'VAULT_MISSING' });
    await rotateDataKey(store, vault);
    store.header = header;
    const older = adoptHeader(store, quick());
    await expect(older).rejects.toMatchObject({ code: 'HEADER_ROLLBACK' });
  });
});
