/** Duties of an adapter: of several mirrors on one database one works, and another takes over. */
import type { SyncStore } from '../sync/sync-store.js';
import {
  type AdapterDuty,
  allWork,
  finishAll,
  insert,
  note,
  onlyWork,
  outcome,
  record,
  sealedNote,
  seqsOf,
  start,
  startOf,
  takenOver,
  VAULT_ID,
} from './adapter-bench.js';
import { ensure, ensureEqual, untilCalled } from './expectations.js';

export const LEASE_DUTIES: Readonly<Record<string, AdapterDuty>> = {
  async 'lets one mirror write only, the last'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1', { body: 'one' })]);
    const work = await onlyWork(store);
    const batch = [
      outcome('n1', { plain: null, sealed: sealedNote(), record: record(), done: seqsOf(work) }),
    ];
    const next = await takenOver(hands, VAULT_ID);
    const last = await store.lastSeq();
    await store.rehearse(batch, last);
    ensureEqual(await store.writeOutcomes(batch, last), 'standby', 'What became of the batch');
    ensureEqual(await hands.plain('notes', 'n1'), note({ body: 'one' }), 'The plaintext');
    ensureEqual(await hands.sealed('notes', 'n1'), null, 'The sealed row');
    ensureEqual(await onlyWork(next), work, 'The work of the mirror that took over');
    ensureEqual(await next.writeOutcomes(batch, last), 'written', 'The same batch of that one');
  },
  async 'leaves the work where it is to a mirror that starts locked'(bench) {
    const { hands, store } = await start(bench);
    const locked = await takenOver(hands, null);
    await ensureWorks(store, locked);
    ensureEqual(await locked.takeOver(startOf(VAULT_ID)), 'working', 'A take-over when unlocked');
    await ensureWorks(locked, store);
  },
  async 'leaves the work to a mirror that has shown that it is there'(bench) {
    const { hands, store } = await start(bench);
    const next = await takenOver(hands, VAULT_ID);
    const before = await beatOf(store);
    await hands.write([insert('notes', 'n1')]);
    await finishAll(next);
    ensure((await beatOf(store)) !== before, 'A batch was written, and showed nothing.');
    const late = { ...startOf(VAULT_ID), silentSince: before };
    ensureEqual(await store.takeOver(late), 'standby', 'A take-over from one that works');
    await ensureWorks(next, store);
    ensureEqual(await next.takeOver(late), 'working', 'A take-over by the one that works');
    const silent = { ...late, silentSince: await beatOf(store) };
    ensureEqual(await store.takeOver(silent), 'working', 'A take-over from one that is silent');
    await ensureWorks(store, next);
    ensureEqual(await next.takeOver(startOf(VAULT_ID)), 'working', 'A take-over from any');
    await ensureWorks(next, store);
  },
  async 'shows that a mirror works to those that stand by, and writes nothing otherwise'(bench) {
    const { hands, store } = await start(bench);
    const next = await takenOver(hands, VAULT_ID);
    const silent = (await store.lease(false)).beat;
    ensureEqual(await next.beat(), 'working', 'What the mirror is that works');
    ensureEqual((await store.lease(true)).beat, silent, 'The beat that nobody asked for');
    ensureEqual(await next.beat(), 'working', 'What the mirror is that works');
    const shown = await beatOf(store);
    ensure(shown !== silent, 'A mirror that works showed nothing.');
    ensureEqual(await store.beat(), 'standby', 'What the mirror is that stands by');
    ensureEqual(await beatOf(store), shown, 'The beat of one that does not work');
    await next.beat();
    const seen = (await store.lease(false)).beat;
    ensure(seen !== shown, 'A mirror that was looked at again showed nothing.');
    ensureEqual(await next.beat(), 'working', 'What the mirror is that works');
    ensureEqual((await store.lease(false)).beat, seen, 'The beat that nobody asked for any more');
  },
  async 'is free when the mirror that works gives up, and not when another does'(bench) {
    const { hands, store } = await start(bench);
    const next = await takenOver(hands, VAULT_ID);
    await store.giveUp();
    ensureEqual((await store.lease(true)).isFree, false, 'Whether a mirror that works is missed');
    await ensureWorks(next, store);
    await hands.write([insert('notes', 'n1')]);
    await next.giveUp();
    const { isFree, standing } = await store.lease(true);
    ensureEqual([isFree, standing], [true, 'standby'], 'What there is to take');
    ensureEqual(await next.writeOutcomes([], 0), 'standby', 'What becomes of a batch after that');
    const polite = { ...startOf(VAULT_ID), silentSince: -1 };
    ensureEqual(await store.takeOver(polite), 'working', 'A take-over of what is free');
    await ensureWorks(store, next);
    ensureEqual((await allWork(store)).length, 1, 'The number of rows that are still to be done');
  },
  async 'writes nothing of what was read before the work was lost, though it came back'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1')]);
    const { snapshot } = await store.readWork(1, 0, []);
    const next = await takenOver(hands, VAULT_ID);
    await finishAll(next, () => ({ record: record({ due: 1 }) }));
    await store.takeOver(startOf(VAULT_ID));
    const stale = [outcome('n1', { record: null })];
    ensureEqual(await store.writeOutcomes(stale, snapshot), 'standby', 'What became of it');
    ensureEqual((await onlyWork(store)).record?.due, 1, 'What the other one noted');
    ensureEqual(
      await store.writeOutcomes(stale, snapshot),
      'written',
      'A batch of what it read since',
    );
  },
  async 'leaves a declaration that changed to the mirror that works'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1')]);
    await finishAll(store);
    const locked = hands.createStore();
    await locked.takeOver(startOf(null, { notes: 'second' }));
    ensureEqual(await allWork(store), [], 'The work of the mirror that has the first declaration');
    await locked.takeOver(startOf(VAULT_ID, { notes: 'second' }));
    ensureEqual((await onlyWork(locked)).id, 'n1', 'The row to be shown by the second one');
  },
  async 'calls back when the work is given up'(bench) {
    const { store, hands } = await start(bench);
    const next = await takenOver(hands, VAULT_ID);
    let isCalled = false;
    const stop = store.onWork(() => {
      isCalled = true;
    });
    try {
      await next.giveUp();
      await untilCalled(() => isCalled, 'the work was given up');
    } finally {
      stop();
    }
  },
  async 'ends every mirror at log-out, and does nothing more that their apps ask for'(bench) {
    const { hands, store } = await start(bench);
    const locked = await takenOver(hands, null);
    await hands.clear();
    await hands.write([insert('notes', 'n1')]);
    for (const each of [store, locked]) await ensureEnded(each);
    const next = await takenOver(hands, VAULT_ID);
    await finishAll(next, () => ({
      record: record({ trouble: { kind: 'withdrawn', code: null, detail: null } }),
    }));
    for (const each of [store, locked]) await ensureEnded(each);
    ensureEqual(await allWork(next), [], 'The work of the next user');
  },
};

async function beatOf(store: SyncStore): Promise<number> {
  return (await store.lease(true)).beat;
}

async function ensureWorks(store: SyncStore, other: SyncStore): Promise<void> {
  ensureEqual((await store.lease(false)).standing, 'working', 'What the mirror is that works');
  ensureEqual((await other.lease(false)).standing, 'standby', 'What the other mirror is');
  ensureEqual(await other.writeOutcomes([], 0), 'standby', 'What becomes of a batch of the other');
}

async function ensureEnded(store: SyncStore): Promise<void> {
  const named = [{ table: 'notes', id: 'n1' }];
  const answers = [
    (await store.lease(true)).standing,
    await store.beat(),
    await store.takeOver(startOf(VAULT_ID)),
    await store.release(),
    await store.retryRejected(),
    await store.retryWithdrawn(named),
    await store.writeOutcomes([], 0),
  ];
  ensure(
    answers.every((answer) => answer === 'replaced'),
    `A mirror was not ended by a log-out: ${answers.join(', ')}.`,
  );
  await store.giveUp();
}
