import { encodeBase64url } from '../bytes/base64url.js';
import { equalBytes } from '../bytes/compare.js';
import { copyOf } from '../bytes/copies.js';
import { isBytes } from '../bytes/is-bytes.js';
import { randomBytes } from '../crypto/random.js';
import type { VaultKeeper } from '../keys/vault-keeper.js';

const PLACE_LENGTH = 9;
/** As long as a kept key is today, the least, and the most that a keeper is asked to take. */
const LENGTHS = [81, 1, 256];

/** One duty of a keeper, to be run under any test runner. */
export interface ContractCase {
  /** What the keeper does, as the name of a test. */
  readonly name: string;
  /** Throws an `Error` that says what the keeper did instead. */
  run(): Promise<void>;
}

type Duty = (open: () => VaultKeeper, elsewhere: () => VaultKeeper) => Promise<void>;

/**
 * The contract of a `VaultKeeper` as test cases, for a keeper that you wrote.
 *
 * Run them where the keeper will live: on the device, with its storage.
 *
 * @param makeKeeper makes a keeper for a place, a text of 21 characters: keepers of one place find
 * what the others left, as an app does after a reload; keepers of two places share nothing
 *
 * @throws `NO_SECURE_RANDOM`; `TypeError` when `makeKeeper` is no function.
 *
 * @example
 * ```ts
 * import { browserKeeper } from 'rowseal';
 * import { keeperContract } from 'rowseal/testing';
 *
 * for (const { name, run } of keeperContract((place) => browserKeeper({ name: place }))) {
 *   await run(); // with a test runner: test(name, run);
 *   console.log(name);
 * }
 * ```
 */
export function keeperContract(
  makeKeeper: (place: string) => VaultKeeper,
): readonly ContractCase[] {
  if (typeof makeKeeper !== 'function') {
    throw new TypeError('keeperContract takes a function that makes a keeper for a place.');
  }
  return Object.entries(DUTIES).map(([name, duty]) => {
    const [place, other] = [newPlace(), newPlace()];
    const open = () => makeKeeper(place);
    const elsewhere = () => makeKeeper(other);
    const run = async () => {
      try {
        await duty(open, elsewhere);
      } finally {
        // Nothing is left behind by a keeper that failed; if it fails here too, the first failure counts.
        await Promise.allSettled([open, elsewhere].map(async (keeper) => keeper().forget()));
      }
    };
    return { name, run };
  });
}

const DUTIES: Readonly<Record<string, Duty>> = {
  async 'recalls null before anything is kept'(open) {
    await expectNothing(open());
  },
  async 'recalls what was kept, byte by byte, whatever its length'(open) {
    const keeper = open();
    for (const length of LENGTHS) {
      const secret = secretOf(length);
      await keeper.keep(copyOf(secret));
      await expectKept(keeper, secret);
    }
  },
  async 'recalls every value that a byte can have'(open) {
    const keeper = open();
    const secret = Uint8Array.from({ length: 256 }, (_, i) => i);
    await keeper.keep(copyOf(secret));
    await expectKept(keeper, secret);
  },
  async 'keeps the bytes of a view, and nothing around them'(open) {
    const keeper = open();
    const around = secretOf(100);
    await keeper.keep(around.subarray(7, 88));
    await expectKept(keeper, around.subarray(7, 88));
  },
  async 'keeps them through a reload'(open) {
    const secret = secretOf();
    await open().keep(copyOf(secret));
    await expectKept(open(), secret);
    await expectKept(open(), secret);
  },
  async 'leaves the bytes that it is given as they are'(open) {
    const secret = secretOf();
    const given = copyOf(secret);
    await open().keep(given);
    ensure(given.length === 0 || equalBytes(given, secret), 'keep changed the bytes it was given.');
  },
  async 'has them when the promise settles: they may be zeroed then'(open) {
    const keeper = open();
    const secret = secretOf();
    const given = copyOf(secret);
    await keeper.keep(given);
    if (given.length > 0) given.fill(0);
    await expectKept(keeper, secret);
    await expectKept(open(), secret);
  },
  async 'recalls into a buffer of its own each time'(open) {
    const keeper = open();
    const secret = secretOf();
    await keeper.keep(copyOf(secret));
    (await keeper.recall())?.fill(0);
    await expectKept(keeper, secret);
    await expectKept(open(), secret);
  },
  async 'never changes what it has recalled'(open) {
    const keeper = open();
    const secret = secretOf();
    await keeper.keep(copyOf(secret));
    const recalled = await keeper.recall();
    await keeper.keep(secretOf());
    await keeper.recall();
    await keeper.forget();
    ensureEqual(recalled, secret);
  },
  async 'keeps the last one only'(open) {
    const keeper = open();
    for (const length of [256, 1, 81]) {
      const secret = secretOf(length);
      await keeper.keep(copyOf(secret));
      await expectKept(keeper, secret);
      await expectKept(open(), secret);
    }
  },
  async 'forgets, for good'(open) {
    const keeper = open();
    await keeper.keep(secretOf());
    await keeper.forget();
    await expectNothing(keeper);
    await expectNothing(open());
  },
  async 'forgets what was kept before a reload'(open) {
    await open().keep(secretOf());
    await open().forget();
    await expectNothing(open());
  },
  async 'forgets nothing as gladly as something'(open) {
    const keeper = open();
    await keeper.forget();
    await keeper.forget();
    await expectNothing(keeper);
  },
  async 'keeps again after it forgot'(open) {
    const keeper = open();
    const secret = secretOf();
    await keeper.keep(secretOf());
    await keeper.forget();
    await keeper.keep(copyOf(secret));
    await expectKept(open(), secret);
  },
  async 'keeps each place apart'(open, elsewhere) {
    const [here, there] = [secretOf(), secretOf()];
    await open().keep(copyOf(here));
    await expectNothing(elsewhere());
    await elsewhere().keep(copyOf(there));
    await expectKept(open(), here);
    await elsewhere().forget();
    await expectKept(open(), here);
  },
  async 'keeps one of two whole when two tabs keep at once'(open) {
    const secrets = [secretOf(81), secretOf(81), secretOf(200), secretOf(81)];
    await Promise.all(secrets.map((secret) => open().keep(copyOf(secret))));
    const kept = await open().recall();
    const isOne = isBytes(kept) && secrets.some((secret) => equalBytes(secret, kept));
    ensure(isOne, 'After keeping at once, recall gave none of the secrets.');
  },
};

function secretOf(length = 81): Uint8Array {
  return randomBytes(length);
}

function newPlace(): string {
  return `contract ${encodeBase64url(randomBytes(PLACE_LENGTH))}`;
}

async function expectKept(keeper: VaultKeeper, secret: Uint8Array): Promise<void> {
  ensureEqual(await keeper.recall(), secret);
}

async function expectNothing(keeper: VaultKeeper): Promise<void> {
  const recalled: unknown = await keeper.recall();
  ensure(recalled === null, `recall gave ${kindOf(recalled)}; nothing is kept, so it is null.`);
}

function ensureEqual(recalled: unknown, secret: Uint8Array): void {
  ensure(isBytes(recalled), `recall gave ${kindOf(recalled)} in place of a Uint8Array.`);
  ensure(
    equalBytes(recalled as Uint8Array, secret),
    'recall gave other bytes than were kept last.',
  );
}

/** Never the value: what a keeper returns is a secret. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (isBytes(value)) return `${value.length} bytes`;
  return Object.prototype.toString.call(value).slice(8, -1);
}

function ensure(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}
