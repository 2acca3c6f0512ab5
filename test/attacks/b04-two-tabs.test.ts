import { describe, expect, it } from 'vitest';
import {
  changePassword,
  createVault,
  decryptRow,
  encryptRow,
  openVault,
  pinOf,
  rekeyVault,
  rotateDataKey,
  type Vault,
  type VaultStore,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { openStore } from '../support/open-store.js';
import { diary, ROW } from '../support/world.js';
import { kdfWith } from '../vault/kdf-with.js';
import { quick } from '../vault/users.js';

/** Two tabs of one device: they share the pin, and the server shows each a header of its own. */
async function twoTabs() {
  const device = { pin: null as string | null };
  const tab = (server: { header: string | null }): VaultStore => ({
    loadHeader: async () => server.header,
    async saveHeader({ header }) {
      server.header = header;
    },
    loadPin: async () => device.pin,
    async savePin(pin) {
      device.pin = pin;
    },
  });
  const origin = { header: null as string | null };
  const { vault } = await createVault(tab(origin), quick());
  const [one, other] = [tab({ ...origin }), tab({ ...origin })];
  const there = await openVault(other, quick());
  return { device, one, other, vault, there };
}

type Change = (store: VaultStore, vault: Vault) => Promise<unknown>;

const CHANGES: readonly [string, Change][] = [
  ['rotateDataKey', rotateDataKey],
  ['rekeyVault', (store, vault) => rekeyVault(store, vault, { keep: [quick()] })],
  [
    'changePassword',
    (store, vault) =>
      changePassword(store, vault, { current: quick(), next: 'next', kdf: fastKdf() }),
  ],
];

describe('B04: a server that shows each tab its own header', () => {
  it.each(CHANGES)('gets no %s from the tab that is behind', async (_, change) => {
    const { device, one, other, vault, there } = await twoTabs();
    const { vault: rekeyed } = await rekeyVault(one, vault, { keep: [quick()] });
    const sealed = encryptRow(rekeyed, diary, ROW);
    const pin = pinOf(rekeyed);
    expect(device.pin).toBe(pin);
    const before = await other.loadHeader();
    await expect(change(other, there)).rejects.toMatchObject({ code: 'HEADER_ROLLBACK' });
    expect(await other.loadHeader()).toBe(before);
    expect(device.pin).toBe(pin);
    // What the device remembers still opens everything.
    const reopened = await openVault(one, quick(), { offline: true });
    expect(decryptRow(reopened, diary, sealed)).toEqual(ROW);
    await expect(openVault(other, quick())).rejects.toMatchObject({ code: 'HEADER_ROLLBACK' });
  });

  it('never leads the device from one branch to another of the same epoch', async () => {
    const { device, one, other, vault, there } = await twoTabs();
    const rotated = await rotateDataKey(one, vault);
    await expect(rotateDataKey(other, there)).rejects.toMatchObject({ code: 'HEADER_ROLLBACK' });
    expect(device.pin).toBe(pinOf(rotated));
  });

  it('is not blamed for what an honest other tab did during Argon2id', async () => {
    const store = openStore();
    const { vault } = await createVault(store, quick());
    const there = await openVault(store, quick());
    const kdf = kdfWith(async () => {
      await rotateDataKey(store, there);
    });
    const changing = changePassword(store, vault, { current: quick(), next: 'next', kdf });
    await expect(changing).rejects.toMatchObject({ code: 'HEADER_CONFLICT' });
  });

  it('can not pass an older header of the vault off as the one that replaces it', async () => {
    const store = openStore();
    const { vault } = await createVault(store, quick());
    const revoked = store.header;
    await rekeyVault(store, vault, { keep: [quick()] });
    const pin = store.pin ?? '';
    store.header = revoked;
    const opening = openVault(store, quick(), { replaces: pin });
    await expect(opening).rejects.toMatchObject({ code: 'HEADER_ROLLBACK' });
    expect(store.pin).toBe(pin);
  });

  it('makes two first vaults for two tabs, and the device keeps the one it pinned', async () => {
    const device = { pin: null as string | null };
    const tab = (slow: boolean): VaultStore => {
      let header: string | null = null;
      return {
        loadHeader: async () => header,
        async saveHeader(change) {
          if (slow) await new Promise((resolve) => setTimeout(resolve, 20));
          header = change.header;
        },
        loadPin: async () => device.pin,
        async savePin(pin) {
          device.pin = pin;
        },
      };
    };
    const [quickly, slowly] = await Promise.allSettled([
      createVault(tab(false), quick()),
      createVault(tab(true), quick()),
    ]);
    expect(quickly).toMatchObject({ status: 'fulfilled' });
    expect(slowly).toMatchObject({ status: 'rejected', reason: { code: 'HEADER_CONFLICT' } });
    if (quickly.status === 'fulfilled') expect(device.pin).toBe(pinOf(quickly.value.vault));
  });
});
