import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { byPassword, encryptRow, openVault, type Vault } from '../../src/index.js';
import { bundle } from '../support/bundle.js';
import { createWorld, diary, openPinned, PASSWORD, ROW } from '../support/world.js';

const SEALINGS = 100_000;
const WORKERS = 8;
const NONCE = [44, 76] as const;

function nonceOf({ payload }: { readonly payload: string }): string {
  return payload.slice(...NONCE);
}

function sealOften(vault: Vault, times: number): string[] {
  return Array.from({ length: times }, () => nonceOf(encryptRow(vault, diary, ROW)));
}

describe('A10: no nonce comes twice', () => {
  it(`in ${SEALINGS} sealings of one row`, async () => {
    const { vault } = await createWorld();
    expect(new Set(sealOften(vault, SEALINGS)).size).toBe(SEALINGS);
  });

  it(`in ${WORKERS} threads with one key`, async () => {
    const { header, recoveryKey, vault } = await createWorld();
    const script = await bundle(WORKER_SCRIPT, 'cjs');
    const times = SEALINGS / WORKERS / 5;
    const data = { header, recoveryKey, times, row: ROW, nonce: NONCE };
    const runs = Array.from({ length: WORKERS }, () => runWorker(script, data));
    const nonces = [...(await Promise.all(runs)).flat(), ...sealOften(vault, times)];
    expect(nonces).toHaveLength(times * (WORKERS + 1));
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it('after all local storage was put back to a snapshot', async () => {
    const world = await createWorld();
    const snapshot = { header: world.store.header, pin: world.store.pin };
    const first = sealOften(await openPinned(world), 1_000);
    Object.assign(world.store, snapshot);
    const again = sealOften(await openPinned(world), 1_000);
    expect(new Set([...first, ...again]).size).toBe(2_000);
  });

  it('when a vault is opened twice at once', async () => {
    const { store, kdf } = await createWorld();
    const open = () => openVault(store, byPassword(PASSWORD, { kdf }));
    const [a, b] = await Promise.all([open(), open()]);
    const nonces = Array.from({ length: 500 }, () => [...sealOften(a, 1), ...sealOften(b, 1)]);
    expect(new Set(nonces.flat()).size).toBe(1_000);
  });
});

describe('A10: the pool of random bytes', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  /** A fresh copy of the generator, and every buffer that it asked the platform to fill. */
  async function watchedPool() {
    const filled: Uint8Array[] = [];
    const { crypto } = globalThis;
    vi.stubGlobal('crypto', {
      getRandomValues(into: Uint8Array) {
        filled.push(into);
        return crypto.getRandomValues(into);
      },
    });
    vi.resetModules();
    const { pooledRandomBytes } = await import('../../src/crypto/random.js');
    return { pooledRandomBytes, filled };
  }

  it('holds zeros wherever it handed something out', async () => {
    const { pooledRandomBytes, filled } = await watchedPool();
    const handedOut: Uint8Array[] = [];
    for (let i = 0; i < 100; i++) {
      handedOut.push(pooledRandomBytes(24));
      const [pool] = filled;
      if (!pool) throw new Error('The first call fills the pool.');
      const rest = Buffer.from(pool);
      for (const bytes of handedOut) expect(rest.includes(Buffer.from(bytes))).toBe(false);
      // 32 bytes for the check of the generator come first.
      expect(pool.subarray(32, 32 + 24 * (i + 1)).every((byte) => byte === 0)).toBe(true);
      expect(pool.subarray(32 + 24 * (i + 1)).some((byte) => byte !== 0)).toBe(true);
    }
  });

  it('hands out copies, so that wiping or keeping one changes no other', async () => {
    const { pooledRandomBytes } = await watchedPool();
    const [a, b] = [pooledRandomBytes(24), pooledRandomBytes(24)];
    expect(a.buffer).not.toBe(b.buffer);
    expect(a.buffer.byteLength).toBe(24);
  });

  it('hands out nothing, not even what is small enough, when it can not be filled again', async () => {
    const { pooledRandomBytes } = await watchedPool();
    for (let i = 0; i < 170; i++) pooledRandomBytes(24);
    vi.stubGlobal('crypto', undefined);
    // 16 of 4,096 bytes are left, and were wiped for the refill.
    for (const length of [24, 16, 8, 1]) {
      expect(() => pooledRandomBytes(length)).toThrow(/getRandomValues/);
    }
  });
});

const WORKER_SCRIPT = `
  import { parentPort, workerData } from 'node:worker_threads';
  import { byRecoveryKey, cleartext, defineTable, encrypted, encryptRow, memoryStore, openVault } from './src/index.ts';

  const { header, recoveryKey, times, row, nonce } = workerData;
  const diary = defineTable('diary', {
    text: encrypted.text(),
    mood: encrypted.integer().optional(),
    folder: cleartext.text(),
    owner: cleartext.text().bound(),
  });
  openVault(memoryStore(header), byRecoveryKey(recoveryKey)).then((vault) => {
    const nonces = [];
    for (let i = 0; i < times; i++) {
      nonces.push(encryptRow(vault, diary, row).payload.slice(...nonce));
    }
    parentPort.postMessage(nonces);
  });
`;

function runWorker(script: string, workerData: unknown): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { eval: true, workerData });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
