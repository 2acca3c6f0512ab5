/**
 * Which mirror of a database works: it shows so by beats, and the others look.
 *
 * Only who works, and when, depends on it. What is written is right in any case, since each batch
 * asks in its own transaction whether its mirror still is the one.
 */
import type { CommonPowerSyncDatabase, LockContext, Transaction } from '@powersync/common';
import type { Lease, RequestResult, Standing } from '../../sync/lease.js';
import { type BookkeepingState, readState } from './bookkeeping.js';
import { LEASE_TABLE } from './lease-tables.js';

/** Whoever stands by asks again at each look, so that one that has gone is not answered for ever. */
const ANSWER = 'UPDATE rowseal_beats SET beat = beat + 1, awaited = 0';

/** What a store is known by, from its first take-over on. */
export interface Hold {
  /** Its number as the mirror that works; `null` as long as it never was. */
  readonly owner: number | null;
  /** How often the database had been cleared. */
  readonly clears: number;
}

export function standingOf(
  { owner, isHeld, clears }: BookkeepingState,
  hold: Hold | null,
): Standing {
  if (clears !== hold?.clears) return 'replaced';
  return isHeld && owner === hold.owner ? 'working' : 'standby';
}

/** The `lease` of a store. */
export async function readLease(
  db: CommonPowerSyncDatabase,
  hold: Hold | null,
  awaits: boolean,
): Promise<Lease> {
  const state = await readState(db);
  const standing = standingOf(state, hold);
  if (awaits && standing === 'standby' && !state.isAwaited) {
    await db.execute('UPDATE rowseal_beats SET awaited = 1');
  }
  return { standing, isFree: !state.isHeld, beat: state.beat };
}

/** The `beat` of a store. */
export async function beat(db: CommonPowerSyncDatabase, hold: Hold | null): Promise<Standing> {
  const seen = await readState(db);
  const standing = standingOf(seen, hold);
  if (standing !== 'working' || !seen.isAwaited) return standing;
  // Where another one took over this very moment, it is shown to work once more than it does.
  await db.execute(ANSWER);
  return standing;
}

/** The `giveUp` of a store. */
export async function giveUp(tx: Transaction, hold: Hold | null): Promise<void> {
  if (standingOf(await readState(tx), hold) === 'working') await leaveWork(tx);
}

/** From now on nobody works. */
export async function leaveWork(tx: LockContext): Promise<void> {
  await tx.execute(`UPDATE ${LEASE_TABLE} SET held = 0`);
}

/** Makes a store the one that works; returns its number. */
export async function take(
  tx: LockContext,
  { owner, isHeld }: BookkeepingState,
  hold: Hold | null,
): Promise<number> {
  // Who has it already keeps its number, so that a commit of which it never heard costs it nothing.
  const taken = isHeld && owner === hold?.owner ? owner : owner + 1;
  await tx.execute('UPDATE rowseal_state SET owner = ?', [taken]);
  await tx.execute(`UPDATE ${LEASE_TABLE} SET held = 1`);
  await tx.execute(ANSWER);
  return taken;
}

/** Does what the app asks for, unless the database was cleared: it may be another user's by now. */
export async function unlessCleared(
  tx: Transaction,
  hold: Hold | null,
  request: () => Promise<void>,
): Promise<RequestResult> {
  if (standingOf(await readState(tx), hold) === 'replaced') return 'replaced';
  await request();
  return 'queued';
}
