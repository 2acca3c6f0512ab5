import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { bundleCore } from '../support/bundle.js';
import { fastKdf } from '../support/fast-kdf.js';
import { PASSWORD } from '../support/world.js';

type Rowseal = typeof import('../../src/index.js');

const working = globalThis.crypto;
let counter = 0;

/** Generators that are missing, or that give something else than randomness. */
const broken: Readonly<Record<string, unknown>> = {
  'no crypto': undefined,
  'crypto without getRandomValues': {},
  'getRandomValues that is no function': { getRandomValues: 4 },
  'one that throws': generator(() => {
    throw new Error('QuotaExceededError');
  }),
  'one that fills nothing': generator(() => {}),
  'one that returns other bytes instead of filling': {
    getRandomValues: (into: Uint8Array) => working.getRandomValues(into.slice()),
  },
  'one that fills zeros': generator((into) => into.fill(0)),
  'one that fills ones': generator((into) => into.fill(0xff)),
  'one that fills the same each time': generator((into) => into.fill(0).set([4, 2, 9])),
  'one that starts over at each call': generator((into) =>
    into.forEach((_, i) => {
      into[i] = (i * 197 + 11) % 251;
    }),
  ),
  'one with a period of 32 bytes': generator((into) =>
    into.forEach((_, i) => {
      into[i] = ((i % 32) * 7 + counter) & 0xff;
    }),
  ),
  'one that alternates between two states': generator((into) => {
    counter += 1;
    into.fill(0).set([counter % 2, 7, 7]);
  }),
  'one that fills only the first 32 bytes': generator((into) => {
    working.getRandomValues(into.subarray(0, 32));
  }),
};

function generator(fill: (into: Uint8Array) => unknown): object {
  return {
    getRandomValues(into: Uint8Array) {
      fill(into);
      return into;
    },
  };
}

function breakCrypto(name: string): void {
  vi.stubGlobal('crypto', broken[name]);
}

async function freshCopy(): Promise<Rowseal> {
  vi.resetModules();
  return import('../../src/index.js');
}

/** A vault with two rows to merge, made while the generator still worked. */
async function scene(rowseal: Rowseal) {
  const { createVault, byPassword, defineTable, encrypted, encryptRow, rotateDataKey } = rowseal;
  const kdf = fastKdf();
  const opener = byPassword(PASSWORD, { kdf });
  const store = rowseal.memoryStore();
  const first = (await createVault(store, opener)).vault;
  const notes = defineTable('notes', { a: encrypted.text(), b: encrypted.text() });
  const row = { id: 'n', a: 'a', b: 'b' };
  const old = encryptRow(first, notes, row);
  const vault = await rotateDataKey(store, first);
  const one = encryptRow(vault, notes, { ...row, a: 'x' }, { previous: old });
  const two = encryptRow(vault, notes, { ...row, b: 'y' }, { previous: old });
  return { kdf, opener, store, vault, notes, row, old, one, two };
}

/** Every public function that needs randomness, once a vault is open. */
function needyCalls(rowseal: Rowseal, s: Awaited<ReturnType<typeof scene>>) {
  const { kdf, opener, store, vault, notes, row, old, one, two } = s;
  const secret = Uint8Array.from({ length: 32 }, (_, i) => i);
  const change = { current: opener, next: 'next password', kdf };
  const header: Record<string, () => Promise<unknown>> = {
    createVault: () => rowseal.createVault(rowseal.memoryStore(), opener),
    openVault: () => rowseal.openVault(store, opener),
    openVaultOffline: () => rowseal.openVault(store, opener, { offline: true }),
    adoptHeader: () => rowseal.adoptHeader(store, opener),
    changePassword: () => rowseal.changePassword(store, vault, change),
    replaceRecoveryKey: () => rowseal.replaceRecoveryKey(store, vault),
    rotateDataKey: () => rowseal.rotateDataKey(store, vault),
    rekeyVault: () => rowseal.rekeyVault(store, vault, { keep: [opener] }),
    addSecret: () => rowseal.addSecret(store, vault, secret),
    generateRecoveryKey: async () => rowseal.generateRecoveryKey(),
  };
  const rows = {
    encryptRow: () => rowseal.encryptRow(vault, notes, row),
    encryptDelete: () => rowseal.encryptDelete(vault, notes, one),
    mergeRows: () => rowseal.mergeRows(vault, notes, one, two),
    reencryptRow: () => rowseal.reencryptRow(vault, notes, old),
  };
  return { header, rows };
}

const refusal = { code: 'NO_SECURE_RANDOM' };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe.each(Object.keys(broken))('A12: with %s', (name) => {
  it('nothing is made before the first use', async () => {
    const made = await scene(await freshCopy());
    breakCrypto(name);
    const rowseal = await freshCopy();
    const opener = rowseal.byPassword(PASSWORD, { kdf: made.kdf });
    const store = rowseal.memoryStore(made.vault.header);
    await expect(rowseal.openVault(store, opener)).rejects.toMatchObject(refusal);
    expect(await store.loadPin()).toBeNull();
    const empty = rowseal.memoryStore();
    await expect(rowseal.createVault(empty, opener)).rejects.toMatchObject(refusal);
    expect(await empty.loadHeader()).toBeNull();
    expect(() => rowseal.generateRecoveryKey()).toThrow(expect.objectContaining(refusal));
  });

  it('no header is made after the first use', async () => {
    const rowseal = await freshCopy();
    const made = await scene(rowseal);
    const { header } = needyCalls(rowseal, made);
    const before = [await made.store.loadHeader(), await made.store.loadPin()];
    breakCrypto(name);
    for (const [call, run] of Object.entries(header)) {
      await expect(run(), call).rejects.toMatchObject(refusal);
    }
    expect([await made.store.loadHeader(), await made.store.loadPin()]).toEqual(before);
  });

  it('no row is sealed once the randomness drawn before is used up', async () => {
    const rowseal = await freshCopy();
    const { rows } = needyCalls(rowseal, await scene(rowseal));
    breakCrypto(name);
    const payloadIds = new Set<string>();
    let sealed = 0;
    expect(() => {
      // 4,096 bytes hold 170 nonces.
      for (; sealed < 171; sealed++) payloadIds.add(rows.encryptRow().payload.slice(44, 76));
    }).toThrow(expect.objectContaining(refusal));
    expect(payloadIds.size).toBe(sealed);
    for (const [call, run] of Object.entries(rows)) {
      expect(run, call).toThrow(expect.objectContaining(refusal));
    }
  });
});

describe('A12: randomness comes from the platform and from nowhere else', () => {
  it('is not drawn when the package is imported', async () => {
    const getRandomValues = vi.fn((into: Uint8Array) => working.getRandomValues(into));
    vi.stubGlobal('crypto', { getRandomValues });
    const rowseal = await freshCopy();
    rowseal.defineTable('notes', { body: rowseal.encrypted.text() });
    rowseal.byPassword(PASSWORD);
    expect(getRandomValues).not.toHaveBeenCalled();
    rowseal.generateRecoveryKey();
    expect(getRandomValues).toHaveBeenCalled();
  });

  it('works again when the platform does', async () => {
    const rowseal = await freshCopy();
    const made = await scene(rowseal);
    breakCrypto('one that fills zeros');
    expect(() => rowseal.generateRecoveryKey()).toThrow(expect.objectContaining(refusal));
    vi.unstubAllGlobals();
    const vault = await rowseal.openVault(made.store, made.opener);
    expect(rowseal.decryptRow(vault, made.notes, made.one).a).toBe('x');
  });

  it('is never Math.random, in the source or in what is bundled', async () => {
    const root = join(import.meta.dirname, '../../src');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
    const sources = files
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(root, file), 'utf8'));
    expect(sources.length).toBeGreaterThan(40);
    const weak = /\bMath\s*(\?\.|\.|\[\s*['"`])\s*random\b|\bgetRandomBase64|msCrypto/;
    for (const text of [...sources, await bundleCore('esm')]) expect(text).not.toMatch(weak);
  });
});
