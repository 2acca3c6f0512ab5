/**
 * Random bytes from the platform's generator and from nowhere else: no fallback, no seed, no
 * injection (threat A12). Nothing is drawn when the module is loaded.
 */
import { equalBytes } from '../bytes/compare.js';
import { RowsealError } from '../errors.js';
import { wipe } from './secrets.js';

const CHECK_LENGTH = 32;
const POOL_LENGTH = 4096;
/** In bytes: ids of slots and writers. By chance eight bytes are equal once in 2^56 draws. */
const SHORTEST_DRAW = 8;

/**
 * The first bytes of the latest draw, never handed out: a generator that repeats itself is caught.
 */
let lastCheck: Uint8Array = new Uint8Array(CHECK_LENGTH);
let pool: Uint8Array = new Uint8Array(0);
let poolAt = 0;

/** Fresh random bytes, for keys and salts. Throws `NO_SECURE_RANDOM`. */
export function randomBytes(length: number): Uint8Array {
  return draw(length);
}

/**
 * Random bytes for nonces and ids, from a pool: asking the platform for 24 bytes costs more than
 * encrypting a row.
 *
 * What is handed out is copied and its place in the pool zeroed, so that no byte is used twice
 * (threat A10). Throws `NO_SECURE_RANDOM`.
 */
export function pooledRandomBytes(length: number): Uint8Array {
  if (poolAt + length > pool.length) {
    wipe(pool);
    // Used up from now on: when the draw fails, no wiped byte may be handed out later.
    poolAt = pool.length;
    pool = draw(POOL_LENGTH);
    poolAt = 0;
  }
  const place = pool.subarray(poolAt, poolAt + length);
  const bytes = place.slice();
  wipe(place);
  poolAt += length;
  return bytes;
}

function draw(length: number): Uint8Array {
  const bytes = new Uint8Array(CHECK_LENGTH + length);
  fill(bytes);
  const check = bytes.slice(0, CHECK_LENGTH);
  const again = new Uint8Array(CHECK_LENGTH);
  fill(again);
  if (isConstant(check) || equalBytes(check, again) || equalBytes(check, lastCheck)) fail();
  const drawn = bytes.subarray(CHECK_LENGTH);
  // A generator that fills only the beginning, or goes round, would pass every check above.
  if (length >= SHORTEST_DRAW && (isConstant(drawn) || beginsAlike(drawn, check))) fail();
  lastCheck = check;
  return drawn;
}

function beginsAlike(drawn: Uint8Array, check: Uint8Array): boolean {
  const begin = drawn.subarray(0, CHECK_LENGTH);
  return equalBytes(begin, check.subarray(0, begin.length));
}

/** As it should be; where it is not, the call throws. */
interface Platform {
  readonly crypto: { getRandomValues(into: Uint8Array): unknown };
}

function fill(bytes: Uint8Array): void {
  try {
    (globalThis as unknown as Platform).crypto.getRandomValues(bytes);
  } catch {
    fail();
  }
}

function isConstant(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === bytes[0]);
}

function fail(): never {
  throw new RowsealError(
    'NO_SECURE_RANDOM',
    'This platform has no working crypto.getRandomValues. On React Native, import react-native-get-random-values first.',
  );
}
