import { describe, expect, it } from 'vitest';
import { byPassword, encryptRow, type KdfBackend, openVault } from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { createWorld, diary, PASSWORD, ROW } from '../support/world.js';
import { quick } from './users.js';

describe('openVault, aborted', () => {
  it('before it began: no password work', async () => {
    const { store, kdf } = await createWorld();
    const runs = kdf.runs;
    const signal = AbortSignal.abort(new Error('gone'));
    const opening = openVault(store, byPassword(PASSWORD, { kdf }), { signal });
    await expect(opening).rejects.toBe(signal.reason);
    expect(kdf.runs).toBe(runs);
  });

  it('in the middle: with the reason, and without remembering the header', async () => {
    const { store } = await createWorld();
    const phone = store.otherDevice();
    const controller = new AbortController();
    const reason = new Error('gone');
    const shares: number[] = [];
    const opening = openVault(phone, quick(), {
      signal: controller.signal,
      onProgress(share) {
        shares.push(share);
        controller.abort(reason);
      },
    });
    await expect(opening).rejects.toBe(reason);
    expect(shares, 'no further work').toEqual([0.5]);
    expect(phone.pin).toBeNull();
  });

  it('at the end of a backend that reports no progress', async () => {
    const { store } = await createWorld();
    const phone = store.otherDevice();
    const controller = new AbortController();
    const keks: Uint8Array[] = [];
    const kdf: KdfBackend = {
      name: 'silent',
      async argon2id({ onProgress, ...request }) {
        const kek = await fastKdf().argon2id(request);
        controller.abort();
        keks.push(kek);
        return kek;
      },
    };
    const opening = openVault(phone, byPassword(PASSWORD, { kdf }), { signal: controller.signal });
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
    expect(phone.pin).toBeNull();
    expect(keks, 'wiped').toEqual([new Uint8Array(32)]);
  });

  it('by anything that looks like a signal, even without a reason', async () => {
    const { store } = await createWorld();
    const opening = openVault(store, quick(), { signal: { aborted: true } });
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('after it ended: no effect', async () => {
    const { store } = await createWorld();
    const controller = new AbortController();
    const vault = await openVault(store, quick(), { signal: controller.signal });
    controller.abort();
    expect(encryptRow(vault, diary, ROW).id).toBe(ROW.id);
  });
});
