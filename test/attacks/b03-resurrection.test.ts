import { describe, expect, it } from 'vitest';
import {
  decryptRow,
  decryptRowDetails,
  encryptDelete,
  encryptRow,
  mergeRows,
  reencryptRow,
  rotateDataKey,
} from '../../src/index.js';
import { payloadOf } from '../support/forged-rows.js';
import { CANARY, createWorld, diary, expectRefused, openFresh, ROW } from '../support/world.js';

describe('B03: a row can be neither doubled nor brought back', () => {
  it('refuses the ciphertext under a second id', async () => {
    const world = await createWorld();
    const { vault, sealed } = world;
    const copy = { ...sealed, id: 'r2' };
    const codes = ['ROW_AUTH_FAILED'] as const;
    await expectRefused(world, () => decryptRow(vault, diary, copy), { codes });
    await expectRefused(world, () => encryptDelete(vault, diary, copy), { codes });
    const edit = () => encryptRow(vault, diary, { ...ROW, id: 'r2' }, { previous: copy });
    await expectRefused(world, edit, { codes });
  });

  it('tells when a deleted row is served again, and keeps the delete in a merge', async () => {
    const world = await createWorld();
    const { vault, sealed } = world;
    const edited = encryptRow(vault, diary, { ...ROW, mood: 9 }, { previous: sealed });
    const deleted = encryptDelete(vault, diary, edited);
    for (const replayed of [sealed, edited]) {
      const { findings } = decryptRowDetails(vault, diary, replayed, { seen: deleted });
      expect(findings).toEqual([{ code: 'stale-row' }]);
      expect(mergeRows(vault, diary, deleted, replayed)).toBe(deleted);
      expect(mergeRows(vault, diary, replayed, deleted)).toBe(deleted);
    }
    await expectRefused(world, () => decryptRow(vault, diary, deleted), { codes: ['ROW_DELETED'] });
  });

  it('keeps the delete against an edit that another device made after it', async () => {
    const world = await createWorld();
    const other = await openFresh(world);
    const deleted = encryptDelete(world.vault, diary, world.sealed);
    const edited = encryptRow(other, diary, { ...ROW, text: 'later' }, { previous: world.sealed });
    expect(mergeRows(other, diary, edited, deleted)).toBe(deleted);
  });

  it('leaves nothing of the row in the delete', async () => {
    const { vault, sealed } = await createWorld();
    const deleted = encryptDelete(vault, diary, sealed);
    const bytes = Buffer.from(payloadOf(vault, diary, deleted));
    expect(bytes.includes(CANARY)).toBe(false);
    expect(bytes.subarray(0, 64).some((byte) => byte !== 0)).toBe(true);
    expect(bytes.subarray(64).every((byte) => byte === 0)).toBe(true);
  });

  it('brings the row back only by inserting it again, which no older delete undoes', async () => {
    const { vault, sealed } = await createWorld();
    const deleted = encryptDelete(vault, diary, sealed);
    const again = encryptRow(vault, diary, { ...ROW, text: 'again' }, { previous: deleted });
    expect(decryptRowDetails(vault, diary, again).life).toBe(3);
    for (const replayed of [sealed, deleted]) {
      expect(mergeRows(vault, diary, again, replayed)).toBe(again);
      const { findings } = decryptRowDetails(vault, diary, replayed, { seen: again });
      expect(findings).toEqual([{ code: 'stale-row' }]);
    }
  });

  it('keeps a delete deleted when its key is rotated', async () => {
    const { store, vault, sealed } = await createWorld();
    const deleted = encryptDelete(vault, diary, sealed);
    const next = await rotateDataKey(store, vault);
    const moved = reencryptRow(next, diary, deleted);
    expect(moved.payload).not.toBe(deleted.payload);
    expect(mergeRows(next, diary, moved, sealed)).toBe(moved);
  });

  it('refuses the delete of another row', async () => {
    const world = await createWorld();
    const { vault } = world;
    const deleted = encryptDelete(vault, diary, encryptRow(vault, diary, { ...ROW, id: 'r2' }));
    const moved = { ...world.sealed, payload: deleted.payload };
    const attack = () => decryptRow(vault, diary, moved);
    await expectRefused(world, attack, { codes: ['ROW_AUTH_FAILED'] });
  });

  // The documented limit: a device that never saw the delete can't miss it.
  it('is taken by a device that saw no delete', async () => {
    const world = await createWorld();
    encryptDelete(world.vault, diary, world.sealed);
    expect(decryptRow(await openFresh(world), diary, world.sealed)).toEqual(ROW);
  });
});
