import { describe, expect, it } from 'vitest';
import {
  createVault,
  type HeaderChange,
  memoryStore,
  openVault,
  rotateDataKey,
  type VaultStore,
} from '../../src/index.js';
import { createWorld } from '../support/world.js';
import { quick } from './users.js';

describe('memoryStore', () => {
  it('begins empty, or with a header', async () => {
    const { header } = await createWorld();
    const empty = memoryStore();
    expect(await empty.loadHeader()).toBeNull();
    expect(await empty.loadPin()).toBeNull();
    const filled = memoryStore(header);
    expect(await filled.loadHeader()).toBe(header);
    expect(await filled.loadPin()).toBeNull();
  });

  it('refuses a text that is no header', () => {
    expect(() => memoryStore('')).toThrow(expect.objectContaining({ code: 'HEADER_MALFORMED' }));
    expect(() => memoryStore('AAAA')).toThrow(
      expect.objectContaining({ code: 'HEADER_MALFORMED' }),
    );
  });

  it('replaces a header only while the expected one is stored', async () => {
    const store = memoryStore();
    const changes: HeaderChange[] = [];
    const recording: VaultStore = {
      ...store,
      saveHeader: (change) => {
        changes.push(change);
        return store.saveHeader(change);
      },
    };
    const { vault } = await createVault(recording, quick());
    const next = await rotateDataKey(recording, vault);
    const [first, second] = changes as [HeaderChange, HeaderChange];
    expect(first).toMatchObject({ epoch: 1, expected: null, vaultId: vault.vaultId });
    const { epoch, hash } = first;
    expect(second).toMatchObject({ epoch: 2, expected: { epoch, hash }, header: next.header });

    const { hash: otherHash } = second;
    const stale = [null, { epoch, hash }, { epoch: 2, hash }, { epoch, hash: otherHash }];
    for (const expected of stale) {
      await store.saveHeader({ ...first, expected });
      expect(await store.loadHeader()).toBe(next.header);
    }
  });

  it('keeps pins apart from headers, and the last one', async () => {
    const store = memoryStore();
    await store.savePin('a');
    await store.savePin('b');
    expect(await store.loadPin()).toBe('b');
    expect(await store.loadHeader()).toBeNull();
  });

  it('shares nothing with another store', async () => {
    const { vault } = await createVault(memoryStore(), quick());
    const phone = memoryStore(vault.header);
    await rotateDataKey(phone, await openVault(phone, quick()));
    expect(await memoryStore(vault.header).loadHeader()).toBe(vault.header);
  });
});
