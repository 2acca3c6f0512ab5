import 'fake-indexeddb/auto';
import { describe, expect, it, test } from 'vitest';
import { browserKeeper, type VaultKeeper } from '../../src/index.js';
import { keeperContract, memoryKeeper } from '../../src/testing/testing.js';

type MakeKeeper = (place: string) => VaultKeeper;

/** What memory keepers keep, beyond the life of each of them. */
function memoryPlaces(): MakeKeeper {
  const keepers = new Map<string, VaultKeeper>();
  return (place) => {
    const keeper = keepers.get(place) ?? memoryKeeper();
    keepers.set(place, keeper);
    return keeper;
  };
}

describe('the keeper in memory', () => {
  for (const { name, run } of keeperContract(memoryPlaces())) test(name, run);
});

describe('the keeper for browsers', () => {
  for (const { name, run } of keeperContract((place) => browserKeeper({ name: place }))) {
    test(name, run);
  }
});

/** A keeper that is right, over a map as its storage, with parts replaced by broken ones. */
function brokenBy(
  breakIt: (places: Map<string, Uint8Array>, place: string) => Partial<VaultKeeper>,
): MakeKeeper {
  const places = new Map<string, Uint8Array>();
  return (place) => ({
    async keep(secret) {
      places.set(place, Uint8Array.from(secret));
    },
    async recall() {
      const kept = places.get(place);
      return kept ? Uint8Array.from(kept) : null;
    },
    async forget() {
      places.delete(place);
    },
    ...breakIt(places, place),
  });
}

async function failuresOf(makeKeeper: MakeKeeper): Promise<string[]> {
  const failures: string[] = [];
  for (const { name, run } of keeperContract(makeKeeper)) {
    await run().catch((error) => {
      expect(error).toBeInstanceOf(Error);
      failures.push(name);
    });
  }
  return failures;
}

/** Bytes: so many that two random secrets never share them. */
const HALF = 16;

const later = (ms = 1) => new Promise((resolve) => setTimeout(resolve, ms));

const BROKEN: Record<string, [MakeKeeper, string]> = {
  'gives undefined for nothing': [
    brokenBy((places, place) => ({
      recall: async () => {
        const kept = places.get(place);
        return kept ? Uint8Array.from(kept) : (undefined as never);
      },
    })),
    'recalls null before anything is kept',
  ],
  'gives no bytes for nothing': [
    brokenBy((places, place) => ({
      recall: async () => Uint8Array.from(places.get(place) ?? []),
    })),
    'recalls null before anything is kept',
  ],
  'gives an ArrayBuffer': [
    brokenBy((places, place) => ({
      recall: async () => (places.get(place)?.slice().buffer ?? null) as never,
    })),
    'recalls what was kept, byte by byte, whatever its length',
  ],
  'gives text': [
    brokenBy((places, place) => ({
      recall: async () =>
        (places.has(place) ? Buffer.from(places.get(place) ?? []) : null)?.toString() as never,
    })),
    'recalls what was kept, byte by byte, whatever its length',
  ],
  'keeps at most 100 bytes': [
    brokenBy((places, place) => ({
      keep: async (secret) => places.set(place, secret.slice(0, 100)),
    })),
    'recalls what was kept, byte by byte, whatever its length',
  ],
  'keeps text that is no UTF-8': [
    brokenBy((places, place) => ({
      keep: async (secret) =>
        places.set(place, new TextEncoder().encode(new TextDecoder().decode(secret))),
    })),
    'recalls every value that a byte can have',
  ],
  'stops at a zero': [
    brokenBy((places, place) => ({
      keep: async (secret) => places.set(place, secret.slice(0, secret.indexOf(0) + 1 || 300)),
    })),
    'recalls every value that a byte can have',
  ],
  'keeps all that is around a view': [
    brokenBy((places, place) => ({
      keep: async (secret) => places.set(place, new Uint8Array(secret.buffer.slice(0))),
    })),
    'keeps the bytes of a view, and nothing around them',
  ],
  'loses all at a reload': [() => memoryKeeper(), 'keeps them through a reload'],
  'zeroes what it is given': [
    brokenBy((places, place) => ({
      async keep(secret) {
        places.set(place, Uint8Array.from(secret));
        secret.fill(0);
      },
    })),
    'leaves the bytes that it is given as they are',
  ],
  'keeps the buffer that it is given': [
    brokenBy((places, place) => ({ keep: async (secret) => places.set(place, secret) })),
    'has them when the promise settles: they may be zeroed then',
  ],
  'settles before it has kept': [
    brokenBy((places, place) => ({
      async keep(secret) {
        void later().then(() => places.set(place, Uint8Array.from(secret)));
      },
    })),
    'has them when the promise settles: they may be zeroed then',
  ],
  'gives its own buffer away': [
    brokenBy((places, place) => ({ recall: async () => places.get(place) ?? null })),
    'recalls into a buffer of its own each time',
  ],
  'changes what it has recalled': [
    brokenBy((places, place) => {
      const view = new Uint8Array(256);
      return {
        async recall() {
          const kept = places.get(place);
          view.set(kept ?? []);
          return kept ? view.subarray(0, kept.length) : null;
        },
        async forget() {
          view.fill(0);
          places.delete(place);
        },
      };
    }),
    'never changes what it has recalled',
  ],
  'gives the former secret': [
    brokenBy((places, place) => ({
      keep: async (secret) => places.has(place) || places.set(place, Uint8Array.from(secret)),
    })),
    'keeps the last one only',
  ],
  'leaves the end of a longer one': [
    brokenBy((places, place) => ({
      async keep(secret) {
        const former = places.get(place) ?? new Uint8Array(0);
        const kept = new Uint8Array(Math.max(former.length, secret.length));
        kept.set(former);
        kept.set(secret);
        places.set(place, kept);
      },
    })),
    'keeps the last one only',
  ],
  'forgets nothing': [brokenBy(() => ({ forget: async () => {} })), 'forgets, for good'],
  'forgets until the reload': [
    brokenBy((places, place) => {
      let forgot = false;
      return {
        async forget() {
          forgot = true;
        },
        recall: async () => (forgot ? null : (places.get(place)?.slice() ?? null)),
      };
    }),
    'forgets, for good',
  ],
  'forgets only what it kept itself': [
    brokenBy((places, place) => {
      let own = false;
      return {
        async keep(secret) {
          own = true;
          places.set(place, Uint8Array.from(secret));
        },
        forget: async () => own && places.delete(place),
      };
    }),
    'forgets what was kept before a reload',
  ],
  'throws when there is nothing to forget': [
    brokenBy((places, place) => ({
      async forget() {
        if (!places.delete(place)) throw new Error('There is no such item.');
      },
    })),
    'forgets nothing as gladly as something',
  ],
  'never keeps again': [
    brokenBy((places, place) => {
      let over = false;
      return {
        keep: async (secret) => over || places.set(place, Uint8Array.from(secret)),
        async forget() {
          over = true;
          places.delete(place);
        },
      };
    }),
    'keeps again after it forgot',
  ],
  'mixes places up': [
    (
      (make) => () =>
        make('one')
    )(brokenBy(() => ({}))),
    'keeps each place apart',
  ],
  'forgets everywhere': [
    brokenBy((places) => ({ forget: async () => places.clear() })),
    'keeps each place apart',
  ],
  'writes two halves in turn': [
    brokenBy((places, place) => ({
      async keep(secret) {
        const half = secret.slice(0, HALF);
        const rest = secret.slice(HALF);
        const isFirst = !places.has(place);
        places.set(place, half);
        await later(isFirst ? 20 : 1);
        places.set(place, Uint8Array.from([...(places.get(place)?.slice(0, HALF) ?? []), ...rest]));
      },
    })),
    'keeps one of two whole when two tabs keep at once',
  ],
};

describe('the contract finds a keeper that', () => {
  it('is right over a map: nothing', async () => {
    expect(await failuresOf(brokenBy(() => ({})))).toEqual([]);
  });

  it('hands whole buffers over to a worker, which leaves them empty: nothing', async () => {
    const handingOver = brokenBy((places, place) => ({
      async keep(secret) {
        const buffer = secret.buffer as ArrayBuffer;
        const transfer = buffer.byteLength === secret.length ? [buffer] : [];
        places.set(place, structuredClone(secret, { transfer }));
      },
    }));
    expect(await failuresOf(handingOver)).toEqual([]);
  });

  it.each(Object.entries(BROKEN))('%s', async (_, [makeKeeper, duty]) => {
    expect(await failuresOf(makeKeeper)).toContain(duty);
  });

  it('and has no duty that none of them fails', () => {
    const found = new Set(Object.values(BROKEN).map(([, duty]) => duty));
    const all = keeperContract(memoryPlaces()).map(({ name }) => name);
    expect([...found].sort()).toEqual(all.sort());
  });
});

it('takes a function, and says so', () => {
  expect(() => keeperContract(memoryKeeper() as never)).toThrow(TypeError);
});

it('uses places of its own at each call, so that a failed run leaves nothing in the way', async () => {
  const places: string[] = [];
  const noting: MakeKeeper = (place) => {
    places.push(place);
    return memoryKeeper();
  };
  for (const run of [1, 2]) {
    for (const contractCase of keeperContract(noting)) await contractCase.run().catch(() => run);
  }
  expect(new Set(places).size).toBeGreaterThanOrEqual(2 * keeperContract(noting).length);
  for (const place of places) expect(place).toHaveLength(21);
});
