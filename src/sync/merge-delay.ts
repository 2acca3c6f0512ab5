/** How long a merge is left to another device, so that of many only one sends it. */
import { pooledRandomBytes } from '../crypto/random.js';

const LEAST_MS = 10_000;
const SPREAD_MS = 50_000;
/** In milliseconds. */
export const LONGEST_MERGE_DELAY_MS = LEAST_MS + SPREAD_MS;

/**
 * How long a device leaves a merge to the writer of the payload in place: 10 to 60 s.
 *
 * At random, so that devices which would send the same one don't wake at the same moment.
 */
export function randomMergeDelay(): number {
  const [high = 0, low = 0] = pooledRandomBytes(2);
  return LEAST_MS + Math.floor((SPREAD_MS * (high * 256 + low)) / 0x10000);
}
