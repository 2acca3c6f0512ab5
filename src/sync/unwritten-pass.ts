/**
 * A pass that could not be written, since sync had replaced a row of it: the others need not be
 * sealed again, however often that happens.
 */
import type { Vault } from '../keys/vault.js';
import type { SettleContext } from './row-in-hand.js';
import { rowKey } from './row-name.js';
import type { RowOutcome, RowWork, Work } from './sync-store.js';

/** What became of each of its rows, and under which circumstances. */
export interface UnwrittenPass {
  readonly vault: Vault;
  readonly acceptRetiredUpTo: number;
  readonly upTo: number;
  /** By table and id. */
  readonly rows: ReadonlyMap<string, Settled>;
}

interface Settled {
  readonly work: RowWork;
  readonly outcome: RowOutcome;
}

export function unwrittenPass(
  { vault, acceptRetiredUpTo }: Pick<SettleContext, 'vault' | 'acceptRetiredUpTo'>,
  { upTo, rows }: Work,
  outcomes: readonly RowOutcome[],
): UnwrittenPass {
  const settled = rows.map((work, at) => {
    return [rowKey(work), { work, outcome: outcomes[at] as RowOutcome }] as const;
  });
  return { vault, acceptRetiredUpTo, upTo, rows: new Map(settled) };
}

/** The outcome of a row that is as it was, with nothing else changed that decides about it. */
export function outcomeBefore(
  unwritten: UnwrittenPass | null,
  { vault, acceptRetiredUpTo, upTo }: SettleContext,
  work: RowWork,
): RowOutcome | null {
  if (unwritten?.vault !== vault || unwritten.acceptRetiredUpTo !== acceptRetiredUpTo) return null;
  const before = unwritten.rows.get(rowKey(work));
  const end = Math.min(upTo, unwritten.upTo);
  const isInHand = work.entries.every(({ dir, seq }) => dir !== 'out' || seq <= end);
  const isSame = isInHand && JSON.stringify(before?.work) === JSON.stringify(work);
  return before && isSame ? before.outcome : null;
}
