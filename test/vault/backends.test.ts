import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type AeadBackend,
  adoptHeader,
  byPassword,
  byRecoveryKey,
  bySecret,
  changePassword,
  createVault,
  decryptRow,
  encryptRow,
  type KdfBackend,
  nobleAead,
  openVault,
  rekeyVault,
  rotateDataKey,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { openStore } from '../support/open-store.js';
import { createWorld, diary, PASSWORD, ROW } from '../support/world.js';
import { quick, SECRET } from './users.js';

/** The default backend, and which of its calls came. */
function countingAead(): AeadBackend & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    name: 'counting',
    calls,
    seal(...parameters) {
      calls.push('seal');
      return nobleAead.seal(...parameters);
    },
    open(...parameters) {
      calls.push('open');
      return nobleAead.open(...parameters);
    },
  };
}

const seals = (count: number): string[] => Array<string>(count).fill('seal');

describe('an AEAD backend', () => {
  it('does all the sealing of createVault and of the vault it made', async () => {
    const aead = countingAead();
    const store = openStore();
    const { vault } = await createVault(store, quick(), { aead });
    // Two slots; the keyset, opened once before it is stored.
    expect(aead.calls.splice(0)).toEqual([...seals(3), 'open']);
    const sealed = encryptRow(vault, diary, ROW);
    decryptRow(vault, diary, sealed);
    expect(aead.calls.splice(0)).toEqual(['seal', 'open']);
    await changePassword(store, vault, { current: quick(), next: 'next', kdf: fastKdf() });
    // The old slot; the new slot and the keyset.
    expect(aead.calls).toEqual(['open', 'seal', 'seal', 'open']);
  });

  it('that answers in one buffer again and again opens vaults and rows, and loses no key', async () => {
    const { store, sealed } = await createWorld();
    const scratch = new Uint8Array(4096);
    const thrifty: AeadBackend = {
      ...nobleAead,
      open(...parameters) {
        const opened = nobleAead.open(...parameters);
        scratch.fill(9).set(opened ?? []);
        return opened && scratch.subarray(0, opened.length);
      },
    };
    const vault = await openVault(store, quick(), { aead: thrifty });
    const rows = [encryptRow(vault, diary, ROW), sealed];
    for (const row of rows) expect(decryptRow(vault, diary, row)).toEqual(ROW);
    await rotateDataKey(store, vault);
    const plain = await openVault(store, quick());
    for (const row of rows) expect(decryptRow(plain, diary, row)).toEqual(ROW);
  });

  it('is left no plaintext in the buffers that it was given, even if it throws', async () => {
    const { store } = await createWorld();
    const given: Uint8Array[] = [];
    let throws = false;
    const keeping: AeadBackend = {
      ...nobleAead,
      seal(key, nonce, plaintext, associatedData) {
        given.push(plaintext, associatedData);
        if (throws) throw new Error('The token was pulled out.');
        return nobleAead.seal(key, nonce, plaintext, associatedData);
      },
    };
    const vault = await openVault(store, quick(), { aead: keeping });
    const rows = [ROW, { ...ROW, text: 'long '.repeat(1000) }];
    for (const row of rows) {
      encryptRow(vault, diary, row);
      throws = true;
      expect(() => encryptRow(vault, diary, row)).toThrow('pulled out');
      throws = false;
    }
    expect(given).toHaveLength(8);
    for (const bytes of given) expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('that forgets the tag of a row makes none', async () => {
    const { store } = await createWorld();
    const tagless: AeadBackend = {
      ...nobleAead,
      name: 'tagless',
      seal: (...parameters) => nobleAead.seal(...parameters).slice(0, -16),
    };
    const vault = await openVault(store, quick(), { aead: tagless });
    const failure = expect.objectContaining({ message: expect.stringContaining("'tagless'") });
    expect(() => encryptRow(vault, diary, ROW)).toThrow(failure);
    expect(() => encryptRow(vault, diary, ROW)).toThrow(TypeError);
  });

  it('does all the opening of openVault, and goes with every later snapshot', async () => {
    const { store, sealed } = await createWorld();
    const aead = countingAead();
    const vault = await openVault(store, quick(), { aead });
    // Slot and keyset.
    expect(aead.calls.splice(0)).toEqual(['open', 'open']);
    const rotated = await rotateDataKey(store, vault);
    expect(aead.calls.splice(0)).toEqual(['seal', 'open']);
    const { vault: next } = await rekeyVault(store, rotated, { keep: [quick()] });
    // The kept slot; then it, the recovery key's and the keyset.
    expect(aead.calls.splice(0)).toEqual(['open', ...seals(3), 'open']);
    expect(decryptRow(next, diary, sealed)).toEqual(ROW);
    encryptRow(next, diary, ROW);
    expect(aead.calls).toEqual(['open', 'seal']);
  });

  it('does all of adoptHeader', async () => {
    const { store, vault, header } = await createWorld();
    const other = store.otherDevice();
    const there = await openVault(other, quick());
    await rotateDataKey(store, vault);
    store.header = header;
    await rotateDataKey(other, there);
    const aead = countingAead();
    const adopted = await adoptHeader(store, quick(), { aead });
    // Slot, stored keyset and remembered keyset; then the next keyset.
    expect(aead.calls.splice(0)).toEqual(['open', 'open', 'open', 'seal', 'open']);
    encryptRow(adopted.vault, diary, ROW);
    expect(aead.calls).toEqual(['seal']);
  });

  it('opens what another one sealed', async () => {
    const aead = countingAead();
    const store = openStore();
    const { vault } = await createVault(store, quick(), { aead });
    const sealed = encryptRow(vault, diary, ROW);
    const opened = await openVault(store.otherDevice(), quick());
    expect(decryptRow(opened, diary, sealed)).toEqual(ROW);
  });
});

describe('a KDF backend', () => {
  it('gets the prepared password, a salt of its own per slot, and the policy’s costs', async () => {
    const kdf = fastKdf();
    const store = openStore();
    await createVault(store, byPassword('A\u030a \u00a0x', { kdf }));
    await openVault(store, byPassword('\u00c5  x', { kdf }));
    await createVault(openStore(), byPassword('other', { kdf }));
    const [made, opened, other] = kdf.requests;
    const costs = { memoryKiB: 64 * 1024, passes: 3, lanes: 1 };
    expect(made).toMatchObject(costs);
    expect(made?.password).toEqual(new TextEncoder().encode('\u00c5  x'));
    expect(opened).toMatchObject({ ...costs, password: made?.password, salt: made?.salt });
    expect(made?.salt).toHaveLength(16);
    expect(other?.salt).not.toEqual(made?.salt);
  });

  it('that fails ends the call with its own error, and nothing is stored', async () => {
    const failure = new Error('no memory');
    const kdf: KdfBackend = { name: 'failing', argon2id: () => Promise.reject(failure) };
    const store = openStore();
    await expect(createVault(store, byPassword(PASSWORD, { kdf }))).rejects.toBe(failure);
    expect(store.writes).toEqual([]);
    const world = await createWorld();
    const opening = openVault(world.store, byPassword(PASSWORD, { kdf }));
    await expect(opening).rejects.toBe(failure);
  });
});

describe('where only an interpreter runs', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('a password needs a native backend, other secrets do not', async () => {
    vi.stubGlobal('HermesInternal', {});
    const required = expect.objectContaining({ code: 'KDF_BACKEND_REQUIRED' });
    expect(() => byPassword(PASSWORD)).toThrow(required);

    const { store, vault, recoveryKey, header } = await createWorld();
    const change = { current: quick(), next: 'next' };
    await expect(changePassword(store, vault, change)).rejects.toEqual(required);
    expect(store.header).toBe(header);

    await openVault(store, quick());
    await openVault(store, byRecoveryKey(recoveryKey));
    await createVault(openStore(), bySecret(SECRET));
  });
});
