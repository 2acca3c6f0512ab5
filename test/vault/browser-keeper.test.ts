import { inspect } from 'node:util';
import { IDBDatabase, IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { browserKeeper, keepUnlocked, RowsealError, resumeVault } from '../../src/index.js';
import { inDatabase } from '../../src/keys/keeper-database.js';
import { bundle } from '../support/bundle.js';
import { expectNowhere } from '../support/secret-search.js';
import { createWorld, openPinned, secretsOf, type World } from '../support/world.js';

const DATABASE = 'rowseal keeper';
const KEPT_LENGTH = 81;

interface Kept {
  key: CryptoKey;
  iv: Uint8Array;
  wrapped: ArrayBuffer;
}

type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

let factory: InstanceType<typeof IDBFactory>;
beforeEach(() => {
  factory = new IDBFactory();
  vi.stubGlobal('indexedDB', factory);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** What lies in the database. */
const kept = (name = 'vault') =>
  inDatabase('readonly', (records) => records.get(name)) as Promise<Kept>;
const put = (record: unknown) =>
  inDatabase('readwrite', (records) => records.put(record as object, 'vault'));

async function createKeptInBrowser(): Promise<World> {
  const world = await createWorld();
  await keepUnlocked(world.vault, browserKeeper());
  return world;
}

async function expectResumes({ store, vault }: World): Promise<void> {
  expect((await resumeVault(store, browserKeeper()))?.header).toBe(vault.header);
}

async function expectFails(call: Promise<unknown>): Promise<RowsealError> {
  const error = await call.then(() => expect.unreachable('It did not fail.')).catch((e) => e);
  expect(error).toBeInstanceOf(RowsealError);
  expect(error.code).toBe('STORE_FAILED');
  return error;
}

/** Every function of a keeper. */
const CALLS: Record<string, () => Promise<unknown>> = {
  keep: () => browserKeeper().keep(new Uint8Array(KEPT_LENGTH).fill(1)),
  recall: () => browserKeeper().recall(),
  forget: () => browserKeeper().forget(),
};

describe('what a browser keeps', () => {
  it('opens the vault after a reload, until it is forgotten', async () => {
    const world = await createKeptInBrowser();
    await expectResumes(world);
    await browserKeeper().forget();
    expect(await kept()).toBeUndefined();
    expect(await resumeVault(world.store, browserKeeper())).toBeNull();
  });

  it('is wrapped under a key that no script can copy', async () => {
    const world = await createKeptInBrowser();
    const { key, iv, wrapped } = await kept();
    expect(key.extractable).toBe(false);
    expect(key.algorithm).toEqual({ name: 'AES-GCM', length: 256 });
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
    await expect(crypto.subtle.exportKey('jwk', key)).rejects.toThrow();
    expect(iv).toHaveLength(12);
    expect(wrapped.byteLength).toBe(KEPT_LENGTH + 16);
    expectNowhere(secretsOf(world), [inspect(iv), Buffer.from(wrapped), key]);
  });

  it('gets a new key and a new IV each time', async () => {
    const world = await createKeptInBrowser();
    const first = await kept();
    await keepUnlocked(world.vault, browserKeeper());
    const second = await kept();
    expect(second.iv).not.toEqual(first.iv);
    expect(Buffer.from(second.wrapped)).not.toEqual(Buffer.from(first.wrapped));
    const crossed = crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: first.iv as never },
      second.key,
      first.wrapped,
    );
    await expect(crossed).rejects.toThrow();
  });

  it('is told apart by name', async () => {
    const [mine, yours] = [await createKeptInBrowser(), await createWorld()];
    const other = browserKeeper({ name: 'another user' });
    expect(await resumeVault(mine.store, other)).toBeNull();
    await keepUnlocked(yours.vault, other);
    await expectResumes(mine);
    await other.forget();
    await expectResumes(mine);
  });

  it.each([
    ['empty', ''],
    ['a number', 1],
    ['half a character', '\ud83d'],
    ['null', null],
  ])('has no name that is %s', (_, name) => {
    expect(() => browserKeeper({ name: name as string })).toThrow(TypeError);
  });

  it('is one of two whole when two tabs keep at once', async () => {
    const [mine, yours] = [await createWorld(), await createWorld()];
    for (let round = 0; round < 5; round++) {
      await Promise.all([mine, yours].map(({ vault }) => keepUnlocked(vault, browserKeeper())));
      const codes = await Promise.all(
        [mine, yours].map(({ store }) =>
          resumeVault(store, browserKeeper()).then(
            () => 'opens',
            ({ code }) => code,
          ),
        ),
      );
      expect(codes.sort()).toEqual(['VAULT_MISMATCH', 'opens']);
    }
  });

  it('holds no connection open, so that the page can delete the database', async () => {
    await createKeptInBrowser();
    await browserKeeper().recall();
    const deleted = await new Promise((resolve) => {
      const request = factory.deleteDatabase(DATABASE);
      request.onsuccess = () => resolve('deleted');
      request.onblocked = () => resolve('blocked');
    });
    expect(deleted).toBe('deleted');
    expect(await browserKeeper().recall()).toBeNull();
  });
});

describe('where a browser can keep nothing', () => {
  const cause = new Error('The operation is insecure.');

  it.each(Object.entries(CALLS))('%s fails without IndexedDB', async (_, call) => {
    vi.stubGlobal('indexedDB', undefined);
    expect((await expectFails(call())).message).toContain('private window');
  });

  it.each(Object.entries(CALLS))(
    '%s fails where IndexedDB may not be looked at',
    async (_, call) => {
      vi.stubGlobal('indexedDB', undefined);
      Object.defineProperty(globalThis, 'indexedDB', {
        configurable: true,
        get() {
          throw cause;
        },
      });
      try {
        expect((await expectFails(call())).cause).toBe(cause);
      } finally {
        Object.defineProperty(globalThis, 'indexedDB', {
          configurable: true,
          value: undefined,
          writable: true,
        });
      }
    },
  );

  it.each(Object.entries(CALLS))('%s fails where IndexedDB can not be opened', async (_, call) => {
    vi.stubGlobal('indexedDB', {
      open() {
        throw cause;
      },
    });
    expect((await expectFails(call())).cause).toBe(cause);
  });

  it('keep and recall fail without crypto.subtle, and leave what is kept', async () => {
    const world = await createKeptInBrowser();
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    const keeping = keepUnlocked(world.vault, browserKeeper());
    expect((await expectFails(keeping)).message).toContain('https');
    await expectFails(resumeVault(world.store, browserKeeper()));
    vi.unstubAllGlobals();
    vi.stubGlobal('indexedDB', factory);
    await expectResumes(world);
  });

  it('a database of a later version is left alone', async () => {
    await new Promise((resolve) => {
      const request = factory.open(DATABASE, 2);
      request.onsuccess = () => resolve(request.result.close());
    });
    for (const call of Object.values(CALLS)) {
      const error = await expectFails(call());
      expect(error.cause).toMatchObject({ name: 'VersionError' });
    }
  });

  it("a database of that name that is somebody else's is left alone", async () => {
    await new Promise((resolve) => {
      const request = factory.open(DATABASE, 1);
      request.onsuccess = () => resolve(request.result.close());
    });
    for (const call of Object.values(CALLS)) {
      expect((await expectFails(call())).cause).toMatchObject({ name: 'NotFoundError' });
    }
  });

  it('an upgrade that another tab blocks is not waited for, and ends closed', async () => {
    let closed = 0;
    const request: Record<string, unknown> = { result: { close: () => ++closed } };
    vi.stubGlobal('indexedDB', { open: () => request });
    const calls = expectFails(browserKeeper().recall());
    (request.onblocked as () => void)();
    expect((await calls).cause).toMatchObject({ message: expect.stringContaining('Another tab') });
    (request.onsuccess as () => void)();
    expect(closed).toBe(1);
  });
});

describe('a failure in the middle', () => {
  it.each(Object.keys(CALLS))('%s ends once it would survive a power cut', async (name) => {
    const transaction = vi.spyOn(IDBDatabase.prototype, 'transaction');
    await CALLS[name]?.();
    const strict = { durability: 'strict' };
    expect(transaction.mock.lastCall).toEqual(['kept', expect.any(String), strict]);
  });

  it.each(['throws', 'ends the transaction', 'ends it after the write'])(
    'that %s keeps what was kept, and all of it',
    async (way) => {
      const world = await createKeptInBrowser();
      const real = IDBObjectStore.prototype.put;
      vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
        this: { transaction: { abort(): void } },
        ...args: unknown[]
      ) {
        if (way === 'throws') throw new Error('The quota is exceeded.');
        const request = real.apply(this, args);
        const end = () => this.transaction.abort();
        if (way === 'ends the transaction') end();
        else request.addEventListener('success', end);
        return request;
      });
      await expectFails(keepUnlocked((await createWorld()).vault, browserKeeper()));
      vi.restoreAllMocks();
      await expectResumes(world);
    },
  );

  it('of forgetting is told, since the secret is still there', async () => {
    const world = await createKeptInBrowser();
    vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(() => {
      throw new Error('The disk is gone.');
    });
    await expectFails(browserKeeper().forget());
    await expectResumes(world);
  });

  it.each(['generateKey', 'encrypt'] as const)(
    'by a page that dies in %s keeps what was kept',
    async (step) => {
      const world = await createKeptInBrowser();
      const dying = vi.spyOn(crypto.subtle, step);
      dying.mockReturnValue(new Promise(() => {}) as never);
      void keepUnlocked((await createWorld()).vault, browserKeeper());
      await vi.waitFor(() => expect(dying).toHaveBeenCalled(), { timeout: 20_000 });
      vi.restoreAllMocks();
      await expectResumes(world);
    },
  );

  it('leaves no failed secret in the error', async () => {
    const world = await createWorld();
    vi.spyOn(crypto.subtle, 'encrypt').mockRejectedValue(new Error('out of memory'));
    const error = await expectFails(keepUnlocked(world.vault, browserKeeper()));
    expectNowhere(secretsOf(world), error);
  });
});

describe('a record that was damaged', () => {
  const DAMAGE: Record<string, (record: Kept) => unknown> = {
    'in the wrapped bytes': ({ wrapped, ...record }) => {
      const bytes = new Uint8Array(wrapped.slice(0));
      bytes[5] = (bytes[5] as number) ^ 1;
      return { ...record, wrapped: bytes.buffer };
    },
    'in its IV': (record) => ({ ...record, iv: new Uint8Array(12) }),
    'by being cut': (record) => ({ ...record, wrapped: record.wrapped.slice(0, 20) }),
    'to nothing': () => null,
    'to a number': () => 5,
    'to no fields': () => ({}),
    'to other fields': ({ key }) => ({ key, iv: 'iv', wrapped: 'wrapped' }),
  };

  it.each(Object.entries(DAMAGE))('%s is refused, and the password heals it', async (_, damage) => {
    const world = await createKeptInBrowser();
    const record = await kept();
    await put(damage(record));
    await expectFails(resumeVault(world.store, browserKeeper()));
    await put(record);
    await expectResumes(world);
    await put(damage(record));
    await keepUnlocked(await openPinned(world), browserKeeper());
    await expectResumes(world);
  });
});

it('costs an app that does not import it nothing', async () => {
  const code = (names: string) => bundle(`export { ${names} } from './src/index.ts';`, 'esm');
  expect(await code('openVault, byRecoveryKey, keepUnlocked, resumeVault')).not.toMatch(
    /indexedDB|AES-GCM/,
  );
  expect(await code('browserKeeper')).toMatch(/indexedDB/);
});
