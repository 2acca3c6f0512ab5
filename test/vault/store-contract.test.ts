import { describe, expect, it } from 'vitest';
import {
  addSecret,
  createVault,
  type HeaderChange,
  openVault,
  pinOf,
  type VaultStore,
} from '../../src/index.js';
import type { OpenStore } from '../support/open-store.js';
import { createWorld } from '../support/world.js';
import { quick, SECRET } from './users.js';

const CALLS = ['loadHeader', 'saveHeader', 'loadPin', 'savePin'] as const;

/** A store with one broken call; everything else goes to the good one. */
function broken(store: OpenStore, call: (typeof CALLS)[number], answer: () => unknown): VaultStore {
  const good: VaultStore = {
    loadHeader: () => store.loadHeader(),
    saveHeader: (change) => store.saveHeader(change),
    loadPin: () => store.loadPin(),
    savePin: (pin) => store.savePin(pin),
  };
  return { ...good, [call]: answer };
}

describe('a store that throws', () => {
  const cause = new Error('disk full');
  const ways: [string, () => unknown][] = [
    [
      'at once',
      () => {
        throw cause;
      },
    ],
    ['later', () => Promise.reject(cause)],
  ];

  for (const [way, answer] of ways) {
    it.each(CALLS)(`${way} in %s: STORE_FAILED with its error as the cause`, async (call) => {
      const { store } = await createWorld();
      const empty = store.otherDevice();
      empty.header = null;
      const creation = createVault(broken(empty, call, answer), quick());
      await expect(creation).rejects.toMatchObject({ code: 'STORE_FAILED', cause });
    });
  }

  it('something that is no error', async () => {
    const { store } = await createWorld();
    const failing = broken(store, 'loadHeader', () => Promise.reject('just text'));
    const opening = openVault(failing, quick());
    await expect(opening).rejects.toMatchObject({ code: 'STORE_FAILED', cause: 'just text' });
  });
});

describe('a store that gives something else than text', () => {
  const nothing: [string, unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['empty text', ''],
  ];
  const nonsense: [string, unknown][] = [
    ['a number', 42],
    ['an object', {}],
    ['bytes', Uint8Array.of(4, 2)],
    ['false', false],
  ];

  it.each([...nothing, ...nonsense])('as the header, %s: VAULT_MISSING', async (_, answer) => {
    const { store } = await createWorld();
    const strange = broken(store, 'loadHeader', () => Promise.resolve(answer));
    await expect(openVault(strange, quick())).rejects.toMatchObject({ code: 'VAULT_MISSING' });
  });

  it.each(nothing)('as the pin, %s: a device that knows nothing', async (_, answer) => {
    const { store } = await createWorld();
    const strange = broken(store, 'loadPin', () => Promise.resolve(answer));
    expect((await openVault(strange, quick())).freshness).toBe('first-use');
  });

  it.each(nonsense)('as the pin, %s: damaged, which is not none', async (_, answer) => {
    const { store } = await createWorld();
    const strange = broken(store, 'loadPin', () => Promise.resolve(answer));
    await expect(openVault(strange, quick())).rejects.toMatchObject({ code: 'STORE_FAILED' });
  });

  it('without promises at all: works the same', async () => {
    let header: string | null = null;
    let pin: string | null = null;
    const synchronous = {
      loadHeader: () => header,
      saveHeader: (change: HeaderChange) => {
        header = change.header;
      },
      loadPin: () => pin,
      savePin: (next: string) => {
        pin = next;
      },
    } as unknown as VaultStore;
    const { vault } = await createVault(synchronous, quick());
    expect(pin).toBe(pinOf(vault));
    expect((await openVault(synchronous, quick())).header).toBe(vault.header);
  });
});

it('a header that is gone when it is read back is missing, not in conflict', async () => {
  const { store, vault } = await createWorld();
  const { pin } = store;
  const saveHeader = store.saveHeader.bind(store);
  store.saveHeader = async (change) => {
    await saveHeader(change);
    store.header = null;
  };
  const adding = addSecret(store, vault, SECRET);
  await expect(adding).rejects.toMatchObject({ code: 'VAULT_MISSING' });
  expect(store.pin).toBe(pin);
});

it('a pin that is damaged is refused, before any password work', async () => {
  const { store, header } = await createWorld();
  for (const pin of ['?', 'AAAA', header, `${pinOf((await createWorld()).vault)}AAAA`]) {
    store.pin = pin;
    await expect(openVault(store, quick())).rejects.toMatchObject({ code: 'STORE_FAILED' });
    expect(store.pin).toBe(pin);
  }
});
