import { describe, expect, it } from 'vitest';
import { comesTrue } from '../../examples/bank-statement/comes-true.js';

describe('waiting for a share to come to one', () => {
  it('ends when it does, and tells of every step', async () => {
    const looks = [0.5, 0.2, 0.5, 0.75, 1];
    const seen: number[] = [];
    const came = await comesTrue(
      async () => looks.shift() ?? 0,
      60_000,
      (share) => seen.push(share),
    );
    expect(came).toBe(true);
    expect(seen).toEqual([0.5, 0.75, 1]);
    expect(looks).toEqual([]);
  });

  it('takes a condition for a share', async () => {
    expect(await comesTrue(async () => true, 0)).toBe(true);
  });

  it('ends when nothing moves any more', async () => {
    expect(await comesTrue(async () => 0.5, 10)).toBe(false);
    expect(await comesTrue(async () => false, 10)).toBe(false);
    expect(await comesTrue(async () => Number.NaN, 10)).toBe(false);
  });
});
