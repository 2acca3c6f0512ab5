import { beforeAll, describe, expect, it } from 'vitest';
import {
  addSecret,
  byPassword,
  changePassword,
  decryptRow,
  encryptDelete,
  encryptRow,
  mergeRows,
  openVault,
  reencryptRow,
  replaceRecoveryKey,
  rotateDataKey,
} from '../../src/index.js';
import { envelopeBytes, withEnvelope } from '../support/forged-rows.js';
import {
  CANARY,
  createWorld,
  diary,
  expectRefused,
  openPinned,
  PASSWORD,
  ROW,
  type World,
} from '../support/world.js';

const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i);

/** Two vaults with one password and the same row ids: the second could be the server's own. */
describe('A07: nothing of another vault is taken, though password and row ids are the same', () => {
  let world: World;
  let other: World;

  beforeAll(async () => {
    [world, other] = [await createWorld(), await createWorld()];
  });

  it('refuses the other header on a device that knows its vault, before any password work', async () => {
    world.store.header = other.header;
    const attack = () => openPinned(world);
    await expectRefused(world, attack, { codes: ['VAULT_MISMATCH'], structural: true });
  });

  it('changes nothing of an open vault while the other header is served', async () => {
    const { kdf, store, vault } = world;
    const current = byPassword(PASSWORD, { kdf });
    store.header = other.header;
    const changes = [
      () => changePassword(store, vault, { current, next: 'another password', kdf }),
      () => replaceRecoveryKey(store, vault),
      () => rotateDataKey(store, vault),
      () => addSecret(store, vault, SECRET),
    ];
    for (const attack of changes) {
      await expectRefused(world, attack, { codes: ['VAULT_MISMATCH'], structural: true });
    }
  });

  it('seals nothing under the wrong key', async () => {
    world.store.header = other.header;
    const attack = () => openPinned(world);
    await expectRefused(world, attack, { codes: ['VAULT_MISMATCH'] });
    const sealed = encryptRow(world.vault, diary, ROW);
    world.store.header = world.header;
    expect(decryptRow(await openPinned(world), diary, sealed).text).toBe(CANARY);
    const theirs = () => decryptRow(other.vault, diary, sealed);
    await expectRefused(other, theirs, { codes: ['UNKNOWN_KEY'] });
  });

  it("refuses the other vault's rows, also under this vault's key id", async () => {
    const attack = () => decryptRow(world.vault, diary, other.sealed);
    const error = await expectRefused(world, attack, { codes: ['UNKNOWN_KEY'] });
    expect(error).toMatchObject({ keyId: other.vault.keys[0]?.id });

    const relabelled = envelopeBytes(other.sealed);
    relabelled.set(envelopeBytes(world.sealed).subarray(1, 33), 1);
    const moved = withEnvelope(other.sealed, relabelled);
    const again = () => decryptRow(world.vault, diary, moved);
    await expectRefused(world, again, { codes: ['ROW_AUTH_FAILED'] });
  });

  it('refuses an edit, a delete and a merge over a row of the other vault', async () => {
    const { vault, sealed } = world;
    const attacks = [
      () => encryptRow(vault, diary, ROW, { previous: other.sealed }),
      () => encryptDelete(vault, diary, other.sealed),
      () => reencryptRow(vault, diary, other.sealed),
      () => mergeRows(vault, diary, sealed, other.sealed),
      () => mergeRows(vault, diary, other.sealed, sealed),
    ];
    for (const attack of attacks) await expectRefused(world, attack, { codes: ['UNKNOWN_KEY'] });
  });

  // The documented limit: a device that knows no vault can't tell which one is the user's.
  it('opens the other vault on a new device, and says that it saw it for the first time', async () => {
    const { kdf } = other;
    const device = world.store.otherDevice();
    world.store.header = other.header;
    const vault = await openVault(device, byPassword(PASSWORD, { kdf }));
    world.store.header = world.header;
    expect(vault.freshness).toBe('first-use');
    expect(vault.vaultId).toBe(other.vault.vaultId);
    expect(vault.vaultId).not.toBe(world.vault.vaultId);
  });
});
