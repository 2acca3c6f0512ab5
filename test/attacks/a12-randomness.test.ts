import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as rowseal from '../../src/index.js';
import { bundleCore } from '../support/bundle.js';
import { openStore } from '../support/open-store.js';
import {
  createWorld,
  diary,
  expectRefused,
  openPinned,
  PASSWORD,
  ROW,
  type World,
} from '../support/world.js';

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
  'one that goes round after 32 bytes': generator((into) => {
    counter += 1;
    into.forEach((_, i) => {
      into[i] = ((i % 32) * 7 + counter) & 0xff;
    });
  }),
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

async function freshCopy(): Promise<typeof rowseal> {
  vi.resetModules();
  return import('../../src/index.js');
}

/** A vault with two rows to merge, made while the generator still worked. */
async function scene() {
  const created = await createWorld();
  const { sealed: old } = created;
  const vault = await rowseal.rotateDataKey(created.store, created.vault);
  const world: World = { ...created, vault, header: vault.header };
  const one = rowseal.encryptRow(vault, diary, { ...ROW, text: 'x' }, { previous: old });
  const two = rowseal.encryptRow(vault, diary, { ...ROW, mood: 7 }, { previous: old });
  return { world, old, one, two };
}
type Scene = Awaited<ReturnType<typeof scene>>;

/** Every public function that needs randomness for a header, once a vault is open. */
function headerCalls({ world }: Scene): Record<string, () => Promise<unknown>> {
  const { kdf, store, vault } = world;
  const opener = rowseal.byPassword(PASSWORD, { kdf });
  const secret = Uint8Array.from({ length: 32 }, (_, i) => i);
  const change = { current: opener, next: 'next password', kdf };
  return {
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
}

/** Every public function that needs randomness for a row. */
function rowCalls({ world: { vault }, old, one, two }: Scene) {
  return {
    encryptRow: () => rowseal.encryptRow(vault, diary, ROW),
    encryptDelete: () => rowseal.encryptDelete(vault, diary, one),
    mergeRows: () => rowseal.mergeRows(vault, diary, one, two),
    reencryptRow: () => rowseal.reencryptRow(vault, diary, old),
  };
}

const codes = ['NO_SECURE_RANDOM'] as const;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe.each(Object.keys(broken))('A12: with %s', (name) => {
  it('nothing is made before the first use', async () => {
    const { kdf, header, ...world } = await createWorld();
    breakCrypto(name);
    const copy = await freshCopy();
    const opener = copy.byPassword(PASSWORD, { kdf });
    const [there, empty] = [openStore({ header }), openStore()];
    for (const [store, attack] of [
      [there, () => copy.openVault(there, opener)],
      [empty, () => copy.createVault(empty, opener)],
      [empty, () => copy.generateRecoveryKey()],
    ] as const) {
      const seen: World = { ...world, kdf, header, store };
      await expectRefused(seen, attack, { codes, errorClass: copy.RowsealError });
    }
  });

  it('no header is made after the first use', async () => {
    const made = await scene();
    breakCrypto(name);
    for (const attack of Object.values(headerCalls(made))) {
      await expectRefused(made.world, attack, { codes });
    }
  });

  it('no row is sealed once the randomness drawn before is used up', async () => {
    const made = await scene();
    const calls = rowCalls(made);
    const payloadIds = new Set<string>();
    let sealed = 0;
    breakCrypto(name);
    const sealOn = () => {
      // 4,096 bytes hold 170 nonces.
      for (; sealed < 171; sealed++) payloadIds.add(calls.encryptRow().payload.slice(44, 76));
    };
    await expectRefused(made.world, sealOn, { codes });
    expect(payloadIds.size).toBe(sealed);
    for (const attack of Object.values(calls)) await expectRefused(made.world, attack, { codes });
  });
});

it('A12: a generator that comes back to where it was is refused at the second draw', () => {
  let calls = 0;
  const states = generator((into) => {
    calls += 1;
    into.forEach((_, i) => {
      into[i] = (i * 197 + (calls % 2)) % 251;
    });
  });
  vi.stubGlobal('crypto', states);
  rowseal.generateRecoveryKey();
  expect(() => rowseal.generateRecoveryKey()).toThrow(
    expect.objectContaining({ code: 'NO_SECURE_RANDOM' }),
  );
});

describe('A12: randomness comes from the platform and from nowhere else', () => {
  it('is not drawn when the package is imported', async () => {
    const getRandomValues = vi.fn((into: Uint8Array) => working.getRandomValues(into));
    vi.stubGlobal('crypto', { getRandomValues });
    const copy = await freshCopy();
    copy.defineTable('notes', { body: copy.encrypted.text() });
    copy.byPassword(PASSWORD);
    expect(getRandomValues).not.toHaveBeenCalled();
    copy.generateRecoveryKey();
    expect(getRandomValues).toHaveBeenCalled();
  });

  it('works again when the platform does', async () => {
    const { world, one } = await scene();
    breakCrypto('one that fills zeros');
    await expectRefused(world, () => rowseal.generateRecoveryKey(), { codes });
    vi.unstubAllGlobals();
    expect(rowseal.decryptRow(await openPinned(world), diary, one).text).toBe('x');
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
