import { describe, expect, it } from 'vitest';
import {
  byPassword,
  decryptRow,
  decryptRowDetails,
  encryptRow,
  mergeRows,
  openVault,
} from '../../src/index.js';
import {
  createWorld,
  diary,
  expectHonestWorks,
  openFresh,
  openPinned,
  PASSWORD,
  ROW,
  type SealedDiaryRow,
  type World,
} from '../support/world.js';

/** Three versions of the world's row, each edited from the one before. */
function versionsOf({ vault, sealed }: World): [SealedDiaryRow, SealedDiaryRow, SealedDiaryRow] {
  const second = encryptRow(vault, diary, { ...ROW, mood: 4 }, { previous: sealed });
  const next = { ...ROW, mood: 5, text: 'third' };
  return [sealed, second, encryptRow(vault, diary, next, { previous: second })];
}

function codesOf(world: World, served: SealedDiaryRow, seen: SealedDiaryRow): string[] {
  const { findings } = decryptRowDetails(world.vault, diary, served, { seen });
  return findings.map(({ code }) => code);
}

describe('B01: an old payload of a row, served again', () => {
  it('is a finding on a device that saw a newer one', async () => {
    const world = await createWorld();
    const [v1, v2, v3] = versionsOf(world);
    expect(codesOf(world, v1, v3)).toEqual(['stale-row']);
    expect(codesOf(world, v2, v3)).toEqual(['stale-row']);
    expect(codesOf(world, v1, v2)).toEqual(['stale-row']);
    for (const [served, seen] of [
      [v3, v3],
      [v3, v2],
      [v2, v1],
    ] as const) {
      expect(codesOf(world, served, seen)).toEqual([]);
    }
    await expectHonestWorks(world);
  });

  it('changes nothing when it is merged, in either order, however often', async () => {
    const world = await createWorld();
    const [v1, v2, v3] = versionsOf(world);
    let held = v3;
    for (const replayed of [v1, v2, v1, v3, v2]) {
      held = mergeRows(world.vault, diary, held, replayed);
      expect(held).toBe(v3);
      expect(mergeRows(world.vault, diary, replayed, held)).toBe(v3);
    }
  });

  it('changes nothing on another device, after a restart, or sealed by another writer', async () => {
    const world = await createWorld();
    const [v1, , v3] = versionsOf(world);
    for (const vault of [await openPinned(world), await openFresh(world)]) {
      expect(mergeRows(vault, diary, v1, v3)).toBe(v3);
      const edited = encryptRow(vault, diary, { ...ROW, text: 'fourth' }, { previous: v3 });
      const merged = mergeRows(vault, diary, edited, v1);
      expect(merged).toBe(edited);
    }
  });

  it('does not win by being put under a later edit of the same device', async () => {
    const world = await createWorld();
    const [v1, , v3] = versionsOf(world);
    // The app was shown the old row and edited that: the newer columns are still newer.
    const edited = encryptRow(world.vault, diary, { ...ROW, mood: 0 }, { previous: v1 });
    const merged = mergeRows(world.vault, diary, v3, edited);
    expect(decryptRow(world.vault, diary, merged)).toEqual({ ...ROW, text: 'third', mood: 0 });
  });

  it('is no finding when another device wrote at the same time: that is a conflict to merge', async () => {
    const world = await createWorld();
    const { kdf, store, sealed, vault } = world;
    const other = await openVault(store.otherDevice(), byPassword(PASSWORD, { kdf }));
    const mine = encryptRow(vault, diary, { ...ROW, mood: 9 }, { previous: sealed });
    const theirs = encryptRow(other, diary, { ...ROW, text: 'theirs' }, { previous: sealed });
    expect(codesOf(world, theirs, mine)).toEqual([]);
    const merged = mergeRows(vault, diary, mine, theirs);
    expect(decryptRow(vault, diary, merged)).toEqual({ ...ROW, mood: 9, text: 'theirs' });
  });

  // The documented limit: nothing in a payload says that it is the latest one.
  it('is taken by a device that saw no newer one', async () => {
    const world = await createWorld();
    const [v1] = versionsOf(world);
    const { row, findings } = decryptRowDetails(await openFresh(world), diary, v1);
    expect(row).toEqual(ROW);
    expect(findings).toEqual([]);
  });
});
