/** Duties of an adapter: rows of every shape, and many of them. */
import { cleartext, encrypted } from '../rows/column.js';
import { defineTable, type Table } from '../rows/table.js';
import type { EngineRow, RowRecord } from '../sync/sync-store.js';
import {
  type AdapterDuty,
  allWork,
  finishAll,
  insert,
  newPayload,
  note,
  onlyWork,
  record,
  sealedNote,
  seqsOf,
  served,
  start,
  takenOver,
  VAULT_ID,
} from './adapter-bench.js';
import { ensureEqual } from './expectations.js';

const WIDTH = 250;
const VISIBLE_WIDTH = 120;
const MANY = 5_000;

const TEXTS: readonly string[] = [
  '',
  "it's",
  '"quoted"',
  'a\\b\n\t%_;--',
  'Blåbær 🫐 \u{1F469}\u200D\u{1F680}',
  '12',
  '1e3',
  'null',
  'true',
  '{"a":[1]}',
  "'); DROP TABLE notes; --",
];

const IDS: readonly string[] = [
  ...TEXTS.filter((text) => text !== ''),
  '0012',
  '$.id',
  '[0]',
  '__proto__',
  'constructor',
  'ROW',
  'row',
  ' ',
  'é',
  'e\u0301',
  'x'.repeat(256),
];

export const ROW_DUTIES: Readonly<Record<string, AdapterDuty>> = {
  async 'gives values as they were written: text, numbers and nothing'(bench) {
    const { hands, store } = await start(bench);
    const rows = [
      note(),
      note({ stars: 0, weight: 0, is_done: 0 }),
      note({ stars: Number.MAX_SAFE_INTEGER, weight: 0.1, is_done: 1 }),
      note({ stars: Number.MIN_SAFE_INTEGER, weight: -1e300 }),
      ...TEXTS.map((text) => note({ body: text, folder: text })),
    ];
    await hands.write(rows.map((row, at) => insert('notes', `n${at}`, row)));
    const work = await allWork(store);
    ensureEqual(
      work.map(({ plain }) => plain),
      rows,
      'The plaintext in the work',
    );
    await finishAll(store, (work) => ({
      plain: note(),
      record: record({ known: work.plain, due: Math.max(...seqsOf(work)) }),
    }));
    const again = await takenOver(hands, VAULT_ID);
    const due = await allWork(again);
    ensureEqual(
      due.map(({ record }) => record?.known),
      rows,
      'Rows in records',
    );
    await finishAll(again, ({ record }) => ({
      plain: (record as RowRecord).known,
      record: null,
    }));
    const written = await Promise.all(rows.map((_, at) => hands.plain('notes', `n${at}`)));
    ensureEqual(written, rows, 'The plaintext that the mirror wrote');
  },
  async 'gives the columns that there are, whatever a server sends'(bench) {
    const { hands, store } = await start(bench);
    const payload = newPayload();
    await hands.deliver([
      served('notes', 'n1', { payload, folder: 'home', is_done: true, colour: 'red' }),
      served('notes', 'n2', { folder: "it's", parents: null }),
      served('notes', 'n3', {}),
    ]);
    const nothing = sealedNote({ payload: null, parents: null, siblings: null });
    const expected = [
      { ...nothing, payload, folder: 'home', is_done: 1 },
      { ...nothing, folder: "it's" },
      nothing,
    ];
    const work = await allWork(store);
    ensureEqual(
      work.map(({ sealed }) => sealed),
      expected,
      'Sealed rows as sync brought them',
    );
  },
  async 'goes on when a row arrives damaged'(bench) {
    const { hands, store } = await start(bench);
    if (!hands.damage) return;
    await hands.deliver([served('notes', 'n1', sealedNote()), served('notes', 'n2', sealedNote())]);
    await finishAll(store);
    await hands.damage('notes', 'n1');
    const row = sealedNote({ payload: null, parents: null, siblings: null });
    const { id, sealed } = await onlyWork(store);
    ensureEqual([id, sealed], ['n1', row], 'The damaged row');
    await finishAll(store, () => ({ record: null }));
    const healed = sealedNote();
    await hands.deliver([served('notes', 'n1', healed)]);
    ensureEqual((await onlyWork(store)).sealed, healed, 'The row once it is whole again');
    await takenOver(await bench.open(), VAULT_ID);
  },
  async 'takes ids of any text'(bench) {
    const { hands, store } = await start(bench);
    await hands.write(IDS.map((id) => insert('notes', id, { body: id })));
    const work = await allWork(store);
    ensureEqual(
      work.map(({ id, plain }) => [id, plain?.body]),
      IDS.map((id) => [id, id]),
      'The ids',
    );
    const sealed = new Map(IDS.map((id) => [id, sealedNote()]));
    await finishAll(store, ({ id }) => ({
      plain: note({ folder: id }),
      sealed: sealed.get(id) as EngineRow,
    }));
    const [sent = []] = await hands.upload();
    ensureEqual(
      sent.map(({ id }) => id),
      IDS,
      'The ids sent',
    );
    const plain = await Promise.all(IDS.map((id) => hands.plain('notes', id)));
    ensureEqual(
      plain.map((row) => row?.folder),
      IDS,
      'The rows written',
    );
    await hands.deliver(IDS.map((id) => served('notes', id, sealedNote({ folder: id }))));
    const arrived = (await allWork(store)).map(({ id, sealed }) => [id, sealed?.folder]);
    ensureEqual(arrived.sort(), IDS.map((id) => [id, id]).sort(), 'The rows that sync changed');
  },
  async 'takes hundreds of columns'(bench) {
    const { hands, store } = await start(bench, [wideTable()]);
    const names = [...wideColumns('v', VISIBLE_WIDTH), ...wideColumns('c', WIDTH - VISIBLE_WIDTH)];
    const row = Object.fromEntries(names.map((name, at) => [name, `${name} ${at}`]));
    const visible = Object.fromEntries(
      wideColumns('v', VISIBLE_WIDTH).map((name) => [name, row[name]]),
    );
    await hands.write([insert('notes', 'n1', row)]);
    ensureEqual((await onlyWork(store)).plain, row, 'The plaintext of hundreds of columns');
    const sealed = { ...visible, payload: newPayload(), parents: '', siblings: '' };
    const other = Object.fromEntries(names.map((name) => [name, name]));
    await finishAll(store, () => ({ plain: other, sealed }));
    ensureEqual(await hands.plain('notes', 'n1'), other, 'The plaintext written');
    ensureEqual(await hands.sealed('notes', 'n1'), sealed, 'The sealed row written');
    await hands.write([{ op: 'update', table: 'notes', id: 'n1', row: { c0: 'x' } }]);
    ensureEqual((await onlyWork(store)).entries[0]?.base, other, 'The row before it was edited');
  },
  async 'takes thousands of rows in one batch'(bench) {
    const { hands, store } = await start(bench);
    const ids = Array.from({ length: MANY }, (_, at) => `n${at}`);
    await hands.write(ids.map((id) => insert('notes', id, { body: id })));
    const payload = newPayload();
    const sealed = sealedNote({ payload });
    await finishAll(store, ({ plain }) => ({ plain: { ...plain, folder: 'home' }, sealed }));
    ensureEqual(await allWork(store), [], 'The work after thousands of rows');
    ensureEqual(
      await hands.plain('notes', ids.at(-1) as string),
      note({ body: ids.at(-1), folder: 'home' }),
      'The last plaintext',
    );
    const sent = await hands.upload();
    ensureEqual(
      sent.map((writes) => writes.length),
      [MANY],
      'The rows sent as one transaction',
    );
    await hands.deliver(ids.map((id) => served('notes', id, sealedNote({ payload, folder: 'x' }))));
    const arrived = await allWork(store);
    ensureEqual(arrived.length, MANY, 'The number of rows that sync brought');
    await finishAll(store);
    ensureEqual(await store.counts(), { out: 0, in: 0, due: 0, nextDue: null }, 'The counts then');
  },
};

function wideColumns(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${prefix}${at}`);
}

function wideTable(): Table {
  const columns = [
    ...wideColumns('v', VISIBLE_WIDTH).map((name) => [name, cleartext.text().optional()]),
    ...wideColumns('c', WIDTH - VISIBLE_WIDTH).map((name) => [name, encrypted.text().optional()]),
  ];
  return defineTable('notes', Object.fromEntries(columns));
}
