/** Adapters that queue wrongly or hand out wrongly. */
import type { OpenAdapter } from '../../src/testing/testing.js';
import { entriesBy, handsBy, losing, rowsBy, storesBy } from './break-adapter.js';

/** What is broken, and a duty that finds it. */
export type BrokenAdapters = Readonly<Record<string, [adapter: OpenAdapter, duty: string]>>;

/** Any that a test comes to. */
const EVERY_NUMBER = Array.from({ length: 100 }, (_, at) => at);

export const BROKEN_QUEUES: BrokenAdapters = {
  'knows no bases': [
    entriesBy((entry) => ({ ...entry, base: null })),
    'queues each write of the app with the row as it was before',
  ],
  'counts seconds': [
    entriesBy((entry) => ({ ...entry, at: entry.at / 1000 })),
    'says when each write was committed, and numbers them upwards',
  ],
  'numbers downwards': [
    entriesBy((entry) => ({ ...entry, seq: -entry.seq })),
    'says when each write was committed, and numbers them upwards',
  ],
  'keeps the last entry of a row only': [
    rowsBy((row) => ({ ...row, entries: row.entries.slice(-1) })),
    'keeps a row that was deleted and inserted again in one transaction',
  ],
  'queues outside the transaction': [
    handsBy((hands) => ({ write: (writes) => hands.write(writes) })),
    'queues nothing of a transaction that is rolled back',
  ],
  'forgets its queue at a kill': [
    losing(() => true),
    'keeps its queue through a kill, and queues while no mirror runs',
  ],
  'takes a synced update for a delete and an insert': [
    entriesBy((entry) => (entry.dir === 'in' ? { ...entry, base: null } : entry)),
    'queues a sealed row that sync brings, changes or removes, with the row as it was',
  ],
  'queues its own writes': [
    storesBy((store, hands) => ({
      async writeOutcomes(outcomes, snapshot) {
        const result = await store.writeOutcomes(outcomes, snapshot);
        const ids = outcomes.flatMap(({ id, plain }) => (plain ? [id] : []));
        await hands.write(
          ids.map((id) => ({ op: 'update', table: 'notes', id, row: { body: 'echo' } })),
        );
        return result;
      },
    })),
    'queues nothing that the mirror itself writes',
  ],
  'begins with the last row': [
    storesBy((store) => ({
      async readWork(...args) {
        const work = await store.readWork(...args);
        return { ...work, rows: [...work.rows].reverse() };
      },
    })),
    'hands rows out in the order in which they were touched first',
  ],
  'divides transactions': [
    storesBy((store) => ({ readWork: (limit, now) => store.readWork(limit, now, EVERY_NUMBER) })),
    "divides the app's writes only where it knows that a transaction ended",
  ],
  'divides nothing': [
    storesBy((store) => ({ readWork: (limit, now) => store.readWork(limit, now, []) })),
    "divides the app's writes only where it knows that a transaction ended",
  ],
  'knows no limit': [
    storesBy((store) => ({ readWork: (_, now, ends) => store.readWork(1_000, now, ends) })),
    'divides what sync brought anywhere',
  ],
  'forgets numbers that are done': [
    storesBy((store) => ({
      async lastSeq() {
        const { rows } = await store.readWork(100, 0, []);
        return Math.max(0, ...rows.flatMap(({ entries }) => entries.map(({ seq }) => seq)));
      },
    })),
    'says which numbers were given, whole transactions only',
  ],
  'never calls back': [
    storesBy(() => ({ onWork: () => () => {} })),
    'calls back after a commit that queued something, until it is stopped',
  ],
  'goes on calling': [
    storesBy((store) => ({
      onWork(listener) {
        store.onWork(listener);
        return () => {};
      },
    })),
    'calls back after a commit that queued something, until it is stopped',
  ],
};
