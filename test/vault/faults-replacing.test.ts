import { describe, expect, it } from 'vitest';
import { createVault, openVault, type Vault } from '../../src/index.js';
import { faultStore, plansFor } from './fault-store.js';
import { expectNothingLost, openWithAny } from './nothing-lost.js';
import { createUser, quick, type User } from './users.js';

const NEXT = 'the password of the vault that takes its place';

/** Gives the user's vault up for a new one, by the pin. */
function replaceVault(user: User, store = faultStore(user.device)) {
  const created = createVault(store, quick(NEXT), { replaces: user.device.pin ?? '' });
  return { store, created };
}

async function plans() {
  const { store, created } = replaceVault(await createUser('password and recovery key'));
  await created;
  const faults = plansFor(store.calls);
  // Changes elsewhere meet a vault that is being given up; they are another test's.
  return faults.filter(({ fault }) => !/elsewhere|another tab/.test(fault));
}

describe('createVault in place of another loses neither half way', async () => {
  it.each(await plans())('when call $call, $name, meets: $fault', async (plan) => {
    const user = await createUser('password and recovery key');
    const oldHeader = user.device.header;
    const oldPin = user.device.pin ?? '';
    const { store, created } = replaceVault(user, faultStore(user.device, { plan }));
    const outcome = await Promise.race([created.catch((error: unknown) => error), store.crashed]);
    store.forgetNow();
    if (user.device.header === oldHeader) {
      await expectOldVault(user, oldPin);
    } else {
      const there = await openVault(user.device.otherDevice(), quick(NEXT));
      const here = await openReplaced(user, oldPin);
      expect(here.vaultId).toBe(there.vaultId);
      if (typeof outcome === 'object' && outcome !== null && 'vault' in outcome) {
        expect((outcome.vault as Vault).vaultId).toBe(here.vaultId);
      }
    }
  });
});

/** The old header stands: its secrets open it, unless this device has been told to forget it. */
async function expectOldVault(user: User, oldPin: string): Promise<void> {
  if (user.device.pin === oldPin) await expectNothingLost(user);
  else await openWithAny(user.device.otherDevice(), user.has);
}

/** The new header stands, and this device may still remember the old one: give that up by name. */
async function openReplaced({ device }: User, oldPin: string): Promise<Vault> {
  if (device.pin !== oldPin) return openVault(device, quick(NEXT));
  const opening = openVault(device, quick(NEXT));
  await expect(opening).rejects.toMatchObject({ code: 'VAULT_MISMATCH' });
  return openVault(device, quick(NEXT), { replaces: oldPin });
}
