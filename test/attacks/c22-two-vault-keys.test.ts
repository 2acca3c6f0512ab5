import { describe, expect, it } from 'vitest';
import type { VaultKey } from '../../src/crypto/key-types.js';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import { byPassword, byRecoveryKey, changePassword, openVault } from '../../src/index.js';
import { wrapVaultKey } from '../../src/keys/opener.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { forge, stolenKey } from '../support/header-surgeon.js';
import { keysetWith, vaultKeyIdFor } from '../support/plain-keyset.js';
import { expectHeaderRefused } from '../support/served-header.js';
import { createWorld, expectRefused, PASSWORD, type World } from '../support/world.js';

const OTHER_KEY = Uint8Array.from({ length: 32 }, (_, i) => i * 5 + 3) as VaultKey;
const tampered = { fresh: ['HEADER_TAMPERED'] } as const;

/** A header whose password slot wraps the vault key and whose recovery slot wraps another one. */
async function twoKeys({ header, vault, kdf, recoveryKey }: World) {
  const { vaultId } = parseHeader(header);
  const vaultKey = stolenKey(vault);
  const openers = [byPassword(PASSWORD, { kdf }), byRecoveryKey(recoveryKey)] as const;
  const slots = [
    await wrapVaultKey(vaultId, vaultKey, openers[0], nobleAead, {}),
    await wrapVaultKey(vaultId, OTHER_KEY, openers[1], nobleAead, {}),
  ];
  return { vaultKey, slots, openers };
}

describe('C22: the slots of one header wrap two vault keys', () => {
  it('refuses the slot that wraps another key than the header is made under', async () => {
    const world = await createWorld();
    const { vaultKey, slots, openers } = await twoKeys(world);
    const keyset = keysetWith(world.header, [OTHER_KEY]);
    const underFirst = forge(world.header, vaultKey, { slots });
    const vaultKeyId = vaultKeyIdFor(world.header, OTHER_KEY);
    const underSecond = forge(world.header, vaultKey, { slots, vaultKeyId });
    const remade = forge(underSecond, OTHER_KEY, { keyset });
    await expectHeaderRefused(world, underFirst, { ...tampered, openings: ['recovery key'] });
    await expectHeaderRefused(world, remade, { ...tampered, openings: ['password'] });

    // Both slots do open: what stops them is the header's MAC, not the AEAD of the slot.
    world.store.header = remade;
    const opened = await openVault(world.store.otherDevice(), openers[1]);
    expect(opened.vaultKeyId).not.toBe(world.vault.vaultKeyId);
  });

  it('takes the slot that wraps another key for no proof when the password is changed', async () => {
    const created = await createWorld();
    const { vaultKey, slots, openers } = await twoKeys(created);
    const header = forge(created.header, vaultKey, { slots });
    created.store.header = header;
    const store = created.store.otherDevice();
    const world: World = { ...created, header, store, vault: await openVault(store, openers[0]) };
    const change = { current: openers[1], next: 'next', kdf: world.kdf };
    const attack = () => changePassword(store, world.vault, change);
    await expectRefused(world, attack, { codes: ['UNLOCK_FAILED'] });
  });

  it('refuses both where the MAC is under one key and the name is the other’s', async () => {
    const world = await createWorld();
    const { vaultKey, slots } = await twoKeys(world);
    const keyset = keysetWith(world.header, [OTHER_KEY]);
    const vaultKeyId = vaultKeyIdFor(world.header, OTHER_KEY);
    for (const header of [
      forge(world.header, vaultKey, { slots, vaultKeyId }),
      forge(forge(world.header, vaultKey, { slots }), OTHER_KEY, { keyset }),
    ]) {
      await expectHeaderRefused(world, header, tampered);
    }
  });
});
