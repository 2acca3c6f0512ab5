import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type AeadBackend,
  byPassword,
  changePassword,
  createVault,
  decryptRow,
  encryptRow,
  generateRecoveryKey,
  type KdfBackend,
  type Kek,
  lockVault,
  memoryStore,
  nobleAead,
  openVault,
  rekeyVault,
  replaceRecoveryKey,
  rotateDataKey,
  type VaultOpener,
  type VaultStore,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { createWorld, diary, expectHonestWorks, ROW } from '../support/world.js';
import { quick } from './users.js';

afterEach(() => vi.restoreAllMocks());

/** The default backend, remembering the buffers with keys in them, and failing when told. */
function watchedAead() {
  const secrets: Uint8Array[] = [];
  const state = { secrets, failing: false };
  const aead: AeadBackend = {
    name: 'watched',
    seal(key, nonce, plaintext, associatedData) {
      secrets.push(key, plaintext);
      if (state.failing) throw new Error('The backend broke.');
      return nobleAead.seal(key, nonce, plaintext, associatedData);
    },
    open: nobleAead.open,
  };
  return Object.assign(state, { aead });
}

const isWiped = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);

describe('a call that fails keeps no key', () => {
  it.each([
    ['rotateDataKey', rotateDataKey],
    ['replaceRecoveryKey', replaceRecoveryKey],
    ['rekeyVault', (s: VaultStore, v: never) => rekeyVault(s, v, { keep: [quick()] })],
  ] as const)('when the backend breaks in %s', async (_, change) => {
    const watched = watchedAead();
    const store = memoryStore();
    const { vault } = await createVault(store, quick(), { aead: watched.aead });
    watched.failing = true;
    watched.secrets.length = 0;
    await expect(change(store, vault as never)).rejects.toThrow('The backend broke.');
    lockVault(vault);
    expect(watched.secrets.length).toBeGreaterThan(0);
    expect(watched.secrets.every(isWiped)).toBe(true);
  });

  it('when the password is wrong', async () => {
    const kdf = fastKdf();
    const tags: Uint8Array[] = [];
    const watched: KdfBackend = {
      name: 'watched',
      async argon2id(request) {
        const tag = await kdf.argon2id(request);
        tags.push(tag);
        return tag;
      },
    };
    const world = await createWorld();
    const change = { current: byPassword('wrong', { kdf: watched }), next: 'next', kdf: watched };
    await expect(changePassword(world.store, world.vault, change)).rejects.toThrow();
    expect(tags).toHaveLength(1);
    expect(tags.every(isWiped)).toBe(true);
    await expectHonestWorks(world);
  });
});

describe('a broken backend does no harm', () => {
  it('that forgets the tag is found before a row or header is stored', async () => {
    const seal: AeadBackend['seal'] = (...parameters) =>
      nobleAead.seal(...parameters).slice(0, -16);
    const aead = { name: 'tagless', seal, open: nobleAead.open };
    const store = memoryStore();
    await expect(createVault(store, quick(), { aead })).rejects.toThrow();
    expect(await store.loadHeader()).toBeNull();
    const { store: good } = await createWorld();
    const vault = await openVault(good, quick(), { aead });
    expect(() => encryptRow(vault, diary, ROW)).toThrow(TypeError);
    const header = good.header;
    await expect(rotateDataKey(good, vault)).rejects.toThrow();
    expect(good.header).toBe(header);
  });

  it('that opens into a buffer it uses again does not change the keys of an open vault', async () => {
    const buffer = new Uint8Array(4096);
    const open: AeadBackend['open'] = (...parameters) => {
      const opened = nobleAead.open(...parameters);
      if (!opened) return null;
      buffer.set(opened);
      return buffer.subarray(0, opened.length);
    };
    const world = await createWorld();
    const aead = { name: 'one buffer', seal: nobleAead.seal, open };
    const vault = await openVault(world.store, quick(), { aead });
    buffer.fill(7);
    await rotateDataKey(world.store, vault);
    await openVault(world.store.otherDevice(), quick());
  });

  it.each([
    ['zeros', () => new Uint8Array(32)],
    ['too few bytes', () => Uint8Array.from({ length: 31 }, (_, i) => i)],
    ['text', () => 'tag' as never],
  ])('that derives %s from a password is refused', async (_, tag) => {
    const kdf: KdfBackend = { name: 'broken', argon2id: async () => tag() };
    const store = memoryStore();
    await expect(createVault(store, byPassword('x', { kdf }))).rejects.toThrow(TypeError);
    expect(await store.loadHeader()).toBeNull();
  });
});

describe('a store that fails after the header went in', () => {
  it.each(['loadHeader', 'savePin'] as const)(
    'in %s: says that the change may stand',
    async (name) => {
      const world = await createWorld();
      let sent = false;
      const unless = async <T>(failing: boolean, call: () => Promise<T>): Promise<T> => {
        if (failing) throw new Error('The network is gone.');
        return call();
      };
      const store: VaultStore = {
        async saveHeader(change) {
          await world.store.saveHeader(change);
          sent = true;
        },
        loadHeader: () => unless(sent && name === 'loadHeader', () => world.store.loadHeader()),
        loadPin: () => world.store.loadPin(),
        savePin: (pin) => unless(sent && name === 'savePin', () => world.store.savePin(pin)),
      };
      const next = generateRecoveryKey();
      const replacing = replaceRecoveryKey(store, world.vault, { recoveryKey: next });
      await expect(replacing).rejects.toMatchObject({
        code: 'STORE_FAILED',
        message: expect.stringContaining('the change may be in effect'),
      });
    },
  );
});

describe('rekeyVault', () => {
  it('does not keep the old recovery key by another name', async () => {
    const world = await createWorld();
    const { store, vault, recoveryKey } = world;
    const rekeying = rekeyVault(store, vault, { keep: [quick()], recoveryKey });
    await expect(rekeying).rejects.toThrow(TypeError);
    await expectHonestWorks(world);
  });
});

describe('buffers of other kinds', () => {
  it('a backend that returns Node Buffers works like any other', async () => {
    const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes);
    const aead: AeadBackend = {
      name: 'Buffers',
      seal: (...parameters) => asBuffer(nobleAead.seal(...parameters)),
      open(...parameters) {
        const opened = nobleAead.open(...parameters);
        return opened && asBuffer(opened);
      },
    };
    const store = memoryStore();
    const { vault } = await createVault(store, quick(), { aead });
    const sealed = encryptRow(vault, diary, ROW);
    const opened = await openVault(store, quick(), { aead });
    expect(decryptRow(opened, diary, sealed)).toEqual(ROW);
    await rotateDataKey(store, opened);
    await openVault(store, quick());
  });

  it('an opener that hands out one buffer twice wraps nothing under zeros', async () => {
    const world = await createWorld();
    const opener = quick();
    const slot = world.vault.slots[0];
    let kept: Uint8Array | undefined;
    const caching: VaultOpener = {
      ...opener,
      async deriveKek(parameters, onProgress) {
        kept ??= await opener.deriveKek(parameters, onProgress);
        return kept as Kek;
      },
    };
    const rekeying = rekeyVault(world.store, world.vault, { keep: [caching] });
    await expect(rekeying).rejects.toThrow(TypeError);
    expect(slot?.type).toBe('password');
    await expectHonestWorks(world);
  });
});

describe('a lock or failure between making a key and storing it', () => {
  it('leaves no fresh data key behind', async () => {
    const world = await createWorld();
    const drawn: Uint8Array[] = [];
    const real = crypto.getRandomValues.bind(crypto);
    vi.spyOn(crypto, 'getRandomValues').mockImplementation((into) => {
      drawn.push(into as unknown as Uint8Array);
      return real(into);
    });
    const loadPin = world.store.loadPin.bind(world.store);
    let loads = 0;
    world.store.loadPin = async () => {
      loads += 1;
      if (loads > 1) throw new Error('The disk is gone.');
      return loadPin();
    };
    const rotating = rotateDataKey(world.store, world.vault);
    await expect(rotating).rejects.toMatchObject({ code: 'STORE_FAILED' });
    lockVault(world.vault);
    // A draw is 32 bytes of check, then what is handed out: here the DEK.
    const keys = drawn.filter(({ length }) => length === 64).map((bytes) => bytes.subarray(32));
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.every(isWiped)).toBe(true);
  });
});
