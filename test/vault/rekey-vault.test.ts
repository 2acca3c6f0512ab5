import { describe, expect, it } from 'vitest';
import {
  addSecret,
  byPassword,
  byRecoveryKey,
  bySecret,
  decryptRow,
  deriveKey,
  encryptRow,
  generateRecoveryKey,
  openVault,
  rekeyVault,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { createWorld, diary, expectHonestWorks, PASSWORD, ROW } from '../support/world.js';
import { quick, SECRET } from './users.js';

const OTHER_SECRET = SECRET.map((byte) => byte + 100);
const INFO = new TextEncoder().encode('my phone');

describe('rekeyVault', () => {
  it('makes new keys, keeps the kept, and tells what it dropped', async () => {
    const { store, vault, recoveryKey: old } = await createWorld();
    const one = await addSecret(store, vault, SECRET, { info: INFO });
    const two = await addSecret(store, one, OTHER_SECRET);
    const keep = [quick(), bySecret(SECRET)];
    const { vault: next, recoveryKey, dropped } = await rekeyVault(store, two, { keep });

    expect(next.vaultId).toBe(two.vaultId);
    expect(next.vaultKeyId).not.toBe(two.vaultKeyId);
    expect(next.keys.map(({ status }) => status)).toEqual(['primary', 'revoked']);
    expect(next.slots.map(({ type }) => type)).toEqual(['password', 'secret', 'recovery-key']);
    expect(next.slots[1]?.info, 'info of a kept slot').toBe(one.slots[2]?.info);
    expect(dropped).toEqual([two.slots[1], two.slots[3]]);

    for (const opener of [quick(), bySecret(SECRET), byRecoveryKey(recoveryKey)]) {
      await openVault(store.otherDevice(), opener);
    }
    for (const opener of [byRecoveryKey(old), bySecret(OTHER_SECRET)]) {
      const opening = openVault(store.otherDevice(), opener);
      await expect(opening).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
    }
  });

  it('opens what was written before, and derives what was derived before', async () => {
    const { store, vault, sealed } = await createWorld();
    const before = deriveKey(vault, 'database');
    const { vault: next } = await rekeyVault(store, vault, { keep: [quick()] });
    const fresh = await openVault(store.otherDevice(), quick());
    for (const snapshot of [next, fresh]) {
      expect(decryptRow(snapshot, diary, sealed)).toEqual(ROW);
      expect(deriveKey(snapshot, 'database')).not.toEqual(before);
      const { vaultKeyId } = vault;
      expect(deriveKey(snapshot, 'database', { vaultKeyId })).toEqual(before);
    }
  });

  it('takes a recovery key that the user has confirmed, and then needs no other secret', async () => {
    const { store, vault, sealed } = await createWorld();
    const printed = generateRecoveryKey();
    const result = await rekeyVault(store, vault, { keep: [], recoveryKey: printed });
    expect(result.recoveryKey).toBe(printed);
    expect(result.dropped).toEqual(vault.slots);
    const fresh = await openVault(store.otherDevice(), byRecoveryKey(printed));
    expect(decryptRow(fresh, diary, sealed)).toEqual(ROW);
  });

  it.each([
    ['a wrong password', { keep: [quick('wrong')] }, { code: 'UNLOCK_FAILED' }],
    ['a secret without a slot', { keep: [quick(), bySecret(SECRET)] }, { code: 'UNLOCK_FAILED' }],
    ['a passkey and nothing else', { keep: [bySecret(SECRET)] }, { name: 'TypeError' }],
    ['nothing to keep', { keep: [] }, { name: 'TypeError' }],
    ['a recovery key', { keep: [byRecoveryKey(generateRecoveryKey())] }, { name: 'TypeError' }],
    ['a typo', { keep: [], recoveryKey: '0000' }, { code: 'RECOVERY_KEY_TYPO' }],
  ])('refuses %s and changes nothing', async (_, options, refusal) => {
    const world = await createWorld();
    const { store, vault, header } = world;
    await expect(rekeyVault(store, vault, options)).rejects.toMatchObject(refusal);
    expect(store.header).toBe(header);
    await expectHonestWorks(world);
  });

  it('runs Argon2id twice for a kept password: to open its slot and to make the new one', async () => {
    const { store, vault, kdf } = await createWorld();
    const runs = kdf.runs;
    await rekeyVault(store, vault, { keep: [byPassword(PASSWORD, { kdf })] });
    expect(kdf.runs).toBe(runs + 2);
  });

  it('refuses a row that is written later under a revoked key, until the user accepts it', async () => {
    const { store, vault } = await createWorld();
    const { vault: next } = await rekeyVault(store, vault, { keep: [quick()] });
    const late = encryptRow(vault, diary, ROW);
    expect(() => decryptRow(next, diary, late)).toThrow(
      expect.objectContaining({ code: 'KEY_RETIRED' }),
    );
    expect(decryptRow(next, diary, late, { acceptRetired: true })).toEqual(ROW);
  });
});

describe('a device that was away for long', () => {
  it('follows 40 changes with several rekeyings, and keeps every row and derived key', async () => {
    const { store, vault, sealed } = await createWorld();
    const away = store.otherDevice();
    await openVault(away, quick());
    const rows = [sealed];
    const derived = [{ id: vault.vaultKeyId, key: deriveKey(vault, 'database') }];

    let current: Vault = vault;
    for (let change = 1; change <= 40; change++) {
      current =
        change % 10 === 0
          ? (await rekeyVault(store, current, { keep: [quick()] })).vault
          : await rotateDataKey(store, current);
      rows.push(encryptRow(current, diary, ROW));
      derived.push({ id: current.vaultKeyId, key: deriveKey(current, 'database') });
    }

    const back = await openVault(away, quick());
    expect(back).toMatchObject({ epoch: 41, freshness: 'pinned', header: current.header });
    for (const row of rows) expect(decryptRow(back, diary, row)).toEqual(ROW);
    for (const { id, key } of derived) {
      expect(deriveKey(back, 'database', { vaultKeyId: id })).toEqual(key);
    }
  });
});
