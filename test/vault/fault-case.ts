/** One case: a function runs, one call goes wrong, and the user comes back. */
import { expect } from 'vitest';
import {
  RowsealError,
  type RowsealErrorCode,
  type Vault,
  type VaultOpener,
} from '../../src/index.js';
import { parsePin } from '../../src/keys/pin.js';
import { changeElsewhere } from './change-elsewhere.js';
import { faultStore, type Plan } from './fault-store.js';
import { expectNothingLost, openWithAny, refusalHere } from './nothing-lost.js';
import type { Operation, Returned } from './operations.js';
import { type SlotSet, sealRow, type TrackedRow, type User } from './users.js';

type Outcome = Returned | RowsealError | 'crashed';

export async function runCase(operation: Operation, slotSet: SlotSet, plan: Plan): Promise<void> {
  const prepared = await operation.prepare(slotSet);
  const user = { ...prepared, has: [...prepared.has, ...operation.brings] };
  const outcome = await runWithFault(operation, user, plan);
  if (outcome === 'crashed') {
    await expectNothingLost(user);
    await expectRetryWorks(operation, user);
    return;
  }
  const code = outcome instanceof RowsealError ? outcome.code : 'returned';
  expect(outcomesOf(plan)).toContain(code);
  const forgotten = plan.fault === 'forget-later' && plan.name === 'saveHeader';
  user.rows.push(...rowsAfter(operation, user, outcome, forgotten));
  if (!(outcome instanceof RowsealError)) user.has.push(...outcome.shown);
  await expectNothingLost(user);
  if (forgotten) await expectServerWakesUp(user, outcome as Returned);
  await expectRetryWorks(operation, user);
}

async function runWithFault(operation: Operation, user: User, plan: Plan): Promise<Outcome> {
  let epochElsewhere = 0;
  const store = faultStore(user.device, {
    plan,
    async meanwhile(fault) {
      epochElsewhere = (await changeElsewhere(user, fault)).epoch;
    },
  });
  const current = user.has[0] as VaultOpener;
  const run = operation.run(store, user.vault as Vault, current).catch((error: unknown) => {
    if (error instanceof RowsealError) return error;
    throw error;
  });
  const outcome = await Promise.race([run, store.crashed]);
  store.forgetNow();
  // Only between a look at the pin and the write of it can another tab's be lowered.
  if (plan.fault === 'rotated in another tab' && plan.name !== 'savePin') {
    expect(parsePin(user.device.pin ?? '').epoch).toBeGreaterThanOrEqual(epochElsewhere);
  }
  return outcome;
}

/** What a function may do at each fault: throw one of these, or return. */
function outcomesOf({ name, fault, headerSaved }: Plan): (RowsealErrorCode | 'returned')[] {
  if (fault === 'refuse') return ['STORE_FAILED'];
  // Reading back tells what became of a header, whatever the answer to the write was. A pin is
  // not read back, and forgetting it loses nothing.
  if (fault === 'answer-lost') return name === 'saveHeader' ? ['returned'] : ['STORE_FAILED'];
  if (fault === 'forget') return name === 'saveHeader' ? ['STORE_FAILED'] : ['returned'];
  if (fault === 'forget-later' || headerSaved) return ['returned'];
  if (name === 'saveHeader') return ['HEADER_CONFLICT'];
  // Elsewhere, the password that was right a moment ago may have been changed; a tab may have
  // raised the pin since the header was loaded.
  return fault === 'rotated in another tab'
    ? ['returned', 'HEADER_CONFLICT', 'HEADER_ROLLBACK']
    : ['returned', 'HEADER_CONFLICT', 'UNLOCK_FAILED'];
}

/** The app goes on writing: with the snapshot it had, and with the one it got. */
function rowsAfter(
  { name }: Operation,
  { vault }: User,
  outcome: Returned | RowsealError,
  forgotten: boolean,
): TrackedRow[] {
  const rows: TrackedRow[] = [];
  if (vault) rows.push(sealRow(vault, { late: true, onlyHere: name === 'adoptHeader' }));
  // A server that shows a header and forgets it later can't be caught by reading back: what was
  // sealed under a key of that header opens on this device, from the pin, until the server shows
  // the header again.
  if (!(outcome instanceof RowsealError)) {
    rows.push(sealRow(outcome.vault, { onlyHere: forgotten }));
  }
  return rows;
}

/** The one fault that only the server can mend: it must show again what it had acknowledged. */
async function expectServerWakesUp(user: User, { vault }: Returned): Promise<void> {
  const { device } = user;
  const refusal = await refusalHere(user);
  expect(refusal).toBe(device.header === null ? 'VAULT_MISSING' : 'HEADER_ROLLBACK');
  device.header = vault.header;
}

/** The user opens the vault again and repeats the call at an honest store. */
async function expectRetryWorks(operation: Operation, user: User): Promise<void> {
  const { device, has } = user;
  const { vault, shown } = await retry(operation, user);
  const rows = [...user.rows, sealRow(vault)].map((row) => ({ ...row, onlyHere: false }));
  const after = { ...user, has: [...has, ...shown], rows };
  await expectNothingLost(after);
  expect(await refusalHere(after)).toBeNull();
  expect(device.pin, 'what this device remembers').not.toBeNull();
}

async function retry(operation: Operation, user: User): Promise<Returned> {
  const { device, has } = user;
  if (device.header === null) {
    expect(device.pin).toBeNull();
    return operation.run(device, undefined as never, has[0] as VaultOpener);
  }
  // On a new device: the fork that adoptHeader ends can't be opened on this one.
  const there = await openWithAny(device.otherDevice(), has);
  if (operation.name === 'adoptHeader') return operation.run(device, there.vault, there.current);
  const { vault, current } = await openWithAny(device, has);
  if (operation.name.startsWith('createVault')) return { vault, shown: [] };
  return operation.run(device, vault, current);
}
