import { describe, expect, it } from 'vitest';
import {
  decryptRow,
  dropRetiredKeys,
  encryptRow,
  openVault,
  rekeyVault,
  rotateDataKey,
} from '../../src/index.js';
import { createWorld, diary, ROW } from '../support/world.js';
import { noneLeft } from './closed-keys.js';
import { quick } from './users.js';

const KEY_LIMIT = 256;

describe('rotateDataKey', () => {
  it('seals new rows under a new key and opens the old ones', async () => {
    const { store, vault, sealed } = await createWorld();
    const next = await rotateDataKey(store, vault);
    expect(next.keys.map(({ status }) => status)).toEqual(['primary', 'rotated']);
    expect(next.keys[1]).toMatchObject({ id: vault.keys[0]?.id });
    const edited = encryptRow(next, diary, { ...ROW, text: 'edited' }, { previous: sealed });
    const fresh = await openVault(store.otherDevice(), quick());
    expect(decryptRow(fresh, diary, sealed)).toEqual(ROW);
    expect(decryptRow(fresh, diary, edited).text).toBe('edited');
    expect(() => decryptRow(vault, diary, edited)).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_KEY', keyId: next.keys[0]?.id }),
    );
  });

  it('leaves the earlier snapshot usable', async () => {
    const { store, vault } = await createWorld();
    const next = await rotateDataKey(store, vault);
    const late = encryptRow(vault, diary, ROW);
    expect(decryptRow(next, diary, late)).toEqual(ROW);
  });

  it('needs no secret, and refuses from a snapshot that is not the stored one', async () => {
    const { store, vault } = await createWorld();
    const next = await rotateDataKey(store, vault);
    await expect(rotateDataKey(store, vault)).rejects.toMatchObject({ code: 'HEADER_CONFLICT' });
    expect((await rotateDataKey(store, next)).epoch).toBe(3);
  });

  it('fills 256 keys and refuses another, losing nothing, until retired ones are dropped', async () => {
    const { store, vault, sealed } = await createWorld();
    let full = vault;
    while (full.keys.length < KEY_LIMIT) full = await rotateDataKey(store, full);
    const last = encryptRow(full, diary, ROW);
    const { header, pin } = store;

    await expect(rotateDataKey(store, full)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('dropRetiredKeys'),
    });
    const rekeying = rekeyVault(store, full, { keep: [quick()] });
    await expect(rekeying).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });

    expect(store).toMatchObject({ header, pin });
    for (const opened of [full, await openVault(store.otherDevice(), quick())]) {
      for (const row of [sealed, last]) expect(decryptRow(opened, diary, row)).toEqual(ROW);
    }

    const { vault: lean } = await dropRetiredKeys(store, full, { closeKeys: noneLeft });
    expect((await rotateDataKey(store, lean)).keys).toHaveLength(2);
  });
});
