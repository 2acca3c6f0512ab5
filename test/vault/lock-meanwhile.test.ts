import { expect, it } from 'vitest';
import {
  byPassword,
  byRecoveryKey,
  changePassword,
  decryptRow,
  encryptRow,
  lockVault,
  nobleAead,
  openVault,
  replaceRecoveryKey,
  rotateDataKey,
} from '../../src/index.js';
import { associatedDataOf, payloadOf } from '../support/forged-rows.js';
import { bytesOf, textOf } from '../support/header-surgeon.js';
import { createWorld, diary, PASSWORD, ROW } from '../support/world.js';
import { kdfWith } from './kdf-with.js';
import { quick } from './users.js';

const locked = expect.objectContaining({ code: 'LOCKED' });

it('locking while Argon2id runs stores nothing, and no slot around a wiped key', async () => {
  const { store, vault, kdf } = await createWorld();
  const writes = store.writes.length;
  const lockingKdf = kdfWith(() => lockVault(vault));
  const change = { current: byPassword(PASSWORD, { kdf }), next: 'next', kdf: lockingKdf };
  await expect(changePassword(store, vault, change)).rejects.toEqual(locked);
  expect(store.writes).toHaveLength(writes);
  await openVault(store, quick());
});

it('locking while the header is saved loses nothing: the change stands, its snapshot is locked', async () => {
  const { store, vault } = await createWorld();
  const saveHeader = store.saveHeader.bind(store);
  store.saveHeader = (change) => {
    lockVault(vault);
    return saveHeader(change);
  };
  const { vault: next, recoveryKey } = await replaceRecoveryKey(store, vault);
  expect(() => encryptRow(next, diary, ROW)).toThrow(locked);
  expect((await openVault(store, byRecoveryKey(recoveryKey))).header).toBe(next.header);
});

it('locking while another device is quick loses no recovery key either', async () => {
  const { store, vault } = await createWorld();
  const saveHeader = store.saveHeader.bind(store);
  store.saveHeader = async (change) => {
    await saveHeader(change);
    const other = store.otherDevice();
    await rotateDataKey(other, await openVault(other, quick()));
    lockVault(vault);
  };
  const { recoveryKey } = await replaceRecoveryKey(store, vault);
  await openVault(store.otherDevice(), byRecoveryKey(recoveryKey));
});

it('locking while a sealed row is read opens nothing under a key of zeros', async () => {
  const { vault, sealed } = await createWorld();
  const prefix = bytesOf(sealed.payload).subarray(0, 58);
  const ciphertext = nobleAead.seal(
    new Uint8Array(32),
    prefix.subarray(33, 57),
    payloadOf(vault, diary, sealed),
    associatedDataOf(vault, diary, sealed, prefix),
  );
  const row = { ...sealed, payload: textOf([...prefix, ...ciphertext]) };
  const { id } = sealed;
  const locking = () => {
    lockVault(vault);
    return id;
  };
  expect(() =>
    decryptRow(vault, diary, Object.defineProperty(row, 'id', { get: locking })),
  ).toThrow(locked);
});
