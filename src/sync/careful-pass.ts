/**
 * A pass that failed, and failed again: rows that can't be settled or written are told from a
 * database that fails, and held, so that the others go on.
 */
import { RowsealError } from '../errors.js';
import { mapInSlices } from '../rows/give-way.js';
import type { Table } from '../rows/table.js';
import { type PassContext, type PassResult, resultOf } from './mirror-pass.js';
import type { SettleContext } from './row-in-hand.js';
import { rowKey } from './row-name.js';
import { holdRow, settleRow } from './settle-row.js';
import type { RowOutcome, RowWork, SyncStore } from './sync-store.js';

/** So many trials in a row may fail before it is the database that does. */
const TRIAL_LIMIT = 32;

/** What came of settling one row. */
interface Attempt {
  readonly work: RowWork;
  /** Throws what settling threw. */
  outcome(): RowOutcome;
}

interface Trials {
  /** Whether these rows could be written. */
  works(attempts: readonly Attempt[]): Promise<boolean>;
  /** Why the last rows could not. */
  failure(): unknown;
}

/**
 * Holds the rows that fail each by itself while the others do not, and that did so last time too:
 * `suspects` has those of then, and gets those of now.
 *
 * Throws `LOCKED`, and what the database throws, with nothing written.
 */
export async function runCarefulPass(
  context: PassContext,
  suspects: Set<string>,
): Promise<PassResult> {
  const { store, tables, now, limit, ends } = context;
  const work = await store.readWork(limit, now, ends);
  const settling = { ...context, upTo: work.upTo };
  const tableOf = ({ table }: RowWork) => tables.get(table) as Table;
  await store.rehearse([], work.snapshot);
  const attempts = await mapInSlices(work.rows, (row) => attempt(settling, tableOf(row), row));
  const trials = createTrials(store, work.snapshot);
  const failing = await failingAmong(attempts, trials);
  const isCertain = failing.every((each) => suspects.has(rowKey(each.work)));
  suspects.clear();
  for (const each of failing) suspects.add(rowKey(each.work));
  const isAll = failing.length === attempts.length;
  if (failing.length > 0 && (isAll || !isCertain)) throw trials.failure();
  const outcomes = attempts.map((each) =>
    failing.includes(each)
      ? holdRow(settling, tableOf(each.work), each.work, heldFor())
      : each.outcome(),
  );
  return resultOf(context, work, outcomes);
}

function attempt(context: SettleContext, table: Table, work: RowWork): Attempt {
  try {
    const outcome = settleRow(context, table, work);
    return { work, outcome: () => outcome };
  } catch (error) {
    if (error instanceof RowsealError) throw error;
    return {
      work,
      outcome() {
        throw error;
      },
    };
  }
}

function createTrials(store: SyncStore, snapshot: number): Trials {
  let failure: unknown;
  let left = TRIAL_LIMIT;
  return {
    failure: () => failure,
    async works(attempts) {
      try {
        await store.rehearse(
          attempts.map((each) => each.outcome()),
          snapshot,
        );
        left = TRIAL_LIMIT;
        return true;
      } catch (error) {
        if (--left === 0) throw error;
        failure = error;
        return false;
      }
    },
  };
}

/** By halves, since mostly one row fails. */
async function failingAmong(
  attempts: readonly Attempt[],
  trials: Trials,
): Promise<readonly Attempt[]> {
  if (await trials.works(attempts)) return [];
  if (attempts.length === 1) return attempts;
  const middle = attempts.length >> 1;
  const first = await failingAmong(attempts.slice(0, middle), trials);
  return [...first, ...(await failingAmong(attempts.slice(middle), trials))];
}

/** What the database said may quote the row; the status had it while the mirror was failing. */
function heldFor(): RowsealError {
  return new RowsealError(
    'STORE_FAILED',
    'The database fails at this row and takes others. Nothing is lost; `retry` tries it again.',
  );
}
