/** Duties of an adapter: what becomes of the outcomes that a mirror writes. */
import type { RowTrouble } from '../sync/row-trouble.js';
import type { RowOutcome, RowRecord, SyncStore } from '../sync/sync-store.js';
import {
  type AdapterDuty,
  allWork,
  finishAll,
  insert,
  note,
  onlyWork,
  outcome,
  placesOf,
  record,
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
import { ensure, ensureEqual } from './expectations.js';
import type { SealedUpload } from './memory-database.js';

export const OUTCOME_DUTIES: Readonly<Record<string, AdapterDuty>> = {
  async 'writes plaintext, sealed row and record, and forgets the entries that are done'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1', { body: 'one' })]);
    const [plain, sealed] = [note({ body: 'two', weight: 0.5 }), sealedNote({ folder: 'home' })];
    const noted = record({ due: 1 });
    await finishAll(store, () => ({ plain, sealed, record: noted }));
    ensureEqual(await hands.plain('notes', 'n1'), plain, 'The plaintext written');
    ensureEqual(await hands.sealed('notes', 'n1'), sealed, 'The sealed row written');
    const work = await onlyWork(store);
    ensureEqual(
      [work.entries, work.plain, work.sealed, work.record],
      [[], plain, sealed, noted],
      'The row when its merge is due',
    );
  },
  async 'keeps all that a record says, through a kill'(bench) {
    const { hands, store } = await start(bench);
    const full = record({
      seen: 'a "digest"',
      clear: '["it\'s",null,1]',
      known: sealedNote({ folder: '\'"\\', is_done: 1 }),
      reflected: { sealed: sealedNote({ folder: 'home' }) },
      life: 7,
      own: 'own',
      sent: { content: 'content', answered: ['a', 'b'] },
      due: 5,
      trouble: { kind: 'waiting', code: 'UNKNOWN_KEY', detail: 'key' },
      findings: ['stale-row', 'metadata-mismatch:folder'],
    });
    await hands.write([insert('notes', 'n1')]);
    await finishAll(store, () => ({ record: full }));
    ensureEqual((await onlyWork(store)).record, full, 'The record');
    const again = await takenOver(await bench.open(), VAULT_ID);
    ensureEqual((await onlyWork(again)).record, full, 'The record after a kill');
    await again.writeOutcomes([outcome('n1', { record: record({ due: 6 }) })], LAST);
    ensureEqual((await onlyWork(again)).record, record({ due: 6 }), 'The record that replaced it');
  },
  async 'leaves what an outcome does not name, and deletes what is null'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1', { body: 'one' })]);
    const sealed = sealedNote();
    await finishAll(store, () => ({ sealed, record: record({ due: 1 }) }));
    ensureEqual(await store.writeOutcomes([outcome('n1')], LAST), 'written', 'An empty outcome');
    ensureEqual(await hands.plain('notes', 'n1'), note({ body: 'one' }), 'The plaintext left');
    ensureEqual(await hands.sealed('notes', 'n1'), sealed, 'The sealed row left');
    ensureEqual((await onlyWork(store)).record, record({ due: 1 }), 'The record left');
    const nothing = outcome('n1', { plain: null, sealed: null, record: null });
    await store.writeOutcomes([nothing], LAST);
    ensureEqual(await hands.plain('notes', 'n1'), null, 'The plaintext deleted');
    ensureEqual(await hands.sealed('notes', 'n1'), null, 'The sealed row deleted');
    ensureEqual(await allWork(store), [], 'The work after the record was deleted');
  },
  async 'sends the sealed rows of a batch as one transaction, in their order'(bench) {
    const { hands, store } = await start(bench);
    const rows = [sealedNote({ folder: 'home' }), sealedTask(), sealedNote(), null] as const;
    const names = ['notes', 'tasks', 'notes', 'notes'];
    const batch = rows.map((sealed, at): RowOutcome => {
      return { table: names[at] as string, id: `r${(at * 7) % 4}`, sealed, done: [] };
    });
    await store.writeOutcomes([outcome('r1', { sealed: sealedNote() })], LAST);
    await store.writeOutcomes(batch, LAST);
    const sent = await hands.upload();
    ensureEqual(
      sent.map(textsOf),
      [['put notes r1'], ['put notes r0', 'put tasks r3', 'put notes r2', 'delete notes r1']],
      'The transactions sent',
    );
    const put = sent[1]?.[0]?.row;
    const expected = [rows[0].payload, rows[0].parents, 'home'];
    ensureEqual([put?.payload, put?.parents, put?.folder], expected, 'The row sent');
    ensureEqual(await hands.upload(), [], 'What is sent twice');
  },
  async 'keeps entries that are neither done nor held'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1'), update('notes', 'n1', { body: 'x' })]);
    const [first, second] = seqsOf(await onlyWork(store)) as [number, number];
    await store.writeOutcomes([outcome('n1', { done: [first] })], second);
    ensureEqual(seqsOf(await onlyWork(store)), [second], 'The entries left');
  },
  async 'holds entries until they are released'(bench) {
    const device = await start(bench);
    const { store } = device;
    const kinds = { n1: 'waiting', n2: 'unsealable', n3: null } as const;
    await device.hands.write(Object.keys(kinds).map((id) => insert('notes', id)));
    const before = await allWork(store);
    await holdAll(store, ({ id }) => kinds[id as keyof typeof kinds]);
    ensureEqual(await allWork(store), [], 'The work while all is held');
    const again = await takenOver(await bench.open(), VAULT_ID);
    ensureEqual(await allWork(again), [], 'The work while all is held, after a kill');
    await again.release('waiting');
    const released = await onlyWork(again);
    ensureEqual(released.id, 'n1', 'The row released by its kind of trouble');
    ensureEqual(released.entries, before[0]?.entries, 'The entries released');
    await again.release();
    const all = ['notes n1', 'notes n2', 'notes n3'];
    ensureEqual(placesOf(await allWork(again)), all, 'All that is released');
  },
  async 'hands held entries out again when the row gets another'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1'), insert('notes', 'n2')]);
    const [held] = await allWork(store);
    await holdAll(store, () => 'waiting');
    await hands.write([update('notes', 'n1', { body: 'x' })]);
    const work = await onlyWork(store);
    const { entries: [first, second] = [] } = work;
    ensureEqual(first, held?.entries[0], 'The entry that was held');
    ensureEqual(second?.base, note(), 'The base of the entry that freed it');
    await holdAll(store, () => 'waiting');
    await hands.deliver([served('notes', 'n2', sealedNote())]);
    ensureEqual(placesOf(await allWork(store)), ['notes n2'], 'The row that sync wrote');
  },
  async 'hands a row in trouble out to be shown again, when it is released'(bench) {
    const { hands, store } = await start(bench);
    const kinds = ['quarantined', 'waiting', 'unsealable', 'withdrawn'] as const;
    await hands.write(kinds.map((kind) => insert('notes', kind)));
    await hands.write([insert('notes', 'found'), insert('notes', 'well')]);
    await finishAll(store, ({ id }) => ({ record: record(notedAs(id)) }));
    ensureEqual(await allWork(store), [], 'The work before the release');
    await store.release('waiting');
    const work = await onlyWork(store);
    ensureEqual([work.id, work.entries[0]?.dir], ['waiting', 'show'], 'What is released');
    await store.release();
    await store.release();
    const rows = await allWork(store);
    const shown = ['found', 'quarantined', 'unsealable', 'waiting'];
    ensureEqual(rows.map(({ id }) => id).sort(), shown, 'All rows released');
    ensureEqual(
      rows.map(({ entries }) => entries.length),
      [1, 1, 1, 1],
      'How often each is queued',
    );
  },
  async 'leaves plaintext that the app wrote after it was read'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1', { body: 'one' }), insert('notes', 'n2')]);
    const { rows, snapshot } = await store.readWork(9, 0, []);
    await hands.write([update('notes', 'n1', { body: 'two' }), remove('notes', 'n2')]);
    const sealed = sealedNote();
    const noted = record({ due: 1 });
    const batch = rows.map((work) =>
      outcome(work.id, { plain: note(), sealed, record: noted, done: [], held: seqsOf(work) }),
    );
    ensureEqual(await store.writeOutcomes(batch, snapshot), 'written', 'What became of the batch');
    ensureEqual(await hands.plain('notes', 'n1'), note({ body: 'two' }), 'The plaintext edited');
    ensureEqual(await hands.plain('notes', 'n2'), null, 'The plaintext deleted');
    const work = await allWork(store);
    const expected = [1, 2].map(() => [2, sealed, noted]);
    ensureEqual(
      work.map((row) => [row.entries.length, row.sealed, row.record]),
      expected,
      'The entries, the sealed row and the record of each',
    );
  },
  async 'drops the outcome of a row that sync wrote after it was read'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1', { body: 'one' }), insert('notes', 'n2')]);
    const { rows, snapshot } = await store.readWork(9, 0, []);
    const arrived = sealedNote();
    await hands.deliver([served('notes', 'n1', arrived)]);
    const noted = record({ due: 1 });
    const batch = rows.map((work) =>
      outcome(work.id, { plain: note({ body: 'x' }), record: noted, done: seqsOf(work) }),
    );
    ensureEqual(await store.writeOutcomes(batch, snapshot), 'written', 'What became of the batch');
    ensureEqual(await hands.plain('notes', 'n1'), note({ body: 'one' }), 'Its plaintext');
    ensureEqual(await hands.plain('notes', 'n2'), note({ body: 'x' }), "The other row's plaintext");
    const [work, ...others] = await allWork(store);
    ensureEqual([work?.id, work?.record, work?.sealed], ['n1', null, arrived], 'The row dropped');
    ensureEqual(work?.entries[0], rows[0]?.entries[0], 'Its first entry');
    ensureEqual(
      others.map(({ record }) => record),
      [noted],
      "The other row's record",
    );
  },
  async 'writes nothing of a batch that would replace a sealed row unseen'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1', { body: 'one' }), insert('tasks', 't1')]);
    const before = await store.readWork(9, 0, []);
    const arrived = sealedNote();
    await hands.deliver([served('notes', 'n1', arrived)]);
    const sealed = { notes: sealedNote(), tasks: sealedTask() };
    const batch = before.rows.map((work): RowOutcome => {
      const { table, id } = work;
      const row = sealed[table as keyof typeof sealed];
      return { table, id, plain: null, sealed: row, record: record(), done: seqsOf(work) };
    });
    ensureEqual(await store.writeOutcomes(batch, before.snapshot), 'moved', 'What became of it');
    ensureEqual(await hands.plain('notes', 'n1'), note({ body: 'one' }), 'The plaintext');
    ensureEqual(await hands.sealed('notes', 'n1'), arrived, 'The sealed row');
    ensureEqual(await hands.sealed('tasks', 't1'), null, 'The sealed row of the other table');
    ensureEqual(await hands.upload(), [], 'What is sent');
    const rows = await allWork(store);
    ensureEqual(
      rows.map(({ record }) => record),
      [null, null],
      'The records',
    );
    ensureEqual(rows[0]?.entries[0], before.rows[0]?.entries[0], 'The first entry of the row');
    ensureEqual(rows[1]?.entries, before.rows[1]?.entries, 'The entries of the other row');
  },
  async 'rehearses a batch: throws as writing it would, and changes nothing'(bench) {
    const { hands, store } = await start(bench);
    await hands.write([insert('notes', 'n1', { body: 'one' })]);
    const before = await onlyWork(store);
    const { snapshot } = await store.readWork(9, 0, []);
    const given = {
      plain: note({ body: 'two' }),
      sealed: sealedNote(),
      record: record({ due: 1 }),
    };
    const batch = [outcome('n1', { ...given, done: seqsOf(before) })];
    await store.rehearse(batch, snapshot);
    ensureEqual(await onlyWork(store), before, 'The work after a rehearsal');
    ensureEqual(await hands.plain('notes', 'n1'), note({ body: 'one' }), 'The plaintext after it');
    ensureEqual(await hands.sealed('notes', 'n1'), null, 'The sealed row after it');
    ensureEqual(await hands.upload(), [], 'What is sent after it');
    const impossible = [...batch, outcome('n2', { ...given, table: 'ghosts' })];
    const refusal = await store.rehearse(impossible, snapshot).catch((error: unknown) => error);
    ensure(refusal instanceof Error, 'A table that there is not was rehearsed.');
    ensureEqual(await store.writeOutcomes(batch, snapshot), 'written', 'What became of the batch');
    ensureEqual(await hands.plain('notes', 'n1'), given.plain, 'The plaintext written then');
  },
};

/** At the end of all that there is. */
const LAST = Number.MAX_SAFE_INTEGER;

function textsOf(writes: readonly SealedUpload[]): string[] {
  return writes.map(({ op, table, id }) => `${op} ${table} ${id}`);
}

/** A row in the trouble that its id says, one with a finding, or one without either. */
function notedAs(id: string): Partial<RowRecord> {
  const findings = id === 'found' ? ['stale-row'] : [];
  const isWell = id === 'found' || id === 'well';
  return { findings, trouble: isWell ? null : troubleOf(id as RowTrouble['kind']) };
}

function troubleOf(kind: RowTrouble['kind']): RowTrouble {
  const code = kind === 'withdrawn' ? null : 'ROW_MALFORMED';
  return { kind, code, detail: null };
}

/** Finishes nothing: every entry is held, in the trouble given. */
function holdAll(
  store: SyncStore,
  kindOf: (work: { readonly id: string }) => RowTrouble['kind'] | null,
): Promise<void> {
  return finishAll(store, (work) => {
    const kind = kindOf(work);
    return {
      record: record({ trouble: kind && troubleOf(kind) }),
      done: [],
      held: seqsOf(work),
    };
  });
}
