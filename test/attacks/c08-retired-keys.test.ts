import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  byPassword,
  decryptRow,
  decryptRowDetails,
  encryptDelete,
  encryptRow,
  mergeRows,
  reencryptRow,
  rekeyVault,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import {
  createWorld,
  diary,
  expectRefused,
  openFresh,
  PASSWORD,
  ROW,
  type SealedDiaryRow,
  type World,
} from '../support/world.js';

const START = Date.UTC(2026, 10, 1);
const HOUR = 3_600_000;
const RETIRED = { codes: ['KEY_RETIRED'], structural: true } as const;

/** The world after a change, with the snapshot of somebody who still holds the keys from before. */
interface After {
  readonly world: World;
  readonly thief: Vault;
  readonly before: SealedDiaryRow;
}

async function sceneAfter(change: 'rotated' | 'revoked'): Promise<After> {
  const created = await createWorld();
  const thief = await openFresh(created);
  const before = encryptRow(thief, diary, { ...ROW, id: 'r2' });
  vi.setSystemTime(START + HOUR);
  const keep = [byPassword(PASSWORD, { kdf: created.kdf })];
  const { store } = created;
  const vault =
    change === 'rotated'
      ? await rotateDataKey(store, created.vault)
      : (await rekeyVault(store, created.vault, { keep })).vault;
  vi.setSystemTime(START + 2 * HOUR);
  return { world: { ...created, vault, header: vault.header }, thief, before };
}

/** Everything that a holder of the old key can write: a new row, an edit, a delete. */
function forgeries({ thief, before }: After): SealedDiaryRow[] {
  return [
    encryptRow(thief, diary, { ...ROW, id: 'r3' }),
    encryptRow(thief, diary, { ...ROW, id: 'r2', mood: 9 }, { previous: before }),
  ];
}

function findingsOf(vault: Vault, row: SealedDiaryRow): string[] {
  return decryptRowDetails(vault, diary, row).findings.map(({ code }) => code);
}

describe('C08: rows are forged under a key that was retired', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: START });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('opens rows under a rotated key, and reports those that were written later', async () => {
    const scene = await sceneAfter('rotated');
    const { vault } = scene.world;
    for (const row of forgeries(scene)) {
      expect(decryptRow(vault, diary, row).text).toBe(ROW.text);
      expect(findingsOf(vault, row)).toEqual(['retired-key']);
    }
    const deleted = encryptDelete(scene.thief, diary, scene.before);
    expect(findingsOf(vault, deleted as SealedDiaryRow)).toEqual(['retired-key']);
  });

  it('refuses rows under a revoked key that were written later, until the user accepts them', async () => {
    const scene = await sceneAfter('revoked');
    const { world } = scene;
    const deleted = encryptDelete(scene.thief, diary, scene.before) as SealedDiaryRow;
    for (const row of [...forgeries(scene), deleted]) {
      for (const attack of [
        () => decryptRow(world.vault, diary, row),
        () => decryptRowDetails(world.vault, diary, row),
        () => reencryptRow(world.vault, diary, row),
        () => encryptRow(world.vault, diary, { ...ROW, id: row.id }, { previous: row }),
      ]) {
        await expectRefused(world, attack, RETIRED);
      }
      const details = decryptRowDetails(world.vault, diary, row, { acceptRetired: true });
      expect(details.findings).toContainEqual({ code: 'retired-key' });
    }
  });

  it.each(['rotated', 'revoked'] as const)(
    'opens genuine old rows under a %s key without a finding',
    async (change) => {
      const { world, before } = await sceneAfter(change);
      for (const row of [world.sealed, before]) {
        expect(decryptRow(world.vault, diary, row).text).toBe(ROW.text);
        expect(findingsOf(world.vault, row)).toEqual([]);
      }
    },
  );

  it('keeps what was revoked revoked, and revokes what was only rotated', async () => {
    const rotated = await sceneAfter('rotated');
    const { store, kdf } = rotated.world;
    const inBetween = encryptRow(rotated.thief, diary, { ...ROW, id: 'r4' });
    vi.setSystemTime(START + 3 * HOUR);
    const keep = [byPassword(PASSWORD, { kdf })];
    const { vault: rekeyed } = await rekeyVault(store, rotated.world.vault, { keep });
    const vault = await rotateDataKey(store, rekeyed);
    expect(vault.keys.map(({ status }) => status)).toEqual([
      'primary',
      'rotated',
      'revoked',
      'revoked',
    ]);
    const world: World = { ...rotated.world, vault, header: vault.header };
    expect(decryptRow(vault, diary, inBetween).id).toBe('r4');
    vi.setSystemTime(START + 4 * HOUR);
    for (const row of forgeries(rotated)) {
      await expectRefused(world, () => decryptRow(vault, diary, row), RETIRED);
    }
  });

  it('judges by the stamp inside, so that re-encryption keeps genuine rows and admits no forged one', async () => {
    const scene = await sceneAfter('revoked');
    const { world, before } = scene;
    const moved = reencryptRow(world.vault, diary, before);
    expect(decryptRowDetails(world.vault, diary, moved).keyId).toBe(world.vault.keys[0]?.id);
    expect(findingsOf(world.vault, moved)).toEqual([]);
    const forged = encryptRow(scene.thief, diary, { ...ROW, id: 'r2' }, { previous: before });
    // Without a change there is no later stamp: nothing was forged.
    expect(decryptRow(world.vault, diary, forged)).toEqual({ ...ROW, id: 'r2' });
  });

  it('takes no time from a row that it refuses', async () => {
    const { world, thief, before } = await sceneAfter('revoked');
    const { vault } = world;
    vi.setSystemTime(START + 7 * HOUR);
    const ahead = encryptRow(thief, diary, { ...ROW, id: 'r2', mood: 9 }, { previous: before });
    vi.setSystemTime(START + 2 * HOUR);
    for (const attack of [
      () => decryptRow(vault, diary, ahead),
      () => decryptRowDetails(vault, diary, ahead),
      () => reencryptRow(vault, diary, ahead),
      () => encryptRow(vault, diary, { ...ROW, id: 'r2' }, { previous: ahead }),
      () => encryptDelete(vault, diary, ahead),
      () => mergeRows(vault, diary, before, ahead),
    ]) {
      await expectRefused(world, attack, RETIRED);
    }
    const next = encryptRow(vault, diary, ROW);
    expect(decryptRowDetails(vault, diary, next).lifeStamp.time).toBe(START + 2 * HOUR);
  });

  it('cannot catch a backdated stamp: the documented limit', async () => {
    const { world, thief } = await sceneAfter('revoked');
    vi.setSystemTime(START - HOUR);
    const fresh = encryptRow(thief, diary, { ...ROW, id: 'r5' });
    vi.setSystemTime(START + 2 * HOUR);
    // The thief's clock only moves forward from its last write, an hour before the revocation.
    expect(decryptRow(world.vault, diary, fresh).id).toBe('r5');
  });
});
