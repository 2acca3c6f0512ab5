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
import { type OpenStore, openStore } from '../support/open-store.js';
import {
  beforeAttack,
  createWorld,
  diary,
  expectRefusal,
  expectRefused,
  openPinned,
  ROW,
  type World,
} from '../support/world.js';
import { kdfWith } from '../vault/kdf-with.js';
import { quick } from '../vault/users.js';

/** A second tab of the device: it shares the pin, and the server shows it a header of its own. */
function otherTab(store: OpenStore): OpenStore {
  return Object.defineProperty(openStore({ header: store.header }), 'pin', {
    get: () => store.pin,
    set: (pin: string) => {
      store.pin = pin;
    },
  });
}

/** The device in two tabs, the second of which will fall behind. */
async function twoTabs() {
  const world = await createWorld();
  const store = otherTab(world.store);
  const behind: World = { ...world, store, vault: await openPinned({ ...world, store }) };
  return { one: world, behind };
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

const ROLLBACK = { codes: ['HEADER_ROLLBACK'] } as const;

describe('B04: a server that shows each tab its own header', () => {
  it.each(CHANGES)('gets no %s from the tab that is behind', async (_, change) => {
    const { one, behind } = await twoTabs();
    const { vault: rekeyed } = await rekeyVault(one.store, one.vault, { keep: [quick()] });
    const sealed = encryptRow(rekeyed, diary, ROW);
    expect(behind.store.pin).toBe(pinOf(rekeyed));
    behind.header = rekeyed.header;
    await expectRefused(behind, () => change(behind.store, behind.vault), ROLLBACK);
    // What the device remembers still opens everything.
    const reopened = await openVault(one.store, quick(), { offline: true });
    expect(decryptRow(reopened, diary, sealed)).toEqual(ROW);
    await expectRefused(behind, () => openPinned(behind), ROLLBACK);
  });

  it('never leads the device from one branch to another of the same epoch', async () => {
    const { one, behind } = await twoTabs();
    const rotated = await rotateDataKey(one.store, one.vault);
    behind.header = rotated.header;
    await expectRefused(behind, () => rotateDataKey(behind.store, behind.vault), ROLLBACK);
    expect(behind.store.pin).toBe(pinOf(rotated));
  });

  it('is not blamed for what an honest other tab did during Argon2id', async () => {
    const world = await createWorld();
    const { store, vault } = world;
    const there = await openPinned(world);
    const kdf = kdfWith(async () => {
      world.header = (await rotateDataKey(store, there)).header;
    });
    const before = beforeAttack(world);
    const changing = changePassword(store, vault, { current: quick(), next: 'next', kdf });
    const refusal = await changing.catch((error: unknown) => error);
    // The other tab moved header and pin.
    const now = { ...before, pin: pinOf(await openPinned(world)) };
    expectRefusal(world, now, refusal, { codes: ['HEADER_CONFLICT'], serverActs: true });
  });

  it('gets no change from a tab that falls behind while Argon2id runs', async () => {
    const { one, behind } = await twoTabs();
    const { header } = behind.store;
    const kdf = kdfWith(async () => {
      const rotated = await rotateDataKey(one.store, one.vault);
      behind.header = rotated.header;
    });
    const change = { current: quick(), next: 'next', kdf };
    const refusal = changePassword(behind.store, behind.vault, change);
    await expect(refusal).rejects.toMatchObject({ code: 'HEADER_CONFLICT' });
    expect(behind.store.header).toBe(header);
    const remembered = await openVault(one.store, quick(), { offline: true });
    expect(remembered.header).toBe(behind.header);
  });

  it('can not pass an older header of the vault off as the one that replaces it', async () => {
    const created = await createWorld();
    const { store } = created;
    const { vault } = await rekeyVault(store, created.vault, { keep: [quick()] });
    const world: World = { ...created, vault, header: vault.header };
    store.header = created.header;
    const replaces = pinOf(vault);
    await expectRefused(world, () => openVault(store, quick(), { replaces }), ROLLBACK);
  });

  it('leaves the later header remembered when two tabs are shown two at a first opening', async () => {
    const { one } = await twoTabs();
    const old = pinOf(one.vault);
    const next = await rotateDataKey(one.store, one.vault);
    const device = one.store.otherDevice();
    const pins: (string | null)[] = [null, null];
    const store: VaultStore = {
      ...device,
      loadHeader: () => device.loadHeader(),
      // The other tab opens the older header just before this one remembers what it opened.
      loadPin: async () => (pins.length > 0 ? pins.shift() : old),
      savePin: (pin) => device.savePin(pin),
    };
    const opened = await openVault(store, quick());
    expect(opened.header).toBe(next.header);
    expect(device.pin).toBe(pinOf(next));
  });

  it('makes two first vaults for two tabs, and the device keeps the one it pinned', async () => {
    const world = await createWorld();
    const before = beforeAttack(world);
    const device = { pin: null as string | null };
    const tab = (slow: boolean): VaultStore => {
      let header: string | null = null;
      return {
        loadHeader: async () => header,
        async saveHeader(change) {
          // The other tab is done by then.
          while (slow && device.pin === null) await new Promise((next) => setTimeout(next, 1));
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
    const refusal = slowly.status === 'rejected' && slowly.reason;
    expectRefusal(world, before, refusal, { codes: ['HEADER_CONFLICT'] });
    if (quickly.status === 'fulfilled') expect(device.pin).toBe(pinOf(quickly.value.vault));
  });
});
