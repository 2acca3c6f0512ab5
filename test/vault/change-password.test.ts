import { describe, expect, it } from 'vitest';
import { KDF_POLICY } from '../../src/crypto/kdf.js';
import {
  byPassword,
  byRecoveryKey,
  bySecret,
  changePassword,
  createVault,
  decryptRow,
  openVault,
  removeSlot,
} from '../../src/index.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { fastKdf } from '../support/fast-kdf.js';
import { openStore } from '../support/open-store.js';
import { createWorld, diary, PASSWORD, ROW } from '../support/world.js';
import { quick, SECRET } from './users.js';

const NEXT = 'the next one';

describe('changePassword', () => {
  it('makes the new password open, the old one not, and touches no row', async () => {
    const { store, vault, sealed } = await createWorld();
    const next = await changePassword(store, vault, {
      current: quick(),
      next: NEXT,
      kdf: fastKdf(),
    });
    expect(next.epoch).toBe(vault.epoch + 1);
    expect(next.vaultKeyId).toBe(vault.vaultKeyId);
    const opened = await openVault(store.otherDevice(), quick(NEXT));
    for (const snapshot of [vault, next, opened]) {
      expect(decryptRow(snapshot, diary, sealed)).toEqual(ROW);
    }
    await expect(openVault(store, quick())).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
  });

  it('keeps the other slots as they are', async () => {
    const { store, vault, recoveryKey } = await createWorld();
    const next = await changePassword(store, vault, {
      current: quick(),
      next: NEXT,
      kdf: fastKdf(),
    });
    expect(next.slots.map(({ type }) => type)).toEqual(['password', 'recovery-key']);
    expect(next.slots[1]).toEqual(vault.slots[1]);
    await openVault(store, byRecoveryKey(recoveryKey));
  });

  it('takes the recovery key for a forgotten password', async () => {
    const { store, recoveryKey } = await createWorld();
    const phone = store.otherDevice();
    const current = byRecoveryKey(recoveryKey);
    const vault = await openVault(phone, current);
    await changePassword(phone, vault, { current, next: NEXT, kdf: fastKdf() });
    await openVault(store, quick(NEXT));
  });

  it('sets a first password', async () => {
    const store = openStore();
    const { vault } = await createVault(store, bySecret(SECRET));
    const current = bySecret(SECRET);
    const next = await changePassword(store, vault, { current, next: NEXT, kdf: fastKdf() });
    expect(next.slots.map(({ type }) => type)).toEqual(['password', 'secret', 'recovery-key']);
    await openVault(store, quick(NEXT));
    await openVault(store, current);
  });

  it('sets a password again after its slot was removed', async () => {
    const { store, vault, recoveryKey } = await createWorld();
    const without = await removeSlot(store, vault, vault.slots[0]?.id ?? '');
    const current = byRecoveryKey(recoveryKey);
    await changePassword(store, without, { current, next: NEXT, kdf: fastKdf() });
    await openVault(store, quick(NEXT));
  });

  it.each([
    ['a wrong password', quick('wrong')],
    ['a secret without a slot', bySecret(SECRET)],
  ])('refuses %s as current and changes nothing', async (_, current) => {
    const { store, vault, header } = await createWorld();
    const { pin } = store;
    const writes = store.writes.length;
    const kdf = fastKdf();
    const change = changePassword(store, vault, { current, next: NEXT, kdf });
    await expect(change).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
    expect(store).toMatchObject({ header, pin });
    expect(store.writes).toHaveLength(writes);
    expect(kdf.runs, 'no work for the new password').toBe(0);
  });

  it.each([
    ['empty', ''],
    ['a line break', 'two\nlines'],
    ['too long', 'x'.repeat(1025)],
    ['a lone surrogate', 'a\ud800'],
    ['bytes that are no UTF-8', Uint8Array.of(0xff, 0xfe)],
  ])('refuses a new password (%s) before any password work', async (_, next) => {
    const { store, vault, kdf, header } = await createWorld();
    const runs = kdf.runs;
    const change = { current: byPassword(PASSWORD, { kdf }), next, kdf };
    const changing = changePassword(store, vault, change);
    await expect(changing).rejects.toMatchObject({ code: 'PASSWORD_REFUSED' });
    expect(kdf.runs).toBe(runs);
    expect(store.header).toBe(header);
  });

  it('runs Argon2id once for each of the two passwords', async () => {
    const { store, vault, kdf } = await createWorld();
    const runs = kdf.runs;
    const current = byPassword(PASSWORD, { kdf });
    await changePassword(store, vault, { current, next: NEXT, kdf });
    expect(kdf.runs).toBe(runs + 2);
  });

  it('asks for no password work when the stored header is not this snapshot’s', async () => {
    const { store, vault, kdf } = await createWorld();
    const change = { current: byPassword(PASSWORD, { kdf }), next: NEXT, kdf };
    await changePassword(store, vault, change);
    const runs = kdf.runs;
    const again = changePassword(store, vault, change);
    await expect(again).rejects.toMatchObject({ code: 'HEADER_CONFLICT' });
    expect(kdf.runs).toBe(runs);
  });

  it('upgrades the costs of a vault that was made at the floor', async () => {
    const floor = { memoryKiB: 19 * 1024, passes: 2, lanes: 1 };
    const store = openStore();
    const { vault } = await createVault(store, { ...quick(), costs: floor });
    expect(parseHeader(vault.header).slots[0]?.content?.costs).toEqual(floor);
    const kdf = fastKdf();
    const next = await changePassword(store, vault, { current: quick(), next: PASSWORD, kdf });
    expect(parseHeader(next.header).slots[0]?.content?.costs).toEqual(KDF_POLICY);
    expect(kdf.requests).toMatchObject([KDF_POLICY]);
  });

  it('stops at the signal with its reason, and changes nothing', async () => {
    const { store, vault, header } = await createWorld();
    const controller = new AbortController();
    const reason = new Error('gone');
    const changing = changePassword(store, vault, {
      current: quick(),
      next: NEXT,
      kdf: fastKdf(),
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(changing).rejects.toBe(reason);
    expect(store.header).toBe(header);
  });
});
