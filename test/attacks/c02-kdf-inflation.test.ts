import { describe, expect, it } from 'vitest';
import { assertKdfBounds, KDF_POLICY, type KdfParameters } from '../../src/crypto/kdf.js';
import { alter, forge, stolenKey, withSlot } from '../support/header-surgeon.js';
import { expectHeaderRefused } from '../support/served-header.js';
import { createWorld } from '../support/world.js';

const GIB = 1024 * 1024;

const COSTLY: readonly Partial<KdfParameters>[] = [
  { memoryKiB: 2 ** 32 - 1 },
  { memoryKiB: GIB + 1, passes: 2 },
  { memoryKiB: GIB, passes: 2 },
  { passes: 11 },
  { passes: 1_000_000 },
  { passes: 2 ** 32 - 1 },
  { lanes: 5 },
  { lanes: 255 },
  { memoryKiB: GIB / 2 + 1, passes: 2 },
  { memoryKiB: Math.ceil(GIB / 10), passes: 10 },
  { memoryKiB: 2 ** 32 - 1, passes: 2 ** 32 - 1, lanes: 255 },
];

describe('C02: the server asks for endless password work', () => {
  it.each(COSTLY)('refuses %j before any Argon2id', async (change) => {
    const world = await createWorld();
    const slots = withSlot(world.header, 'password', { costs: { ...KDF_POLICY, ...change } });
    const fresh = ['KDF_PARAMS_REFUSED'] as const;
    for (const header of [
      alter(world.header, { slots }),
      forge(world.header, stolenKey(world.vault), { slots }),
    ]) {
      await expectHeaderRefused(world, header, { fresh, structural: true });
    }
  });

  it.each([
    { memoryKiB: GIB / 2, passes: 2, lanes: 4 },
    { memoryKiB: Math.floor(GIB / 10), passes: 10, lanes: 1 },
    { memoryKiB: 19 * 1024, passes: 10, lanes: 4 },
    KDF_POLICY,
  ])('accepts %j, so the bounds above are where they should be', (costs) => {
    expect(() => assertKdfBounds(costs)).not.toThrow();
  });

  it('spends at most one run however many slots a header has', async () => {
    const world = await createWorld();
    const slots = withSlot(world.header, 'password', { salt: new Uint8Array(16) });
    const header = alter(world.header, { slots });
    const runs = world.kdf.runs;
    const openings = ['password'] as const;
    await expectHeaderRefused(world, header, { fresh: ['UNLOCK_FAILED'], openings });
    expect(world.kdf.runs - runs, 'one per device').toBe(2);
  });
});
