import { describe, expect, it } from 'vitest';
import {
  addSecret,
  byPassword,
  changePassword,
  decryptRow,
  encryptRow,
  fingerprintOf,
  openVault,
  pinOf,
  replaceRecoveryKey,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { createWorld, diary, expectRefused, PASSWORD, ROW, type World } from '../support/world.js';

/** A vault at epoch 9, and the server's snapshot of every epoch. */
async function nineEpochs() {
  const created = await createWorld();
  const { store, kdf } = created;
  const snapshots = [created.header];
  let vault = created.vault;
  const steps = [
    () => rotateDataKey(store, vault),
    () => addSecret(store, vault, crypto.getRandomValues(new Uint8Array(32))),
    () =>
      changePassword(store, vault, { current: byPassword(PASSWORD, { kdf }), next: PASSWORD, kdf }),
    async () => (await replaceRecoveryKey(store, vault)).vault,
  ];
  for (const step of [...steps, ...steps]) {
    vault = await step();
    snapshots.push(vault.header);
  }
  const world: World = { ...created, vault, header: vault.header };
  return { world, snapshots };
}

function open({ kdf }: World, store: World['store']): Promise<Vault> {
  return openVault(store, byPassword(PASSWORD, { kdf }));
}

describe('B06: the whole vault is led back', () => {
  it('refuses every earlier header on a device that saw a later one', async () => {
    const { world, snapshots } = await nineEpochs();
    expect(world.vault.epoch).toBe(9);
    for (const snapshot of snapshots.slice(0, -1)) {
      world.store.header = snapshot;
      const attack = () => open(world, world.store);
      await expectRefused(world, attack, { codes: ['HEADER_ROLLBACK'], structural: true });
    }
    world.store.header = world.header;
    const opened = await open(world, world.store);
    expect(opened.freshness).toBe('pinned');
    expect(decryptRow(opened, diary, world.sealed)).toEqual(ROW);
  });

  it('refuses to write on top of an earlier header', async () => {
    const { world, snapshots } = await nineEpochs();
    const { store, vault, kdf } = world;
    store.header = snapshots[4] as string;
    const current = byPassword(PASSWORD, { kdf });
    for (const change of [
      () => rotateDataKey(store, vault),
      () => changePassword(store, vault, { current, next: 'another', kdf }),
    ]) {
      await expectRefused(world, change, { codes: ['HEADER_ROLLBACK'], structural: true });
    }
  });

  it('tells a device that has seen nothing that it cannot know', async () => {
    const { world, snapshots } = await nineEpochs();
    const device = world.store.otherDevice();
    world.store.header = snapshots[4] as string;
    const led = await open(world, device);
    expect(led.freshness).toBe('first-use');
    expect(fingerprintOf(led)).not.toBe(fingerprintOf(world.vault));
    // It heals by itself once the honest header is shown.
    world.store.header = world.header;
    const healed = await open(world, device);
    expect(fingerprintOf(healed)).toBe(fingerprintOf(world.vault));
  });

  it('refuses on a new device to which another one carried its pin', async () => {
    const { world, snapshots } = await nineEpochs();
    const device = world.store.otherDevice();
    await device.savePin(pinOf(world.vault));
    for (const snapshot of snapshots.slice(0, -1)) {
      world.store.header = snapshot;
      const attack = () => open(world, device);
      await expectRefused(world, attack, { codes: ['HEADER_ROLLBACK'], structural: true });
      expect(device.pin).toBe(pinOf(world.vault));
    }
    world.store.header = world.header;
    expect((await open(world, device)).freshness).toBe('pinned');
  });

  it('never lowers the pin by opening offline, so the next lie is refused too', async () => {
    const { world, snapshots } = await nineEpochs();
    world.store.header = snapshots[0] as string;
    const { store, kdf, sealed } = world;
    const offline = await openVault(store, byPassword(PASSWORD, { kdf }), { offline: true });
    expect(offline.epoch).toBe(9);
    expect(decryptRow(offline, diary, sealed)).toEqual(ROW);
    const sealedOffline = encryptRow(offline, diary, { ...ROW, id: 'r2' });
    expect(decryptRow(world.vault, diary, sealedOffline).id).toBe('r2');
    const attack = () => open(world, store);
    await expectRefused(world, attack, { codes: ['HEADER_ROLLBACK'], structural: true });
  });
});
