import { describe, expect, it } from 'vitest';
import {
  addSecret,
  changePassword,
  decryptRow,
  deriveKey,
  encryptRow,
  fingerprintOf,
  lockVault,
  openVault,
  pinOf,
  rekeyVault,
  removeSlot,
  replaceRecoveryKey,
  rotateDataKey,
  tryDecryptRow,
  type Vault,
} from '../../src/index.js';
import { revealSecrets } from '../../src/keys/vault.js';
import { fastKdf } from '../support/fast-kdf.js';
import type { OpenStore } from '../support/open-store.js';
import { createWorld, diary, ROW } from '../support/world.js';
import { quick, SECRET } from './users.js';

const locked = expect.objectContaining({ code: 'LOCKED' });

/** Every buffer with key material of a snapshot. */
function buffersOf(vault: Vault): Uint8Array[] {
  const { vaultKey, dataKeys, earlierVaultKeys } = revealSecrets(vault);
  const earlier = earlierVaultKeys.map(({ key }) => key);
  return [vaultKey, ...earlier, ...dataKeys.flatMap(({ dek, rowKey }) => [dek, rowKey])];
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

describe('lockVault', () => {
  it('ends all snapshots of one opening and zeroes their keys', async () => {
    const { store, vault, sealed } = await createWorld();
    const rotated = await rotateDataKey(store, vault);
    const { vault: rekeyed } = await rekeyVault(store, rotated, { keep: [quick()] });
    const snapshots = [vault, rotated, rekeyed];
    const buffers = snapshots.flatMap(buffersOf);
    expect(buffers).toHaveLength(3 + 5 + 8);
    expect(buffers.some(isZero)).toBe(false);

    lockVault(rotated);

    expect(buffers.every(isZero)).toBe(true);
    for (const snapshot of snapshots) {
      expect(() => decryptRow(snapshot, diary, sealed)).toThrow(locked);
      expect(() => encryptRow(snapshot, diary, ROW)).toThrow(locked);
    }
  });

  it('ends an opened vault, not one that was opened apart', async () => {
    const { store, vault, sealed } = await createWorld();
    const opened = await openVault(store, quick());
    const buffers = buffersOf(opened);
    lockVault(opened);
    expect(buffers.every(isZero)).toBe(true);
    expect(decryptRow(vault, diary, sealed)).toEqual(ROW);
  });

  it('may be called twice, and takes vaults only', async () => {
    const { vault } = await createWorld();
    lockVault(vault);
    lockVault(vault);
    expect(() => lockVault({ ...vault })).toThrow(TypeError);
    expect(() => decryptRow({ ...vault }, diary, { id: 'x', payload: '' } as never)).toThrow(
      TypeError,
    );
  });

  it('leaves the public data readable', async () => {
    const { vault, header } = await createWorld();
    lockVault(vault);
    expect(vault).toMatchObject({ header, epoch: 1 });
    expect(vault.keys).toHaveLength(1);
  });
});

describe('a locked vault refuses', () => {
  const synchronous: [string, (vault: Vault) => unknown][] = [
    ['deriveKey', (vault) => deriveKey(vault, 'database')],
    ['fingerprintOf', fingerprintOf],
    ['pinOf', pinOf],
  ];
  it.each(synchronous)('%s', async (_, call) => {
    const { vault } = await createWorld();
    lockVault(vault);
    expect(() => call(vault)).toThrow(locked);
  });

  it('tryDecryptRow, without throwing', async () => {
    const { vault, sealed } = await createWorld();
    lockVault(vault);
    const result = tryDecryptRow(vault, diary, sealed);
    expect(result).toMatchObject({ ok: false, error: { code: 'LOCKED' } });
  });

  const changes: [string, (store: OpenStore, vault: Vault) => Promise<unknown>][] = [
    ['addSecret', (store, vault) => addSecret(store, vault, SECRET)],
    ['removeSlot', (store, vault) => removeSlot(store, vault, vault.slots[1]?.id ?? '')],
    ['replaceRecoveryKey', replaceRecoveryKey],
    ['rotateDataKey', rotateDataKey],
    ['rekeyVault', (store, vault) => rekeyVault(store, vault, { keep: [quick()] })],
    [
      'changePassword',
      (store, vault) =>
        changePassword(store, vault, { current: quick(), next: 'x', kdf: fastKdf() }),
    ],
  ];
  it.each(changes)('%s, and nothing is stored', async (_, change) => {
    const { store, vault } = await createWorld();
    const writes = store.writes.length;
    lockVault(vault);
    await expect(change(store, vault)).rejects.toEqual(locked);
    expect(store.writes).toHaveLength(writes);
  });

  it.each(changes)('%s when it is locked while the store is asked', async (_, change) => {
    const { store, vault } = await createWorld();
    const { header } = store;
    const loadHeader = store.loadHeader.bind(store);
    store.loadHeader = () => {
      lockVault(vault);
      return loadHeader();
    };
    await expect(change(store, vault)).rejects.toEqual(locked);
    expect(store.header).toBe(header);
  });
});
