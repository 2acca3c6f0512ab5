/** How far a re-encryption has come, counted without keys. */
import { type KeyUse, keyIdOfPrefix } from '../rows/key-use.js';
import type { MirrorReencryption, ReencryptionPlan } from './reencryption.js';
import type { SyncStore } from './sync-store.js';

/** Counting reads every row: long work does it about so often, and not after every page. */
const COUNTS = 100;

export interface Tally {
  /** Counts what is under another key than the one that payloads with `prefix` are under. */
  count(prefix: string): Promise<void>;
  /** The same after a page, unless it was done not long ago. */
  countNow(prefix: string, isLast: boolean): Promise<void>;
  tell(waiting: number): void;
  left(): number;
  result(): MirrorReencryption;
}

export function createTally(store: SyncStore, { onProgress, pageLength }: ReencryptionPlan): Tally {
  let [done, left, pages] = [0, 0, 0];
  let every = 0;
  const count = async (prefix: string) => {
    const uses = await store.keyUse();
    const others = uses.filter((use) => use.prefix !== prefix);
    const now = others.reduce((sum, { payloads }) => sum + payloads, 0);
    // What another device sends under an earlier key comes on top, and undoes nothing.
    done += Math.max(0, left - now);
    left = now;
    every ||= Math.ceil(left / pageLength / COUNTS);
  };
  return {
    count,
    async countNow(prefix, isLast) {
      pages++;
      if (isLast || pages % every === 0) await count(prefix);
    },
    tell: (waiting) => onProgress({ done, left, waiting }),
    left: () => left,
    result: () => ({ done, left }),
  };
}

/** The `keyUse` of a mirror. */
export async function keyUse(store: SyncStore): Promise<readonly KeyUse[]> {
  const counts = new Map<string | null, number>();
  for (const { prefix, payloads } of await store.keyUse()) {
    const keyId = keyIdOfPrefix(prefix);
    counts.set(keyId, (counts.get(keyId) ?? 0) + payloads);
  }
  return [...counts]
    .map(([keyId, payloads]) => ({ keyId, payloads }))
    .sort((one, other) => other.payloads - one.payloads);
}
