import { describe, expect, it, vi } from 'vitest';
import type { VaultKey } from '../../src/crypto/key-types.js';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import {
  addSecret,
  byRecoveryKey,
  generateRecoveryKey,
  lockVault,
  memoryStore,
  openVault,
  proveRecoveryKey,
  rekeyVault,
  removeSlot,
  replaceRecoveryKey,
  rotateDataKey,
  type Vault,
  type VaultStore,
} from '../../src/index.js';
import { wrapVaultKey } from '../../src/keys/opener.js';
import { recoveryProofOf } from '../../src/keys/recovery-proof.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { alter, forge, slotOf, stolenKey } from '../support/header-surgeon.js';
import { createWorld, expectRefused, openFresh, openPinned } from '../support/world.js';
import { quick, SECRET } from './users.js';

const NOW = Date.UTC(2026, 10, 1, 12);

function proofOf({ header }: Pick<Vault, 'header'>) {
  return recoveryProofOf(parseHeader(header));
}

/** A vault whose recovery key was proved, at a known time. */
async function provedWorld() {
  const world = await createWorld();
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  try {
    const vault = await proveRecoveryKey(world.store, world.vault, world.recoveryKey);
    return { ...world, vault, header: vault.header };
  } finally {
    vi.useRealTimers();
  }
}

describe('proveRecoveryKey', () => {
  it('notes in the header which key was proved, and when', async () => {
    const world = await provedWorld();
    const { id } = slotOf(world.header, 'recovery-key');
    for (const vault of [world.vault, await openFresh(world), await openPinned(world)]) {
      expect(proofOf(vault)).toEqual({ slotId: id, provedAt: NOW });
    }
    expect(world.vault).toMatchObject({ epoch: 2, slots: (await openFresh(world)).slots });
  });

  it('takes the key as somebody types it, and a later proof in place of the earlier', async () => {
    const { store, vault, recoveryKey } = await provedWorld();
    const typed = recoveryKey.toLowerCase().replaceAll('-', ' ');
    const next = await proveRecoveryKey(store, vault, typed);
    expect(proofOf(next)?.provedAt).toBeGreaterThan(NOW);
    expect(parseHeader(next.header).extensions).toHaveLength(1);
  });

  it('takes a clock from before 1970 for 1970', async () => {
    const { store, vault, recoveryKey } = await createWorld();
    vi.useFakeTimers({ toFake: ['Date'], now: -5 });
    try {
      expect(proofOf(await proveRecoveryKey(store, vault, recoveryKey))?.provedAt).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('says that the key is wrong without asking the store', async () => {
    const world = await provedWorld();
    const silent = { loadHeader: 0, saveHeader: 0, loadPin: 0, savePin: 0 };
    const store = Object.fromEntries(
      Object.keys(silent).map((name) => [name, () => Promise.reject(new Error('offline'))]),
    ) as unknown as VaultStore;
    const prove = (key: string) => () => proveRecoveryKey(store, world.vault, key);
    const mistyped = world.recoveryKey.replace(/.$/, (last) => (last === '0' ? '2' : '0'));
    await expectRefused(world, prove(mistyped), { codes: ['RECOVERY_KEY_TYPO'] });
    await expectRefused(world, prove(generateRecoveryKey()), { codes: ['UNLOCK_FAILED'] });
    await expectRefused(world, prove(world.recoveryKey), { codes: ['STORE_FAILED'] });
    await expect(prove('a key')()).rejects.toMatchObject({ code: 'RECOVERY_KEY_TYPO' });
    await expect(proveRecoveryKey({} as never, world.vault, 'a key')).rejects.toThrow(TypeError);
    lockVault(world.vault);
    await expect(prove(world.recoveryKey)()).rejects.toMatchObject({ code: 'LOCKED' });
  });

  it('proves nothing by a slot that wraps another vault key', async () => {
    const { vault, header, recoveryKey } = await createWorld();
    const { vaultId } = parseHeader(header);
    const other = Uint8Array.from({ length: 32 }, (_, i) => i + 1) as VaultKey;
    const opener = byRecoveryKey(recoveryKey);
    const slots = [
      slotOf(header, 'password'),
      await wrapVaultKey(vaultId, other, opener, nobleAead, {}),
    ];
    const store = memoryStore(forge(header, stolenKey(vault), { slots }));
    const proving = proveRecoveryKey(store, await openVault(store, quick()), recoveryKey);
    await expect(proving).rejects.toMatchObject({ code: 'UNLOCK_FAILED' });
  });
});

describe('a proof', () => {
  it('stays while the vault changes in other ways', async () => {
    const { store, vault } = await provedWorld();
    const proof = proofOf(vault);
    const withSecret = await addSecret(store, vault, SECRET);
    const rotated = await rotateDataKey(store, withSecret);
    const slot = rotated.slots.find(({ type }) => type === 'secret');
    const removed = await removeSlot(store, rotated, slot?.id as string);
    for (const next of [withSecret, rotated, removed]) expect(proofOf(next)).toEqual(proof);
  });

  it.each<[string, (store: VaultStore, vault: Vault) => Promise<Vault>]>([
    ['replaceRecoveryKey', async (...args) => (await replaceRecoveryKey(...args)).vault],
    [
      'rekeyVault',
      async (store, vault) => (await rekeyVault(store, vault, { keep: [quick()] })).vault,
    ],
    [
      'removeSlot',
      (store, vault) => {
        const slot = vault.slots.find(({ type }) => type === 'recovery-key');
        return removeSlot(store, vault, slot?.id as string);
      },
    ],
  ])('is void after %s, and leaves the header', async (_, change) => {
    const { store, vault } = await provedWorld();
    const next = await change(store, vault);
    expect(proofOf(next)).toBeNull();
    expect(parseHeader(next.header).extensions).toEqual([]);
  });

  it('is none in a header without one, of another slot, of another type, or of another length', async () => {
    const { header, vault } = await createWorld();
    const { extensions } = parseHeader((await provedWorld()).header);
    const proof = (await provedWorld()).header;
    const bytes = parseHeader(proof).extensions[0]?.bytes as Uint8Array;
    const password = slotOf(proof, 'password').id;
    const ofPassword = Uint8Array.from([...password, ...bytes.subarray(8)]);
    expect(proofOf({ header })).toBeNull();
    expect(recoveryProofOf({ ...parseHeader(header), extensions })).toBeNull();
    for (const wrong of [
      ofPassword,
      bytes.subarray(1),
      new Uint8Array(0),
      Uint8Array.of(...bytes, 0),
    ]) {
      expect(
        proofOf({ header: alter(proof, { extensions: [{ id: 1, bytes: wrong }] }) }),
      ).toBeNull();
    }
    const moved = alter(proof, { extensions: [{ id: 2, bytes }] });
    expect(proofOf({ header: moved })).toBeNull();
    // Authentic and unreadable: it says nothing, and goes with the next change.
    const unreadable = [{ id: 1, bytes: bytes.subarray(1) }];
    const store = memoryStore(forge(header, stolenKey(vault), { extensions: unreadable }));
    const opened = await openVault(store, quick());
    expect(parseHeader((await rotateDataKey(store, opened)).header).extensions).toEqual([]);
  });

  it('stands among extensions of later versions in their order, and refuses where they leave no room', async () => {
    const { header, vault, recoveryKey } = await createWorld();
    const later = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ id: i * 2, bytes: Uint8Array.of(i) }));
    const prove = async (count: number) => {
      const store = memoryStore(forge(header, stolenKey(vault), { extensions: later(count) }));
      return proveRecoveryKey(store, await openVault(store, quick()), recoveryKey);
    };
    const { extensions } = parseHeader((await prove(15)).header);
    expect(extensions.slice(0, 3).map(({ id }) => id)).toEqual([0, 1, 2]);
    expect(extensions).toHaveLength(16);
    await expect(prove(16)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});
