import { describe, expect, it } from 'vitest';
import {
  byPassword,
  byRecoveryKey,
  changePassword,
  decryptRow,
  encryptRow,
  openVault,
  rekeyVault,
  removeSlot,
  replaceRecoveryKey,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { forge, stolenKey } from '../support/header-surgeon.js';
import { createWorld, diary, expectRefused, PASSWORD, ROW, type World } from '../support/world.js';

const NEXT = 'a password nobody leaked';
const structural = true;

/** The password leaked and was changed; the thief still has the old one, the server the old header. */
async function afterPasswordChange() {
  const created = await createWorld();
  const { store, kdf } = created;
  const old = byPassword(PASSWORD, { kdf });
  const vault = await changePassword(store, created.vault, { current: old, next: NEXT, kdf });
  const world: World = { ...created, vault, header: vault.header, password: NEXT };
  return { world, old, oldHeader: created.header };
}

function recoverySlotOf(vault: Vault): string {
  return vault.slots.find(({ type }) => type === 'recovery-key')?.id ?? 'there is none';
}

describe('C05: an old header brings an old secret back', () => {
  it('refuses the old header on a device that saw the new one, before any Argon2id', async () => {
    const { world, old, oldHeader } = await afterPasswordChange();
    world.store.header = oldHeader;
    const codes = ['HEADER_ROLLBACK'] as const;
    for (const opener of [old, byRecoveryKey(world.recoveryKey)]) {
      await expectRefused(world, () => openVault(world.store, opener), { codes, structural });
    }
    await expectRefused(world, () => rotateDataKey(world.store, world.vault), {
      codes,
      structural,
    });
    world.store.header = world.header;
    const opened = await openVault(world.store, byPassword(NEXT, { kdf: world.kdf }));
    expect(decryptRow(opened, diary, world.sealed)).toEqual(ROW);
  });

  it('refuses the old password under the new header', async () => {
    const { world, old } = await afterPasswordChange();
    for (const device of [world.store, world.store.otherDevice()]) {
      const codes = ['UNLOCK_FAILED'] as const;
      await expectRefused(world, () => openVault(device, old), { codes });
    }
  });

  it('is open on a device that saw nothing, which says so', async () => {
    const { world, old, oldHeader } = await afterPasswordChange();
    world.store.header = oldHeader;
    const led = await openVault(world.store.otherDevice(), old);
    expect(led.freshness).toBe('first-use');
  });

  it('does not bring back a removed slot or a replaced recovery key', async () => {
    for (const change of [
      ({ store, vault }: World) => replaceRecoveryKey(store, vault).then(({ vault }) => vault),
      ({ store, vault }: World) => removeSlot(store, vault, recoverySlotOf(vault)),
    ]) {
      const created = await createWorld();
      const { store, recoveryKey } = created;
      const vault = await change(created);
      const world: World = { ...created, vault, header: vault.header };
      const open = () => openVault(store, byRecoveryKey(recoveryKey));
      await expectRefused(world, open, { codes: ['UNLOCK_FAILED'] });
      store.header = created.header;
      await expectRefused(world, open, { codes: ['HEADER_ROLLBACK'], structural });
    }
  });

  it('refuses an equal epoch with another hash, even under a genuine MAC', async () => {
    const world = await createWorld();
    const { slots } = parseHeader(world.header);
    world.store.header = forge(world.header, stolenKey(world.vault), { slots: slots.slice(0, 1) });
    const attack = () => openVault(world.store, byPassword(PASSWORD, { kdf: world.kdf }));
    await expectRefused(world, attack, { codes: ['HEADER_CONFLICT'] });
  });

  it('after rekeyVault the old header opens nothing that is written later', async () => {
    const created = await createWorld();
    const { store, kdf, sealed } = created;
    const opener = byPassword(PASSWORD, { kdf });
    const { vault } = await rekeyVault(store, created.vault, { keep: [opener] });
    const world: World = { ...created, vault, header: vault.header };
    const later = encryptRow(vault, diary, { ...ROW, text: 'written after' });

    store.header = created.header;
    await expectRefused(world, () => openVault(store, opener), {
      codes: ['HEADER_ROLLBACK'],
      structural,
    });
    const led: Vault = await openVault(store.otherDevice(), opener);
    expect(decryptRow(led, diary, sealed)).toEqual(ROW);
    const read = () => decryptRow(led, diary, later);
    await expectRefused(world, read, { codes: ['UNKNOWN_KEY'] });
  });

  it('refuses a later header made with the revoked vault key', async () => {
    const created = await createWorld();
    const { store, kdf } = created;
    const opener = byPassword(PASSWORD, { kdf });
    const stolen = stolenKey(created.vault);
    const { vault } = await rekeyVault(store, created.vault, { keep: [opener] });
    const world: World = { ...created, vault, header: vault.header };
    const { hash } = parseHeader(vault.header);
    const { hash: first } = parseHeader(created.header);
    for (const [epoch, predecessors] of [
      [3, [hash, first]],
      [2, [first]],
      [34, Array.from({ length: 32 }, () => hash)],
      [100, Array.from({ length: 32 }, () => hash)],
    ] as const) {
      store.header = forge(created.header, stolen, { epoch, predecessors });
      await expectRefused(world, () => openVault(store, opener), { codes: ['HEADER_ROLLBACK'] });
    }
    store.header = vault.header;
    expect((await openVault(store, opener)).freshness).toBe('pinned');
  });
});
