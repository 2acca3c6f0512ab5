import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  byRecoveryKey,
  changePassword,
  createVault,
  decryptRow,
  defineTable,
  deriveKey,
  encrypted,
  encryptRow,
  fingerprintOf,
  keepUnlocked,
  lockVault,
  memoryStore,
  openVault,
  rekeyVault,
  resumeVault,
  rotateDataKey,
  tryDecryptRow,
} from '../../src/index.js';
import { memoryKeeper, vaultForTesting } from '../../src/testing/testing.js';
import { fastKdf } from '../support/fast-kdf.js';
import { quick } from '../vault/users.js';

const notes = defineTable('notes', { body: encrypted.text() });
const ROW = { id: 'n1', body: 'sealed in an earlier run' };
const FIXTURE = {
  id: 'n1',
  payload:
    'ARHG4dfPGMrn8T1wmXw7JsPGNHOzbnGjHforb__aYVaVALwAwObDVAoKxsTrhbor6Gu1uEc6PFsBAJIz0HDy-PVoWTihg4uevLH1jo3c4SQL4FVosHfbbpZz_LV-8Gtfb7B7f6BfpmEBXoa767x5XrDEEbFbfRuO82rVWpqsl8zvhHkYEWcLtq00SqYHxr3pA27vmwk_OwfpU_rYnhPU54QHnsy4EKUhxZpjc5fri3Y4WqW08zJB4XklvhiXaysYf6hYZuHnoxPgiepPuf04GpCkU5On-5BwySdJazCP7E7AMRSH5QBUv57PnrEeqADt3gQ8zt3c0y6dO8CdpOCabCy5GKmEYhiZNMBJ_IKfFHtFPFFT2DDwkfUCTvWkkti0csPk-4x2B3wqGzQZ5euv89J096Y-xBeQrcRuOPd0_ybhygzsM8FsDxD3',
};

afterEach(() => vi.restoreAllMocks());

describe('vaultForTesting', () => {
  it('opens what was sealed in an earlier run', () => {
    expect(decryptRow(vaultForTesting('ada').vault, notes, FIXTURE)).toEqual(ROW);
  });

  it('has the same keys for the same seed, and fresh nonces', () => {
    const [one, two] = [vaultForTesting('ada'), vaultForTesting('ada')];
    expect(two.vault.vaultId).toBe(one.vault.vaultId);
    expect(two.vault.vaultKeyId).toBe(one.vault.vaultKeyId);
    expect(two.vault.keys).toEqual(one.vault.keys);
    expect(two.recoveryKey).toBe(one.recoveryKey);
    expect(deriveKey(two.vault, 'database')).toEqual(deriveKey(one.vault, 'database'));
    expect(fingerprintOf(two.vault)).not.toBe(fingerprintOf(one.vault));
    expect(encryptRow(two.vault, notes, ROW)).not.toEqual(encryptRow(one.vault, notes, ROW));
  });

  it('has nothing in common for another seed', () => {
    const [ada, bea] = [vaultForTesting('ada'), vaultForTesting('Ada')];
    expect(bea.vault.vaultId).not.toBe(ada.vault.vaultId);
    expect(bea.vault.keys[0]?.id).not.toBe(ada.vault.keys[0]?.id);
    expect(bea.recoveryKey).not.toBe(ada.recoveryKey);
    const result = tryDecryptRow(bea.vault, notes, encryptRow(ada.vault, notes, ROW));
    expect(result).toMatchObject({ ok: false, error: { code: 'UNKNOWN_KEY' } });
  });

  it('opens from its store, which remembers it, by both of its secrets', async () => {
    const { vault, store, opener, recoveryKey } = vaultForTesting('ada');
    const sealed = encryptRow(vault, notes, ROW);
    for (const by of [opener, byRecoveryKey(recoveryKey)]) {
      const opened = await openVault(store, by);
      expect(opened).toEqual(vault);
      expect(opened.freshness).toBe('pinned');
      expect(decryptRow(opened, notes, sealed)).toEqual(ROW);
    }
    const phone = await openVault(memoryStore(vault.header), opener);
    expect(phone.freshness).toBe('first-use');
  });

  it('is a vault like any other: it changes, conflicts, locks and resumes', async () => {
    const { vault, store, opener } = vaultForTesting('ada');
    const kdf = fastKdf();
    const next = await changePassword(store, vault, { current: opener, next: 'new', kdf });
    await expect(rotateDataKey(store, vault)).rejects.toMatchObject({ code: 'HEADER_CONFLICT' });
    const rotated = await rotateDataKey(store, next);
    const keeper = memoryKeeper();
    await keepUnlocked(rotated, keeper);
    lockVault(vault);
    expect(() => encryptRow(rotated, notes, ROW)).toThrow();
    const resumed = await resumeVault(store, keeper);
    expect(resumed?.epoch).toBe(3);
    if (!resumed) return;
    const { vault: rekeyed } = await rekeyVault(store, resumed, { keep: [quick('new'), opener] });
    expect(decryptRow(rekeyed, notes, FIXTURE, { acceptRetired: true })).toEqual(ROW);
  });

  it('is there at once, without Argon2id or other slow work', async () => {
    const argon2id = await import('../../src/crypto/noble-argon2id.js');
    const run = vi.spyOn(argon2id.nobleArgon2id, 'argon2id');
    const { store, opener } = vaultForTesting('ada');
    await openVault(store, opener);
    expect(run).not.toHaveBeenCalled();
  });

  it('can be told from a real vault, in its id, its slot and its header', async () => {
    const { vault } = vaultForTesting('any seed at all');
    expect(vault.vaultId.slice(0, 12)).toBe('VEVTVE9OTFkh');
    expect(Buffer.from(vault.vaultId, 'base64url').toString('latin1')).toMatch(/^TESTONLY!/);
    expect(Buffer.from(vault.header, 'base64url').toString('latin1', 1)).toMatch(/^TESTONLY!/);
    const info = Buffer.from(vault.slots[0]?.info ?? '', 'base64url').toString();
    expect(info).toContain('never in production');
    const { vault: real } = await createVault(memoryStore(), quick());
    expect(real.vaultId).not.toContain('VEVTVE9OTFkh');
  });

  it.each([
    ['nothing', undefined],
    ['empty text', ''],
    ['a number', 1],
    ['bytes', Uint8Array.of(1)],
    ['half a character', '\ud83d'],
  ])('refuses %s as its seed', (_, seed) => {
    expect(() => vaultForTesting(seed as string)).toThrow(TypeError);
  });
});
