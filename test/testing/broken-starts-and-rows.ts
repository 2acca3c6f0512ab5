/** Adapters that take over, count or show rows wrongly. */
import { VAULT_ID } from '../../src/testing/adapter-bench.js';
import type { RowWork } from '../../src/testing/testing.js';
import { handsBy, losing, outcomesBy, rowsBy, storesBy } from './break-adapter.js';
import type { BrokenAdapters } from './broken-queues.js';

export const BROKEN_STARTS_AND_ROWS: BrokenAdapters = {
  'does not look for what it missed': [
    losing(({ dir }) => dir === 'in'),
    'queues what was there before the first mirror',
  ],
  'queues everything at each start': [
    storesBy((store, hands) => ({
      async takeOver(start) {
        const result = await store.takeOver(start);
        await hands.write([{ op: 'update', table: 'notes', id: 'n1', row: { body: 'again' } }]);
        return result;
      },
    })),
    'queues nothing again at the next start',
  ],
  'takes the rows of any vault': [
    storesBy((store) => ({ takeOver: (start) => store.takeOver(start).catch(() => 'working') })),
    'refuses the rows of another vault, and changes nothing then',
  ],
  'takes over before it refuses': [
    storesBy((store, hands) => ({
      async takeOver(start) {
        await hands.createStore().takeOver({ ...start, vaultId: VAULT_ID });
        return store.takeOver(start);
      },
    })),
    'refuses the rows of another vault, and changes nothing then',
  ],
  'never notes the vault': [
    storesBy((store) => ({ takeOver: (start) => store.takeOver({ ...start, vaultId: null }) })),
    'keeps the vault that it knows while a mirror starts locked',
  ],
  'does not see that a declaration changed': [
    storesBy((store) => ({
      takeOver: ({ declarations, ...start }) =>
        store.takeOver({
          ...start,
          declarations: new Map([...declarations.keys()].map((table) => [table, 'same'])),
        }),
    })),
    'shows all rows of a table whose declaration changed, with its new columns',
  ],
  'takes a log-out for deletes': [
    handsBy((hands) => ({
      async clear() {
        await hands.write(
          ['n1', 'n2'].map((id) => ({ op: 'delete', table: 'notes', id, row: {} })),
        );
      },
    })),
    'forgets everything at log-out, and queues no delete',
  ],
  'counts from one again after log-out': [
    handsBy((hands) => {
      let before = 0;
      return {
        async clear() {
          before = await hands.createStore().lastSeq();
          await hands.clear();
        },
        createStore() {
          const store = hands.createStore();
          return {
            ...store,
            async readWork(...args) {
              const work = await store.readWork(...args);
              const rows = work.rows.map((row) => {
                const entries = row.entries.map((each) => ({ ...each, seq: each.seq - before }));
                return { ...row, entries };
              });
              return { ...work, rows };
            },
          };
        },
      };
    }),
    'gives no number twice, and queues again, after log-out',
  ],
  'leaves a merge to a clock that was set back': [
    storesBy((store) => ({
      async readWork(limit, now, ends) {
        const work = await store.readWork(limit, now, ends);
        const rows = work.rows.filter(({ record }) => (record?.due ?? now) <= now);
        return { ...work, rows };
      },
    })),
    'hands out a merge that the clock puts off for longer than any merge may wait',
  ],
  'counts no merges': [
    storesBy((store) => ({ counts: async () => ({ ...(await store.counts()), due: 0 }) })),
    'counts and hands out rows of the tables that there are, and keeps the others',
  ],
  'counts entries': [
    storesBy((store) => ({
      async counts() {
        const { rows } = await store.readWork(100, 0, []);
        const entries = rows.flatMap((row) => row.entries);
        const out = entries.filter(({ dir }) => dir === 'out').length;
        return { ...(await store.counts()), out, in: entries.length - out };
      },
    })),
    'counts rows, not entries, and no held ones',
  ],
  'sends merges too soon': [
    storesBy((store) => ({
      readWork: (limit, now, ends) => store.readWork(limit, now + 1_000, ends),
    })),
    'hands a row out when its merge is due, and no sooner',
  ],
  'takes every message for a key': [
    storesBy((store) => ({
      async tallies() {
        const rows = await store.troubled(100);
        return rows.map(({ kind, code, detail }) => ({ kind, code, keyId: detail, rows: 1 }));
      },
    })),
    'tells which rows are not in step, counted by kind, code and key',
  ],
  'counts rows with findings': [
    storesBy((store) => ({
      async findingCount() {
        return new Set((await store.findings(100)).map(({ id }) => id)).size;
      },
    })),
    'tells the findings, each with its row',
  ],
  'never forgets a refusal': [
    outcomesBy((each) => ({ ...each, clearsRejection: false })),
    'says that the server refused a row, through a kill, until the app writes it again',
  ],
  'forgets a refusal before the row is sent again': [
    storesBy((store) => ({
      async retryRejected() {
        const result = await store.retryRejected();
        const rows = await store.troubled(100);
        const outcomes = rows.map(({ table, id }) => {
          return { table, id, done: [], clearsRejection: true };
        });
        await store.writeOutcomes(outcomes, Number.MAX_SAFE_INTEGER);
        return result;
      },
    })),
    'hands refused rows out when they are to be sent again, once',
  ],
  'keeps a refusal of what it does not know': [
    storesBy(() => ({ retryRejected: async () => 'queued' })),
    'forgets refusals of what there is no record of, when they are to be sent again',
  ],
  'tries nothing again': [
    storesBy(() => ({ retryRejected: async () => 'queued' })),
    'hands refused rows out when they are to be sent again, once',
  ],
  'sends every withdrawn row again': [
    storesBy((store) => ({
      retryWithdrawn: async () => store.retryWithdrawn(await store.troubled(100)),
    })),
    'hands those withdrawn rows out that are to be sent again, once',
  ],
  'has integers only': [
    rowsBy((row) => ({ ...row, plain: mapped(row.plain, Math.trunc) })),
    'gives values as they were written: text, numbers and nothing',
  ],
  'leaves out what is NULL': [
    rowsBy((row) => ({
      ...row,
      sealed:
        row.sealed &&
        Object.fromEntries(Object.entries(row.sealed).filter(([, value]) => value !== null)),
    })),
    'gives the columns that there are, whatever a server sends',
  ],
  'fails at a damaged row': [
    rowsBy((row) => {
      if (row.sealed?.payload === null) throw new Error('This is no JSON.');
      return row;
    }),
    'goes on when a row arrives damaged',
  ],
  'takes ids without regard to case': [
    rowsBy((row) => ({ ...row, id: row.id.toLowerCase() })),
    'takes ids of any text',
  ],
  'reads a hundred columns': [
    rowsBy((row) => ({
      ...row,
      plain: row.plain && Object.fromEntries(Object.entries(row.plain).slice(0, 100)),
    })),
    'takes hundreds of columns',
  ],
  'loses what a statement can not take': [
    storesBy((store) => ({
      writeOutcomes: (outcomes, snapshot) => store.writeOutcomes(outcomes.slice(0, 999), snapshot),
    })),
    'takes thousands of rows in one batch',
  ],
};

function mapped(row: RowWork['plain'], change: (value: number) => number): RowWork['plain'] {
  const each = ([name, value]: [string, unknown]) =>
    [name, typeof value === 'number' ? change(value) : value] as const;
  return row && Object.fromEntries(Object.entries(row).map(each));
}
