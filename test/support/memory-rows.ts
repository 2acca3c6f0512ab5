/** Sealed rows of one table in memory, with a store's two functions for `reencryptAll`. */
import { defineTable, encrypted, type SealedRowOf, type StoredRows } from '../../src/index.js';

export const counters = defineTable('counters', {
  name: encrypted.text(),
  count: encrypted.integer(),
});
export type Counter = SealedRowOf<typeof counters>;

export interface MemoryRows extends StoredRows<Counter> {
  readonly stored: Map<string, Counter>;
  /** Every row's payload, in the order of the ids. */
  payloads(): readonly string[];
}

/** @param leavesOut whether rows under the primary key are left out, as a good query does */
export function memoryRows(rows: Iterable<Counter>, leavesOut = true): MemoryRows {
  const stored = new Map([...rows].map((row) => [row.id, row]));
  const inOrder = () => [...stored.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    stored,
    payloads: () => inOrder().map(({ payload }) => payload),
    readRows: async (after, limit, primaryPrefix) =>
      inOrder()
        .filter(({ id }) => after === null || id > after)
        .filter(({ payload }) => !(leavesOut && payload.startsWith(primaryPrefix)))
        .slice(0, limit),
    replaceRow: async (next, expected) => {
      if (stored.get(next.id)?.payload !== expected.payload) return false;
      stored.set(next.id, next);
      return true;
    },
  };
}
