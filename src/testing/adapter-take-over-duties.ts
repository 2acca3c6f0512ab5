/** Duties of an adapter: who has a database, what was missed, and what a log-out leaves. */
import { cleartext, encrypted } from '../rows/column.js';
import { defineTable, type Table } from '../rows/table.js';
import {
  type AdapterDuty,
  allWork,
  contractTables,
  finishAll,
  insert,
  note,
  OTHER_VAULT_ID,
  onlyWork,
  outcome,
  placesOf,
  record,
  sealedNote,
  sealedTask,
  seqsOf,
  served,
  start,
  takenOver,
  VAULT_ID,
} from './adapter-bench.js';
import type { AdapterHands } from './adapter-hands.js';
import { ensure, ensureEqual } from './expectations.js';

export const TAKE_OVER_DUTIES: Readonly<Record<string, AdapterDuty>> = {
  async 'queues what was there before the first mirror'(bench) {
    const hands = await bench.open();
    const sealed = sealedNote();
    await hands.write([insert('notes', 'n1', { body: 'one' })]);
    await hands.deliver([served('notes', 'n2', sealed)]);
    const rows = await allWork(await takenOver(hands, VAULT_ID));
    const found = rows.map(({ id, entries, plain, sealed }) => [
      id,
      entries.map(({ dir }) => dir),
      entries[0]?.base,
      plain,
      sealed,
    ]);
    const expected = [
      ['n1', ['out'], null, note({ body: 'one' }), null],
      ['n2', ['in'], null, null, sealed],
    ];
    ensureEqual(found, expected, 'What was there before');
  },
  async 'queues nothing again at the next start'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1')]);
    await hands.deliver([served('notes', 'n2', sealedNote())]);
    await finishAll(store);
    await hands.write([insert('notes', 'n3')]);
    const { entries } = await onlyWork(store);
    const again = await takenOver(await bench.open(), VAULT_ID);
    ensureEqual((await onlyWork(again)).entries, entries, 'The entries after the next start');
  },
  async 'refuses the rows of another vault, and changes nothing then'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1')]);
    const before = await onlyWork(store);
    await ensureMismatch(hands);
    const { table, id } = before;
    const given = { table, id, done: seqsOf(before), record: record({ due: 1 }) };
    ensureEqual(
      await store.writeOutcomes([given], await store.lastSeq()),
      'written',
      'What becomes of a batch of the mirror that stayed',
    );
    const again = await takenOver(await bench.open(), VAULT_ID);
    ensureEqual((await onlyWork(again)).entries, [], 'The entries after the refusal');
  },
  async 'keeps the vault that it knows while a mirror starts locked'(bench) {
    const hands = await bench.open();
    await takenOver(hands, null);
    await takenOver(hands, VAULT_ID);
    await takenOver(hands, null);
    await ensureMismatch(hands);
    await takenOver(await bench.open(), VAULT_ID);
  },
  async 'shows all rows of a table whose declaration changed, with its new columns'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1', { body: 'one', stars: 3 }), insert('tasks', 't1')]);
    const sealed = sealedNote({ folder: 'home' });
    await hands.deliver([served('notes', 'n2', sealed)]);
    await finishAll(store, ({ id }) => (id === 'n1' ? { sealed: sealedNote() } : {}));
    await hands.upload();
    const next = await bench.open(nextTables());
    const rows = await allWork(await takenOver(next, VAULT_ID, { notes: 'second' }));
    const found = rows.map(({ id, entries }) => [id, entries.map(({ dir }) => dir)]);
    ensureEqual(
      found.sort(),
      [
        ['n1', ['show']],
        ['n2', ['show']],
      ],
      'The rows shown again',
    );
    const n1 = rows.find(({ id }) => id === 'n1');
    const n2 = rows.find(({ id }) => id === 'n2');
    ensureEqual(
      n1?.plain,
      { body: 'one', colour: null, folder: null },
      'The plaintext by the new columns',
    );
    const { is_done: _, seen_at: __, ...visible } = sealed;
    ensureEqual(n2?.sealed, visible, 'The sealed row by the new columns');
    await finishAll(await takenOver(next, VAULT_ID, { notes: 'second' }));
    const quiet = await takenOver(await bench.open(nextTables()), VAULT_ID, { notes: 'second' });
    ensureEqual(await allWork(quiet), [], 'The work at the start after that');
  },
  async 'forgets everything at log-out, and queues no delete'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1'), insert('notes', 'n2')]);
    await finishAll(store, ({ id }) => ({
      sealed: sealedNote(),
      record: record({
        due: 1,
        findings: ['stale-row'],
        trouble: { kind: 'waiting', code: null, detail: null },
      }),
      ...(id === 'n2' && { done: [] }),
    }));
    await hands.upload([{ table: 'notes', id: 'n1' }]);
    await hands.write([insert('tasks', 't1')]);
    const last = await store.lastSeq();
    await hands.clear();
    ensureEqual(
      await store.writeOutcomes([outcome('n1', { plain: note() })], last),
      'replaced',
      'What becomes of a batch of the mirror that ran',
    );
    const next = await takenOver(hands, OTHER_VAULT_ID);
    ensureEqual(await allWork(next), [], 'The work of the next user');
    ensureEqual(await hands.upload(), [], 'What is sent after log-out');
    const rows = await Promise.all([
      hands.plain('notes', 'n1'),
      hands.plain('tasks', 't1'),
      hands.sealed('notes', 'n1'),
    ]);
    ensureEqual(rows, [null, null, null], 'The rows after log-out');
    ensureEqual(
      [await next.troubled(9), await next.findingCount()],
      [[], 0],
      'What is told of rows that are gone',
    );
  },
  async 'gives no number twice, and queues again, after log-out'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1')]);
    const last = await store.lastSeq();
    await hands.clear();
    await hands.write([insert('notes', 'n1', { body: 'before the next start' })]);
    const next = await takenOver(hands, OTHER_VAULT_ID);
    await hands.write([insert('notes', 'n2')]);
    await hands.deliver([served('tasks', 't1', sealedTask())]);
    const rows = await allWork(next);
    ensureEqual(placesOf(rows), ['notes n1', 'notes n2', 'tasks t1'], 'The rows of the next user');
    ensureEqual(rows[0]?.entries[0]?.base, null, 'What the next user wrote over');
    ensure(
      rows.flatMap(seqsOf).every((seq) => seq > last),
      'A number was given twice.',
    );
  },
};

async function ensureMismatch(hands: AdapterHands): Promise<void> {
  const code = await takenOver(hands, OTHER_VAULT_ID).then(
    () => 'none',
    (error: { readonly code?: unknown }) => error.code,
  );
  ensureEqual(code, 'VAULT_MISMATCH', 'The code for a mirror with another vault');
}

/** The next version of the app: columns came and went. */
function nextTables(): readonly Table[] {
  const notes = defineTable('notes', {
    body: encrypted.text().optional(),
    colour: encrypted.text().optional(),
    folder: cleartext.text().optional(),
  });
  return [notes, ...contractTables().filter(({ name }) => name !== 'notes')];
}
