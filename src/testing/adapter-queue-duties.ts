/** Duties of an adapter: what is queued, and in which portions it is handed out. */

import type { Direction, QueueEntry, RowWork } from '../sync/sync-store.js';
import {
  type AdapterDuty,
  allWork,
  finishAll,
  insert,
  note,
  onlyWork,
  outcome,
  placesOf,
  remove,
  sealedNote,
  sealedTask,
  seqsOf,
  served,
  start,
  takenOver,
  update,
  VAULT_ID,
} from './adapter-bench.js';
import { ensure, ensureEqual, untilCalled } from './expectations.js';

const CLOCK_TOLERANCE_MS = 60_000;

export const QUEUE_DUTIES: Readonly<Record<string, AdapterDuty>> = {
  async 'queues each write of the app with the row as it was before'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1', { body: 'one', stars: 1 })]);
    await hands.write([update('notes', 'n1', { body: 'two' })]);
    await hands.write([remove('notes', 'n1')]);
    const work = await onlyWork(store);
    const bases = [null, note({ body: 'one', stars: 1 }), note({ body: 'two', stars: 1 })];
    ensureEqual(work.entries.map(withoutPlace), bases.map(outgoing), 'Entries of three writes');
    ensureEqual([work.table, work.id, work.plain], ['notes', 'n1', null], 'A row that was deleted');
    ensureEqual([work.sealed, work.record, work.rejected], [null, null, false], 'All else of it');
  },
  async 'says when each write was committed, and numbers them upwards'(bench) {
    const { hands, store } = await start(bench);
    const before = Date.now();
    await hands.write([insert('notes', 'n1'), update('notes', 'n1', { body: 'x' })]);
    const { entries } = await onlyWork(store);
    const isNow = ({ at }: QueueEntry) =>
      Number.isInteger(at) && Math.abs(at - before) < CLOCK_TOLERANCE_MS;
    ensure(entries.every(isNow), 'An entry says another time than that of its commit.');
    const [first, second] = entries.map(({ seq }) => seq) as [number, number];
    ensure(first < second, 'The numbers of entries do not rise.');
  },
  async 'keeps a row that was deleted and inserted again in one transaction'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1', { body: 'one' })]);
    await finishAll(store);
    await hands.write([remove('notes', 'n1'), insert('notes', 'n1', { body: 'two' })]);
    const { entries, plain } = await onlyWork(store);
    ensureEqual(entries[0]?.base, note({ body: 'one' }), 'The row before it was replaced');
    ensureEqual(plain, note({ body: 'two' }), 'The row after that');
  },
  async 'queues nothing of a transaction that is rolled back'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1')], { rollBack: true });
    ensureEqual(await hands.plain('notes', 'n1'), null, 'A row of a transaction rolled back');
    ensureEqual(await allWork(store), [], 'The work after it');
  },
  async 'keeps its queue through a kill, and queues while no mirror runs'(bench) {
    const first = await start(bench);
    await first.hands.write([insert('notes', 'n1')]);
    const { entries } = await onlyWork(first.store);
    const hands = await bench.open();
    await hands.write([insert('notes', 'n2')]);
    const rows = await allWork(await takenOver(hands, VAULT_ID));
    ensureEqual(
      placesOf(rows),
      ['notes n1', 'notes n2'],
      'The rows queued before and after a kill',
    );
    ensureEqual(rows[0]?.entries, entries, 'The entries from before it');
    ensureEqual(rows[1]?.entries.map(withoutPlace), [outgoing(null)], 'Those from after it');
  },
  async 'queues a sealed row that sync brings, changes or removes, with the row as it was'(bench) {
    const { hands, store } = await start(bench);
    const [one, two] = [sealedNote(), sealedNote({ folder: 'home' })];
    for (const [base, row] of [
      [null, one],
      [one, two],
      [two, null],
    ] as const) {
      await hands.deliver([served('notes', 'n1', row)]);
      const work = await onlyWork(store);
      ensureEqual(directionsOf(work), ['in'], 'The directions of what sync wrote');
      ensureEqual(work.entries[0]?.base, base, 'What sync wrote over');
      ensureEqual(work.sealed, row, 'The sealed row in the work');
      ensureEqual(await hands.sealed('notes', 'n1'), row, 'The sealed row in its table');
      await finishAll(store);
    }
  },
  async 'queues nothing that the mirror itself writes'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1'), insert('notes', 'n2')]);
    const last = await store.lastSeq();
    await finishAll(store, () => ({ plain: note({ body: 'x' }), sealed: sealedNote() }));
    await store.writeOutcomes([outcome('n1', { plain: null, sealed: null })], last);
    ensureEqual(await allWork(store), [], "The work after the mirror's own writes");
    ensureEqual(await store.lastSeq(), last, "The last number after the mirror's own writes");
  },
  async 'hands rows out in the order in which they were touched first'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('tasks', 't9'), insert('notes', 'n2'), insert('notes', 'n1')]);
    await hands.deliver([served('tasks', 't1', sealedTask())]);
    await hands.write([update('notes', 'n2', { body: 'x' })]);
    const order = ['tasks t9', 'notes n2', 'notes n1', 'tasks t1'];
    ensureEqual(placesOf(await allWork(store)), order, 'The order of the work');
  },
  async "divides the app's writes only where it knows that a transaction ended"(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1'), insert('notes', 'n2'), insert('tasks', 't1')]);
    const end = await store.lastSeq();
    await hands.write([insert('notes', 'n3'), update('notes', 'n1', { body: 'x' })]);
    const last = await store.lastSeq();
    const whole = await store.readWork(1, LONG_AGO, [last]);
    ensureEqual([whole.rows.length, whole.upTo], [4, last], 'Undivided work');
    const part = await store.readWork(2, LONG_AGO, [end]);
    ensureEqual(placesOf(part.rows), ['notes n1', 'notes n2', 'tasks t1'], 'Divided work');
    ensureEqual([part.upTo, part.snapshot], [end, last], 'How far that goes');
    ensureEqual(part.rows[0]?.entries.length, 2, 'The number of entries of a row, later ones too');
    const enough = await store.readWork(4, LONG_AGO, [end]);
    ensureEqual(enough.rows.length, 4, 'Work that is not divided in vain');
  },
  async 'divides what sync brought anywhere'(bench) {
    const { hands, store } = await start(bench);
    await hands.deliver(['n1', 'n2', 'n3'].map((id) => served('notes', id, sealedNote())));
    const part = await store.readWork(2, LONG_AGO, []);
    ensureEqual(part.rows.length, 2, 'A part of what sync brought');
    await store.writeOutcomes(
      part.rows.map((work) => outcome(work.id, { done: seqsOf(work), record: null })),
      part.snapshot,
    );
    const rest = await store.readWork(2, LONG_AGO, []);
    ensureEqual(rest.rows.length, 1, 'The rest of it');
  },
  async 'says which numbers were given, whole transactions only'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1'), insert('notes', 'n2')]);
    const { rows, snapshot } = await store.readWork(9, LONG_AGO, []);
    const highest = Math.max(...rows.flatMap(seqsOf));
    ensureEqual([snapshot, await store.lastSeq()], [highest, highest], 'The last number');
    await finishAll(store);
    ensureEqual(await store.lastSeq(), highest, 'The last number once all is done');
    await hands.write([insert('notes', 'n3')]);
    const again = seqsOf(await onlyWork(store));
    ensure(
      again.every((seq) => seq > highest),
      'A number was given twice.',
    );
  },
  async 'calls back after a commit that queued something, until it is stopped'(bench) {
    const { hands, store } = await start(bench);
    const calls = { stopped: 0, listening: 0 };
    const stop = store.onWork(() => calls.stopped++);
    const stopListening = store.onWork(() => calls.listening++);
    try {
      await hands.write([insert('notes', 'n1')]);
      await untilCalled(() => calls.stopped > 0 && calls.listening > 0, "the app's write");
      stop();
      const before = { ...calls };
      await hands.deliver([served('notes', 'n2', sealedNote())]);
      await untilCalled(() => calls.listening > before.listening, 'what sync brought');
      ensureEqual(calls.stopped, before.stopped, 'The calls of a listener that was stopped');
    } finally {
      stop();
      stopListening();
    }
  },
};

/** No merge is due then. */
const LONG_AGO = 0;

function withoutPlace({ dir, base }: QueueEntry): Pick<QueueEntry, 'dir' | 'base'> {
  return { dir, base };
}

function outgoing(base: QueueEntry['base']): Pick<QueueEntry, 'dir' | 'base'> {
  return { dir: 'out', base };
}

function directionsOf({ entries }: RowWork): Direction[] {
  return [...new Set(entries.map(({ dir }) => dir))];
}
