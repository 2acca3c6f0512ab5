import { describe, expect, it } from 'vitest';
import {
  decryptRow,
  encryptRow,
  lockVault,
  openVault,
  rekeyVault,
  restoreHeader,
  rotateDataKey,
  type Vault,
  type VaultStore,
} from '../../src/index.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { type HeaderVersion, versionOf } from '../../src/keys/vault-store.js';
import { alter, bytesOf, forge, stolenKey, textOf } from '../support/header-surgeon.js';
import type { OpenStore } from '../support/open-store.js';
import { keysetWith } from '../support/plain-keyset.js';
import { createWorld, diary, expectRefused, ROW, type World } from '../support/world.js';
import { quick } from './users.js';

const retired = expect.objectContaining({ code: 'KEY_RETIRED' });

const rekeyed = async (store: VaultStore, vault: Vault) =>
  (await rekeyVault(store, vault, { keep: [quick()] })).vault;

/** A store that puts a header where none or a damaged one stands, as a careful server's SQL. */
function healing(store: OpenStore): VaultStore {
  return {
    loadHeader: () => store.loadHeader(),
    async saveHeader(change) {
      if (change.expected === null) store.header = change.header;
    },
    loadPin: () => store.loadPin(),
    savePin: (pin) => store.savePin(pin),
  };
}

/** The header with its last byte changed. */
function flipped(header: string): string {
  const bytes = bytesOf(header);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] as number) ^ 1;
  return textOf(bytes);
}

async function rotatedWorld(): Promise<World> {
  const world = await createWorld();
  const vault = await rotateDataKey(world.store, world.vault);
  return { ...world, vault, header: vault.header };
}

describe('a damaged header', () => {
  const damaged: Record<string, (world: World) => string> = {
    'cut short': ({ header }) => header.slice(0, 200),
    'no base64url': () => 'Bad Gateway <html>',
    'costs out of bounds': ({ header }) => {
      const bytes = bytesOf(header);
      bytes.fill(0xff, 110, 140);
      return textOf(bytes);
    },
    'another MAC': ({ header }) => flipped(header),
    'another epoch': ({ header }) =>
      alter(header, { epoch: 9, predecessors: Array(8).fill(new Uint8Array(32)) }),
  };

  it.each(Object.entries(damaged))('%s: is replaced where the store lets it', async (_, make) => {
    const world = await rotatedWorld();
    const { store, vault, header } = world;
    store.header = make(world);
    const any: VaultStore = {
      ...healing(store),
      async saveHeader(change) {
        store.header = change.header;
      },
    };
    expect(await restoreHeader(any, vault)).toEqual({ found: 'damaged', vault, addedKeys: [] });
    expect(store.header).toBe(header);
  });

  it.each(Object.entries(damaged))(
    '%s: else the user is told to remove it first',
    async (_, make) => {
      const world = await rotatedWorld();
      const { store, vault, header } = world;
      const text = make(world);
      store.header = text;
      const stubborn: VaultStore = { ...healing(store), saveHeader: async () => undefined };
      const attack = () => restoreHeader(stubborn, vault);
      const { message } = await expectRefused(world, attack, { codes: ['STORE_FAILED'] });
      expect(message).toContain('Remove it on the server first');
      expect(store.header).toBe(text);
      store.header = null; // an operator did
      expect((await restoreHeader(store, vault)).found).toBe('none');
      expect(store.header).toBe(header);
    },
  );

  it('asks the store for nothing but to put it where none is, when it can not be read', async () => {
    const { store, vault, header } = await rotatedWorld();
    store.header = header.slice(0, 200);
    expect((await restoreHeader(healing(store), vault)).found).toBe('damaged');
    expect(store.header).toBe(header);
  });

  it('is replaced in a store that compares the text that is left, and in one that noted versions', async () => {
    const { store, vault, header } = await rotatedWorld();
    const hashes = store; // computes the hash of what it holds
    for (const text of [header.slice(0, 200), flipped(header)]) {
      hashes.header = text;
      expect((await restoreHeader(hashes, vault)).found).toBe('damaged');
      expect(hashes.header).toBe(header);
    }
    const { epoch, hash } = versionOf(parseHeader(header));
    const noting = (noted: HeaderVersion): VaultStore => ({
      ...healing(store),
      async saveHeader({ expected, header: next }) {
        if (expected?.epoch === noted.epoch && expected.hash === noted.hash) store.header = next;
      },
    });
    store.header = 'Bad Gateway <html>';
    expect((await restoreHeader(noting({ epoch, hash }), vault)).found).toBe('damaged');
    expect(store.header).toBe(header);
    store.header = 'Bad Gateway <html>'; // in place of a newer one that was noted
    const restoring = restoreHeader(noting({ epoch: epoch + 1, hash: 'another' }), vault);
    await expect(restoring).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });

  it('keeps what the store threw as cause, also where it throws at once', async () => {
    const { store, vault, header } = await rotatedWorld();
    store.header = header.slice(0, 200);
    const cause = new Error('read-only');
    const throwing: VaultStore = {
      ...healing(store),
      saveHeader() {
        throw cause;
      },
    };
    const restoring = restoreHeader(throwing, vault);
    await expect(restoring).rejects.toMatchObject({ code: 'STORE_FAILED', cause });
  });

  it('is gone, or was replaced by a newer one meanwhile: the refusal says so', async () => {
    const { store, vault, header } = await rotatedWorld();
    const other = store.otherDevice();
    const newer = await rotateDataKey(other, await openVault(other, quick()));
    for (const [shown, code] of [
      [null, 'VAULT_MISSING'],
      [newer.header, 'done'],
      [(await createWorld()).header, 'HEADER_CONFLICT'],
    ] as const) {
      store.header = header.slice(0, 200);
      const acting: VaultStore = {
        ...healing(store),
        async saveHeader() {
          store.header = shown;
        },
      };
      const outcome = await restoreHeader(acting, vault).then(
        () => 'done',
        (error) => error.code,
      );
      expect(outcome).toBe(code);
    }
  });
});

describe('what restoreHeader refuses', () => {
  it("another user's vault, a header of a later version, a failing store", async () => {
    const world = await rotatedWorld();
    const { store, vault, header } = world;
    const other = (await createWorld()).header;
    const later = textOf([6, ...bytesOf(header).subarray(1)]);
    for (const [code, shown] of [
      ['VAULT_MISMATCH', other],
      ['UNSUPPORTED_VERSION', later],
    ] as const) {
      store.header = shown;
      await expectRefused(world, () => restoreHeader(store, vault), { codes: [code] });
      expect(store.header).toBe(shown);
    }
    store.header = null;
    const forgetful: VaultStore = { ...healing(store), saveHeader: async () => undefined };
    const restoring = restoreHeader(forgetful, vault);
    await expect(restoring).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });

  it('a vault that this device has left: another tab changed it, or remembers another one', async () => {
    const { store, vault } = await createWorld();
    const next = await rotateDataKey(store, vault);
    store.header = null;
    const stale = restoreHeader(store, vault);
    await expect(stale).rejects.toMatchObject({ code: 'HEADER_CONFLICT' });
    store.pin = (await createWorld()).store.pin;
    const mismatch = restoreHeader(store, next);
    await expect(mismatch).rejects.toMatchObject({ code: 'VAULT_MISMATCH' });
    expect(store.header).toBeNull();
  });

  it('a locked vault, also one locked while the store was busy, and what is no vault', async () => {
    const { store, vault } = await createWorld();
    await expect(restoreHeader({} as never, vault)).rejects.toThrow(TypeError);
    await expect(restoreHeader(store, { ...vault })).rejects.toThrow(TypeError);
    store.header = null;
    const busy: VaultStore = {
      ...healing(store),
      async loadHeader() {
        lockVault(vault);
        return null;
      },
    };
    await expect(restoreHeader(busy, vault)).rejects.toMatchObject({ code: 'LOCKED' });
    await expect(restoreHeader(store, vault)).rejects.toMatchObject({ code: 'LOCKED' });
    expect(store.header).toBeNull();
  });

  it('keys that a header of whoever lost access brings: their rows open only when accepted', async () => {
    const world = await createWorld();
    const { store, vault, header } = world;
    const thief = stolenKey(vault);
    const second = await rekeyed(store, vault);
    const third = await rotateDataKey(store, second);
    const dek = Uint8Array.from({ length: 32 }, (_, i) => i + 9);
    const predecessors = [parseHeader(header).hash];
    const keyset = keysetWith(header, [dek]);
    store.header = forge(header, thief, { epoch: 2, predecessors, keyset });
    const forger = await openVault(store.otherDevice(), quick());
    const row = encryptRow(forger, diary, ROW);
    const { vault: next, addedKeys } = await restoreHeader(store, third);
    expect(addedKeys).toHaveLength(1);
    expect(() => decryptRow(next, diary, row)).toThrow(retired);
  });
});
