/**
 * A platform without chance: the clock stands where it is put, and random bytes come from a seed.
 * Only the generator of test vectors runs in it.
 */
import { createHash } from 'node:crypto';
import { pooledRandomBytes } from '../../../src/crypto/random.js';

let time = 0;

export function setClock(milliseconds: number): void {
  time = milliseconds;
}

export async function onFixedPlatform<T>(seed: string, run: () => Promise<T>): Promise<T> {
  const { now } = Date;
  let block = 0;
  let rest = Buffer.alloc(0);
  const getRandomValues = (into: Uint8Array): Uint8Array => {
    while (rest.length < into.length) {
      rest = Buffer.concat([rest, createHash('sha256').update(`${seed} ${block++}`).digest()]);
    }
    into.set(rest.subarray(0, into.length));
    rest = rest.subarray(into.length);
    return into;
  };
  Date.now = () => time;
  Object.defineProperty(crypto, 'getRandomValues', { value: getRandomValues, configurable: true });
  try {
    dropPooledBytes();
    return await run();
  } finally {
    Date.now = now;
    Reflect.deleteProperty(crypto, 'getRandomValues');
    dropPooledBytes();
  }
}

/** More than the pool holds: it is drawn anew, and is used up afterwards. */
function dropPooledBytes(): void {
  pooledRandomBytes(4097);
}
