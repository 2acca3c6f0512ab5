import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { KDF_POLICY, type KdfParameters } from '../../src/crypto/kdf.js';
import type { VaultKey } from '../../src/crypto/key-types.js';
import { nobleAead } from '../../src/crypto/noble-aead.js';
import { nobleArgon2id } from '../../src/crypto/noble-argon2id.js';
import { byPassword } from '../../src/index.js';
import { type OpenProgress, wrapVaultKey } from '../../src/keys/opener.js';

/** From the reference implementation's `src/test.c`: Argon2id, version 1.3, without secret and data. */
const VECTORS = [
  {
    memoryKiB: 256,
    passes: 2,
    lanes: 1,
    password: 'password',
    salt: 'somesalt',
    tag: '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe',
  },
  {
    memoryKiB: 256,
    passes: 2,
    lanes: 2,
    password: 'password',
    salt: 'somesalt',
    tag: '6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037',
  },
  {
    memoryKiB: 65536,
    passes: 2,
    lanes: 1,
    password: 'differentpassword',
    salt: 'somesalt',
    tag: '0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde',
  },
  {
    memoryKiB: 65536,
    passes: 2,
    lanes: 1,
    password: 'password',
    salt: 'diffsalt',
    tag: 'bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c',
  },
];

describe('Argon2id in JavaScript', () => {
  it.each(VECTORS)(
    'gives the reference tag of $password and $salt at $memoryKiB KiB, $lanes lanes',
    async ({ password, salt, tag, ...costs }) => {
      const bytes = await nobleArgon2id.argon2id({
        ...costs,
        password: Buffer.from(password),
        salt: Buffer.from(salt),
      });
      expect(Buffer.from(bytes).toString('hex')).toBe(tag);
    },
  );
});

/** The lowest costs that a header may ask for. */
const FLOOR: KdfParameters = { memoryKiB: 19 * 1024, passes: 2, lanes: 1 };

/** Makes a password slot, which runs Argon2id once. */
function makeSlot(progress: OpenProgress, costs = FLOOR) {
  const opener = { ...byPassword('correct horse'), costs };
  const vaultKey = new Uint8Array(32).fill(1) as VaultKey;
  return wrapVaultKey(new Uint8Array(16), vaultKey, opener, nobleAead, progress);
}

describe('while Argon2id runs', () => {
  it('timers go on firing at the default costs, from beginning to end', async () => {
    const shares: number[] = [];
    const firedAt: number[] = [];
    const timer = setInterval(() => firedAt.push(shares.at(-1) ?? 0), 0);
    await makeSlot({ onProgress: (share) => shares.push(share) }, KDF_POLICY);
    clearInterval(timer);
    // One turn in 10 ms: about 100 turns, and more of them on a machine that is slow or busy.
    expect(firedAt.length).toBeGreaterThanOrEqual(10);
    for (const share of [0.25, 0.5, 0.75]) {
      const between = firedAt.filter((at) => at >= share - 0.25 && at < share);
      expect(between, `up to ${share}`).not.toEqual([]);
    }
  });

  it('progress rises to 1', async () => {
    const shares: number[] = [];
    await makeSlot({ onProgress: (share) => shares.push(share) });
    expect(shares.length).toBeGreaterThan(2);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('an abort from a timer ends it, with the reason of the signal', async () => {
    const abort = new AbortController();
    const reason = new Error('the user closed the dialog');
    const shares: number[] = [];
    const run = makeSlot({ signal: abort.signal, onProgress: (share) => shares.push(share) });
    setTimeout(() => abort.abort(reason), 0);
    await expect(run).rejects.toBe(reason);
    const seen = shares.length;
    expect(shares).not.toContain(1);
    await sleep(50);
    expect(shares).toHaveLength(seen);
  });

  it('a signal without a reason ends it as AbortError', async () => {
    const signal = { aborted: false };
    const run = makeSlot({
      signal,
      onProgress: () => {
        signal.aborted = true;
      },
    });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  });
});

it('an aborted signal spends no Argon2id at all', async () => {
  const shares: number[] = [];
  const signal = AbortSignal.abort();
  const run = makeSlot({ signal, onProgress: (share) => shares.push(share) });
  await expect(run).rejects.toMatchObject({ name: 'AbortError' });
  expect(shares).toEqual([]);
});

describe('Argon2id on other platforms', () => {
  /** Some tenths of a second: long enough to wait for others now and then. */
  const request = {
    memoryKiB: 16 * 1024,
    passes: 2,
    lanes: 1,
    password: Buffer.from('password'),
    salt: Buffer.from('somesalt'),
  };
  let tag: Uint8Array;
  beforeAll(async () => {
    tag = await nobleArgon2id.argon2id(request);
  });
  afterEach(() => vi.unstubAllGlobals());

  it('runs in one go where nothing can wait: no timers, no scheduler', async () => {
    vi.stubGlobal('setTimeout', undefined);
    vi.stubGlobal('scheduler', undefined);
    expect(await nobleArgon2id.argon2id(request)).toEqual(tag);
  });

  it('waits by the scheduler where there are no timers', async () => {
    const pause = vi.fn(() => Promise.resolve());
    vi.stubGlobal('setTimeout', undefined);
    vi.stubGlobal('scheduler', { yield: pause });
    expect(await nobleArgon2id.argon2id(request)).toEqual(tag);
    expect(pause).toHaveBeenCalled();
  });

  it('runs behind everything else on the page, in browsers that can say so', async () => {
    const postTask = vi.fn((task: () => Promise<unknown>) => task());
    vi.stubGlobal('scheduler', { postTask });
    expect(await nobleArgon2id.argon2id(request)).toEqual(tag);
    expect(postTask.mock.calls).toEqual([[expect.any(Function), { priority: 'background' }]]);
  });
});
