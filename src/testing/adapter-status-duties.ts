/** Duties of an adapter: what it tells of its rows, merges that fall due, and refused rows. */
import type { Table } from '../rows/table.js';
import type { RowTrouble } from '../sync/row-trouble.js';
import type { RowRecord } from '../sync/sync-store.js';
import {
  type AdapterDuty,
  allWork,
  contractTables,
  finishAll,
  insert,
  newPayload,
  onlyWork,
  outcome,
  placesOf,
  record,
  sealedNote,
  seqsOf,
  served,
  start,
  takenOver,
  VAULT_ID,
} from './adapter-bench.js';
import { ensure, ensureEqual } from './expectations.js';
import { payloadIdOf } from './memory-siblings.js';

/** In milliseconds since 1970. */
const NOON = 1_700_000_000_000;
const REFUSED = { table: 'notes', id: 'n1' };

export const STATUS_DUTIES: Readonly<Record<string, AdapterDuty>> = {
  async 'counts rows, not entries, and no held ones'(bench) {
    const { hands, store } = await start(bench);
    const none = { out: 0, in: 0, due: 0, nextDue: null };
    ensureEqual(await store.counts(), none, 'The counts of nothing');
    await hands.write([insert('notes', 'n1'), insert('notes', 'n2'), insert('notes', 'n3')]);
    await hands.write([{ op: 'update', table: 'notes', id: 'n1', row: { body: 'x' } }]);
    await hands.deliver([served('notes', 'n1', sealedNote()), served('notes', 'n4', sealedNote())]);
    ensureEqual(await store.counts(), { ...none, out: 3, in: 2 }, 'The counts');
    await finishAll(store, (work) => ({
      done: work.id === 'n1' ? seqsOf(work) : [],
      held: work.id === 'n2' ? seqsOf(work) : [],
      record: record({ due: work.id === 'n1' ? 70 : work.id === 'n2' ? 50 : null }),
    }));
    ensureEqual(await store.counts(), { out: 1, in: 1, due: 2, nextDue: 50 }, 'The counts later');
  },
  async 'hands a row out when its merge is due, and no sooner'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1'), insert('notes', 'n2'), insert('notes', 'n3')]);
    const due: Record<string, number | null> = { n1: 1_000, n2: 2_000, n3: null };
    await finishAll(store, ({ id }) => ({ record: record({ due: due[id] as number | null }) }));
    ensureEqual(await allWork(store, 999), [], 'The work before a merge is due');
    const work = await onlyWork(store, 1_000);
    ensureEqual([work.id, work.entries], ['n1', []], 'The merge that is due');
    ensureEqual(
      placesOf(await allWork(store, 2_000)),
      ['notes n1', 'notes n2'],
      'Both that are due',
    );
    const part = await store.readWork(1, 2_000, []);
    ensureEqual(part.rows.length, 1, 'A part of what is due');
    await hands.write([{ op: 'update', table: 'notes', id: 'n2', row: { body: 'x' } }]);
    const both = await store.readWork(2, 2_000, []);
    ensureEqual(
      placesOf(both.rows),
      ['notes n2', 'notes n1'],
      'A merge that is due behind an entry',
    );
    const first = await store.readWork(1, 2_000, []);
    ensureEqual(placesOf(first.rows), ['notes n2'], 'An entry before a merge');
  },
  async 'hands out a merge that the clock puts off for longer than any merge may wait'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1'), insert('notes', 'n2')]);
    const due = { n1: NOON + 60_000, n2: NOON + 60_001 };
    await finishAll(store, ({ id }) => ({ record: record({ due: due[id as keyof typeof due] }) }));
    ensureEqual(placesOf(await allWork(store, NOON)), ['notes n2'], 'The merge put off');
  },
  async 'counts and hands out rows of the tables that there are, and keeps the others'(bench) {
    const [notes, tasks] = contractTables() as [Table, Table];
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1'), insert('tasks', 't1'), insert('tasks', 't2')]);
    await finishAll(store, ({ id }) =>
      id === 't2' ? { record: record({ due: 1 }) } : { record: null, done: [] },
    );
    const without = await takenOver(await bench.open([notes]), VAULT_ID);
    ensureEqual(placesOf(await allWork(without)), ['notes n1'], 'The work without a table');
    const counts = { out: 1, in: 0, due: 0, nextDue: null };
    ensureEqual(await without.counts(), counts, 'The counts without a table');
    await finishAll(without);
    const again = (await bench.open([notes, tasks])).createStore();
    ensure((await again.counts()).due === 1, 'The rows of a table that left are forgotten.');
  },
  async 'tells which rows are not in step, counted by kind, code and key'(bench) {
    const { hands, store } = await start(bench);
    const troubles: Readonly<Record<string, RowTrouble | null>> = {
      a1: { kind: 'waiting', code: 'UNKNOWN_KEY', detail: 'key 1' },
      a2: { kind: 'waiting', code: 'UNKNOWN_KEY', detail: 'key 1' },
      a3: { kind: 'waiting', code: 'UNKNOWN_KEY', detail: 'key 2' },
      a4: { kind: 'quarantined', code: 'ROW_MALFORMED', detail: 'a message' },
      a5: { kind: 'quarantined', code: 'ROW_MALFORMED', detail: 'another' },
      a6: { kind: 'withdrawn', code: null, detail: null },
      a7: null,
    };
    await hands.write(Object.keys(troubles).map((id) => insert('notes', id)));
    await finishAll(store, ({ id }) => ({ record: record({ trouble: troubles[id] ?? null }) }));
    const expected = Object.entries(troubles).flatMap(([id, trouble]) =>
      trouble ? [{ table: 'notes', id, ...trouble }] : [],
    );
    ensureEqual(sorted(await store.troubled(9)), sorted(expected), 'The rows that are not in step');
    ensureEqual((await store.troubled(2)).length, 2, 'The number of rows told, of two asked for');
    const tallies = [
      { kind: 'waiting', code: 'UNKNOWN_KEY', keyId: 'key 1', rows: 2 },
      { kind: 'waiting', code: 'UNKNOWN_KEY', keyId: 'key 2', rows: 1 },
      { kind: 'quarantined', code: 'ROW_MALFORMED', keyId: null, rows: 2 },
      { kind: 'withdrawn', code: null, keyId: null, rows: 1 },
    ];
    ensureEqual(sorted(await store.tallies()), sorted(tallies), 'The tallies');
  },
  async 'tells the findings, each with its row'(bench) {
    const { hands, store } = await start(bench);
    const findings: Readonly<Record<string, RowRecord['findings']>> = {
      n1: ['a', 'b'],
      n2: ['a'],
      n3: [],
    };
    await hands.write(Object.keys(findings).map((id) => insert('notes', id)));
    await finishAll(store, ({ id }) => ({
      record: record({ findings: findings[id] as RowRecord['findings'] }),
    }));
    const expected = Object.entries(findings).flatMap(([id, found]) =>
      found.map((finding) => ({ table: 'notes', id, finding })),
    );
    ensureEqual(sorted(await store.findings(9)), sorted(expected), 'The findings');
    ensureEqual((await store.findings(2)).length, 2, 'The number of findings, of two asked for');
    ensureEqual(await store.findingCount(), 3, 'The number of findings there are');
  },
  async 'says that the server refused a row, through a kill, until the app writes it again'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1'), insert('notes', 'n2')]);
    await finishAll(store, () => sent());
    await hands.upload([REFUSED]);
    const again = await takenOver(await bench.open(), VAULT_ID);
    const rejected = await again.troubled(9);
    ensureEqual(
      rejected.map(({ table, id, kind }) => [table, id, kind]),
      [['notes', 'n1', 'rejected']],
      'The rows that the server refused',
    );
    const [tally, ...others] = await again.tallies();
    ensureEqual([tally?.kind, tally?.rows, others], ['rejected', 1, []], 'Their tallies');
    const due = await allWork(again);
    ensureEqual(
      due.map(({ id, rejected }) => [id, rejected]),
      [
        ['n1', true],
        ['n2', false],
      ],
      'Which row of the work was refused',
    );
    await again.writeOutcomes([outcome('n1', { clearsRejection: true })], LAST);
    ensureEqual(await again.troubled(9), [], 'The rows refused, after the app wrote them again');
  },
  async 'hands refused rows out when they are to be sent again, once'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1'), insert('notes', 'n2')]);
    await finishAll(store, () => sent(null));
    await hands.upload([REFUSED]);
    ensureEqual(await allWork(store), [], 'The work before the retry');
    await store.retryRejected();
    await store.retryRejected();
    const again = await takenOver(await bench.open(), VAULT_ID);
    const work = await onlyWork(again);
    ensureEqual([work.id, work.rejected], ['n1', true], 'What is sent again');
    const dirs = work.entries.map(({ dir }) => dir);
    ensureEqual(dirs, ['retry'], 'Its entries');
    ensureEqual((await again.counts()).out, 1, 'How many rows wait to be sealed');
    ensureEqual((await again.troubled(9)).length, 1, 'The rows refused, until it is sent again');
    await finishAll(again, () => ({ ...sent(null), clearsRejection: true }));
    ensureEqual(await again.troubled(9), [], 'The rows refused, after that');
  },
  async 'hands those withdrawn rows out that are to be sent again, once'(bench) {
    const { hands, store } = await start(bench);
    const ids = ['n1', 'n2', 'n3'];
    await hands.write(ids.map((id) => insert('notes', id)));
    const withdrawn: RowTrouble = { kind: 'withdrawn', code: null, detail: null };
    await finishAll(store, ({ id }) => ({
      record: record({ trouble: id === 'n3' ? null : withdrawn }),
    }));
    await store.retryWithdrawn([]);
    ensureEqual(await allWork(store), [], 'The work when none is named');
    const named = ['n2', 'n3', 'n4'].map((id) => ({ table: 'notes', id }));
    await store.retryWithdrawn([...named, ...named]);
    await store.retryWithdrawn(named);
    const again = await takenOver(await bench.open(), VAULT_ID);
    const { id, entries } = await onlyWork(again);
    ensureEqual([id, entries.map(({ dir }) => dir)], ['n2', ['retry']], 'What is sent again');
    ensureEqual((await again.troubled(9)).length, 2, 'The rows withdrawn, until it is sent again');
    await finishAll(again, () => sent(null));
    const left = await again.troubled(9);
    ensureEqual(
      left.map((row) => row.id),
      ['n1'],
      'The rows withdrawn, after that',
    );
  },
  async 'forgets refusals of what there is no record of, when they are to be sent again'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1')]);
    await finishAll(store, () => sent(null));
    await hands.upload();
    await store.writeOutcomes([outcome('n1', { sealed: null, record: null })], LAST);
    await hands.upload([REFUSED]);
    ensureEqual((await store.troubled(9)).length, 1, 'The rows refused');
    await store.retryRejected();
    ensureEqual(await store.troubled(9), [], 'The rows refused, after the retry');
    ensureEqual(await allWork(store), [], 'What is sent again');
  },
};

const LAST = Number.MAX_SAFE_INTEGER;

/** A sealed row of this device's, which is also due unless told. */
function sent(due: number | null = 1) {
  const payload = newPayload();
  return { sealed: sealedNote({ payload }), record: record({ own: payloadIdOf(payload), due }) };
}

function sorted(rows: readonly object[]): object[] {
  return [...rows].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
}

function textOf(row: object): string {
  return JSON.stringify(Object.entries(row).sort());
}
