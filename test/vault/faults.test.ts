import { beforeEach, describe, it, vi } from 'vitest';
import type { Vault, VaultOpener } from '../../src/index.js';
import { runCase } from './fault-case.js';
import { faultStore, type Plan, plansFor } from './fault-store.js';
import { OPERATIONS, type Operation } from './operations.js';
import type { SlotSet } from './users.js';

// One clock for all devices, so that no two of them write at the same moment.
let now = Date.now();
beforeEach(() => {
  vi.spyOn(Date, 'now').mockImplementation(() => ++now);
});

for (const operation of OPERATIONS) {
  for (const slotSet of operation.slotSets) {
    const plans = await plansOf(operation, slotSet);
    describe(`${operation.name} with ${slotSet} loses nothing`, () => {
      it.each(plans)('when call $call, $name, meets: $fault', async (plan) => {
        await runCase(operation, slotSet, plan);
      });
    });
  }
}

/** A dry run, which counts the calls on the store. */
async function plansOf(operation: Operation, slotSet: SlotSet): Promise<Plan[]> {
  const user = await operation.prepare(slotSet);
  const store = faultStore(user.device);
  await operation.run(store, user.vault as Vault, user.has[0] as VaultOpener);
  return plansFor(store.calls);
}
