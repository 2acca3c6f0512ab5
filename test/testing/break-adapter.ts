/** The adapter in memory with something broken. */
import {
  type AdapterHands,
  memoryAdapter,
  type OpenAdapter,
  type QueueEntry,
  type RowOutcome,
  type RowWork,
  type SyncStore,
} from '../../src/testing/testing.js';

type BreakStore = (store: SyncStore, hands: AdapterHands) => Partial<SyncStore>;
type BreakHands = (hands: AdapterHands) => Partial<AdapterHands>;

/** The adapter in memory, with parts of its stores replaced by broken ones. */
export function storesBy(breakIt: BreakStore): OpenAdapter {
  return handsBy((hands) => ({
    createStore() {
      const store = hands.createStore();
      return { ...store, ...breakIt(store, hands) };
    },
  }));
}

/** The same with the engine under the stores. */
export function handsBy(breakIt: BreakHands): OpenAdapter {
  const open = memoryAdapter();
  return async (place, tables) => {
    const hands = await open(place, tables);
    return { ...hands, ...breakIt(hands) };
  };
}

/** Stores that read rows otherwise; `null` leaves one out. */
export function rowsBy(change: (row: RowWork) => RowWork | null): OpenAdapter {
  return storesBy((store) => ({
    async readWork(...args) {
      const work = await store.readWork(...args);
      return { ...work, rows: work.rows.flatMap((row) => change(row) ?? []) };
    },
  }));
}

export function entriesBy(change: (entry: QueueEntry) => QueueEntry | null): OpenAdapter {
  return rowsBy((row) => {
    const entries = row.entries.flatMap((entry) => change(entry) ?? []);
    return entries.length > 0 || row.entries.length === 0 ? { ...row, entries } : null;
  });
}

/** Stores that write outcomes otherwise. */
export function outcomesBy(change: (outcome: RowOutcome) => RowOutcome): OpenAdapter {
  return storesBy((store) => ({
    writeOutcomes: (outcomes, snapshot) => store.writeOutcomes(outcomes.map(change), snapshot),
  }));
}

/** Stores that take later entries for earlier ones in some batches. */
export function blindIn(isBlind: (outcomes: readonly RowOutcome[]) => boolean): OpenAdapter {
  return storesBy((store) => ({
    writeOutcomes: (outcomes, snapshot) =>
      store.writeOutcomes(outcomes, isBlind(outcomes) ? Number.MAX_SAFE_INTEGER : snapshot),
  }));
}

/** Stores that lose entries when they take over. */
export function losing(isLost: (entry: QueueEntry) => boolean): OpenAdapter {
  return storesBy((store) => ({
    async takeOver(start) {
      const result = await store.takeOver(start);
      const { rows, snapshot } = await store.readWork(100, 0, []);
      const outcomes = rows.map(({ table, id, entries }) => {
        return { table, id, done: entries.filter(isLost).map(({ seq }) => seq) };
      });
      await store.writeOutcomes(outcomes, snapshot);
      return result;
    },
  }));
}
