/** One pass of a mirror: read a snapshot, settle its rows outside every lock, write the outcomes. */
import type { Vault } from '../keys/vault.js';
import type { Table } from '../rows/table.js';
import { mapInSlices } from './give-way.js';
import { settleRow } from './settle-row.js';
import type { RowOutcome, SyncStore, Work, WriteResult } from './sync-store.js';

export interface PassContext {
  readonly store: SyncStore;
  /** The tables by name. */
  readonly tables: ReadonlyMap<string, Table>;
  readonly vault: Vault;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Rows in one pass, about. */
  readonly limit: number;
  /** Entries at which transactions of the app are known to end. */
  readonly ends: readonly number[];
  readonly mergeDelay: () => number;
  readonly deletes: 'sealed' | 'engine';
  readonly acceptRetired: boolean;
}

export interface PassResult {
  /** `idle`: there was nothing to do. */
  readonly result: WriteResult | 'idle';
  /** Rows of it that sync had brought. */
  readonly arrived: number;
}

/** Throws `LOCKED` when the vault is, with nothing written. */
export async function runPass(context: PassContext): Promise<PassResult> {
  const { store, tables, now, limit, ends } = context;
  const work = await store.readWork(limit, now, ends);
  const settling = { ...context, upTo: work.upTo };
  const outcomes = await mapInSlices(work.rows, (row) =>
    settleRow(settling, tables.get(row.table) as Table, row),
  );
  return resultOf(context, work, outcomes);
}

/** Writes what became of a pass's work. */
export async function resultOf(
  { store }: PassContext,
  { rows, snapshot }: Work,
  outcomes: readonly RowOutcome[],
): Promise<PassResult> {
  if (rows.length === 0) return { result: 'idle', arrived: 0 };
  const arrived = rows.filter(({ entries }) => entries.some(({ dir }) => dir === 'in')).length;
  return { result: await store.writeOutcomes(outcomes, snapshot), arrived };
}
