/** One pass of a mirror: read a snapshot, settle its rows outside every lock, write the outcomes. */
import type { Vault } from '../keys/vault.js';
import { mapInSlices } from '../rows/give-way.js';
import type { Table } from '../rows/table.js';
import { rowKey } from './row-name.js';
import { settleRow } from './settle-row.js';
import type { RowOutcome, RowWork, SyncStore, Work, WriteResult } from './sync-store.js';
import { outcomeBefore, type UnwrittenPass, unwrittenPass } from './unwritten-pass.js';

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
  /** What arrived up to this entry may be under a revoked key; 0 for nothing. */
  readonly acceptRetiredUpTo: number;
  /** The pass before, if that could not be written. */
  readonly unwritten: UnwrittenPass | null;
}

export interface PassResult {
  /** `idle`: there was nothing to do. */
  readonly result: WriteResult | 'idle';
  /** Which rows that sync had brought were opened and written, by `rowKey`. */
  readonly opened: readonly string[];
  /** What it came to when it was `moved`, for the next one. */
  readonly unwritten: UnwrittenPass | null;
  /** How long it took to write, in milliseconds. */
  readonly tookMs: number;
}

/** Throws `LOCKED` when the vault is, with nothing written. */
export async function runPass(context: PassContext): Promise<PassResult> {
  const { store, tables, now, limit, ends, unwritten } = context;
  const work = await store.readWork(limit, now, ends);
  const settling = { ...context, upTo: work.upTo };
  const outcomes = await mapInSlices(
    work.rows,
    (row) =>
      outcomeBefore(unwritten, settling, row) ??
      settleRow(settling, tables.get(row.table) as Table, row),
  );
  return resultOf(context, work, outcomes);
}

/** Writes what became of a pass's work. */
export async function resultOf(
  context: PassContext,
  work: Work,
  outcomes: readonly RowOutcome[],
): Promise<PassResult> {
  const { rows, snapshot } = work;
  if (rows.length === 0) return { result: 'idle', opened: [], unwritten: null, tookMs: 0 };
  const began = Date.now();
  const result = await context.store.writeOutcomes(outcomes, snapshot);
  const tookMs = Date.now() - began;
  if (result === 'moved') {
    return { result, opened: [], unwritten: unwrittenPass(context, work, outcomes), tookMs };
  }
  return { result, opened: openedRows(work, outcomes), unwritten: null, tookMs };
}

function openedRows({ rows }: Work, outcomes: readonly RowOutcome[]): readonly string[] {
  const isOpened = ({ entries }: RowWork, at: number) =>
    entries.some(({ dir }) => dir === 'in') && !outcomes[at]?.record?.trouble;
  return rows.filter(isOpened).map(rowKey);
}
