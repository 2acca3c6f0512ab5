/** One row with what its entries add up to, before anything of it is decided. */
import type { Vault } from '../keys/vault.js';
import type { Table } from '../rows/table.js';
import { changeOf, type RowChange } from './changed-columns.js';
import { isOutdated } from './renewal.js';
import { digestOf, isNoted, NEW_RECORD } from './row-record.js';
import type { Direction, EngineRow, RowRecord, RowWork } from './sync-store.js';
import { isDue } from './when-to-send.js';

export interface SettleContext {
  readonly vault: Vault;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long to leave a merge to the writer of the payload in place: milliseconds. */
  readonly mergeDelay: () => number;
  readonly deletes: 'sealed' | 'engine';
  /** What arrived up to this entry may be under a revoked key; 0 for nothing. */
  readonly acceptRetiredUpTo: number;
  /** Entries of `out` after this one belong to a later transaction. */
  readonly upTo: number;
}

export interface RowInHand {
  readonly context: SettleContext;
  readonly table: Table;
  readonly work: RowWork;
  readonly change: RowChange;
  readonly record: RowRecord;
  /** The sealed row that holds all this device knew before; the plaintext may say less. */
  readonly known: EngineRow | null;
  /** Whether the app asks for it to be sent again, since the server had refused or lost it. */
  readonly isRetried: boolean;
  /** Whether it waits for upload under a key that is not the primary now. */
  readonly isResealed: boolean;
  /** The sealed row that is to be re-encrypted, if that is needed still; `null` for none. */
  readonly renewed: EngineRow | null;
  /** The entries in hand that end when the row is sealed: the app's writes, and requests. */
  readonly writes: readonly number[];
  /** The other entries. */
  readonly arrived: readonly number[];
  /** Whether the plaintext belongs to a later transaction already. */
  readonly movedOn: boolean;
}

/** What is done with whatever comes of it; to be re-encrypted a row is asked for again. */
const ARRIVED: readonly Direction[] = ['in', 'show', 'renew'];

export function takeInHand(context: SettleContext, table: Table, work: RowWork): RowInHand {
  const { upTo } = context;
  const writes = work.entries.filter(({ dir }) => dir === 'out');
  const next = writes.find(({ seq }) => seq > upTo);
  const mine = writes.filter(({ seq }) => seq <= upTo);
  const has = (dir: Direction) => work.entries.some((entry) => entry.dir === dir);
  const requests = work.entries.filter(({ dir }) => dir === 'retry' || dir === 'reseal');
  return {
    context,
    table,
    work,
    change: changeOf(table, mine, next ? next.base : work.plain),
    record: work.record ?? NEW_RECORD,
    known: knownSealed(table, work),
    isRetried: has('retry'),
    isResealed: has('reseal'),
    renewed: has('renew') && !work.rejected ? work.sealed : null,
    writes: [...mine, ...requests].map(({ seq }) => seq),
    arrived: work.entries.flatMap(({ dir, seq }) => (ARRIVED.includes(dir) ? [seq] : [])),
    movedOn: next !== undefined,
  };
}

/** Sync may have replaced it meanwhile; then the queue has it. */
function knownSealed(table: Table, { record, sealed, entries }: RowWork): EngineRow | null {
  const { known = null, seen = null } = record ?? {};
  if (known || seen === null) return known;
  const replaced = entries.flatMap(({ dir, base }) => (dir === 'in' && base ? [base] : []));
  const candidates = sealed ? [sealed, ...replaced] : replaced;
  return candidates.find((each) => isNoted(table, each, seen)) ?? null;
}

/**
 * Whether there is more to it than an echo or a change of visible columns.
 *
 * Writes that add up to nothing may have kept what arrived before out of the plaintext.
 */
export function needsOpening(row: RowInHand): boolean {
  const { context, table, work, record, writes } = row;
  if (writes.length > 0 || isDue(record, context.now)) return true;
  if (row.renewed && isOutdated(context.vault, row.renewed)) return true;
  if (record.trouble || work.entries.some(({ dir }) => dir === 'show')) return true;
  if (!work.sealed) return work.record !== null;
  return record.seen === null || digestOf(table, work.sealed) !== record.seen;
}
