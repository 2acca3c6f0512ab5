import { expect, it } from 'vitest';
import {
  decryptRow,
  openVault,
  RowsealError,
  restoreHeader,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import type { OpenStore } from '../support/open-store.js';
import { createWorld, diary, ROW } from '../support/world.js';
import { type CallName, faultStore, type Plan, plansFor } from './fault-store.js';
import { quick } from './users.js';

const CALLS: readonly CallName[] = [
  'loadPin',
  'loadHeader',
  'saveHeader',
  'loadHeader',
  'loadPin',
  'savePin',
];

/** A device that is ahead of its server, and what the latter shows. */
async function ledBack(shown: 'older' | 'none') {
  const world = await createWorld();
  const vault = await rotateDataKey(world.store, world.vault);
  world.store.header = shown === 'older' ? world.header : null;
  return { ...world, vault };
}

it('asks for no more than it must', async () => {
  const { store, vault } = await ledBack('older');
  const counting = faultStore(store);
  await restoreHeader(counting, vault);
  expect(counting.calls).toEqual(CALLS);
});

// Others can change nothing until the header is back.
const plans = plansFor(CALLS).filter(({ fault }) => !/elsewhere|another tab/.test(fault));
const cases = plans.flatMap((plan) => [
  { shown: 'older' as const, ...plan },
  { shown: 'none' as const, ...plan },
]);

it.each(cases)(
  'loses nothing of $shown when call $call, $name, meets: $fault',
  async ({ shown, ...plan }) => {
    const { store, vault, sealed } = await ledBack(shown);
    await runWithFault(store, vault, plan);
    const offline = await openVault(store, quick(), { offline: true });
    expect(offline.header).toBe(vault.header);
    const { found } = await restoreHeader(store, offline);
    expect([shown, 'same']).toContain(found);
    expect(store.header).toBe(vault.header);
    const fresh = await openVault(store.otherDevice(), quick());
    expect(decryptRow(fresh, diary, sealed)).toEqual(ROW);
  },
);

async function runWithFault(device: OpenStore, vault: Vault, plan: Plan): Promise<void> {
  const store = faultStore(device, { plan });
  const restoring = restoreHeader(store, vault).catch((error: unknown) => error);
  const outcome = await Promise.race([restoring, store.crashed]);
  store.forgetNow();
  if (outcome instanceof RowsealError) expect(outcome.code).toBe('STORE_FAILED');
  else expect(outcome instanceof Error).toBe(false);
}
