/** Chance that repeats itself: for made-up data only, never for keys. */
export interface Chance {
  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number;
  pick<T>(choices: readonly T[]): T;
  digits(length: number): string;
}

/** Marsaglia's xorshift with 32 bits; integers only, so that every engine draws the same. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const below = (limit: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  return {
    below,
    pick: <T>(choices: readonly T[]) => choices[below(choices.length)] as T,
    digits: (length) => Array.from({ length }, () => below(10)).join(''),
  };
}
