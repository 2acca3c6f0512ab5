import { beforeEach, describe, expect, it } from 'vitest';
import { cleartext, defineTable, encrypted } from '../../src/index.js';
import { type MemoryEngine, memoryEngine, type SyncStore } from '../../src/testing/testing.js';

const notes = defineTable('notes', {
  body: encrypted.text(),
  done: encrypted.boolean().optional(),
  folder: cleartext.text(),
});
const tasks = defineTable('tasks', { title: encrypted.text() });
const START = { vaultId: 'v1', declarations: new Map([['notes', 'd1']]), silentSince: null };
const NOTE = { id: 'n1', body: 'hello', folder: 'home' };

let now = 0;
let engine: MemoryEngine;
let store: SyncStore;

beforeEach(async () => {
  now = 1_000;
  engine = memoryEngine([notes, tasks], { now: () => now });
  store = engine.store();
  await store.takeOver(START);
});

const entries = async () => (await store.readWork(100, now, [])).rows.flatMap((row) => row.entries);

describe('the app', () => {
  it('writes rows as SQLite would have them', () => {
    engine.insert('notes', { ...NOTE, done: true });
    engine.update('notes', 'n1', { body: 'there' });
    expect(engine.row('notes', 'n1')).toEqual({ ...NOTE, body: 'there', done: 1 });
    expect(engine.rows('notes')).toHaveLength(1);
    engine.remove('notes', 'n1');
    expect(engine.row('notes', 'n1')).toBeNull();
    expect(engine.rows('notes')).toEqual([]);
  });

  it('gets rows that it may change', () => {
    const row = { ...NOTE };
    engine.insert('notes', row);
    row.body = 'changed';
    expect(engine.row('notes', 'n1')).toMatchObject({ body: 'hello' });
    Object.assign(engine.row('notes', 'n1') as object, { body: 'changed' });
    expect(engine.row('notes', 'n1')).toMatchObject({ body: 'hello' });
  });

  it('queues nothing when it writes what is there', async () => {
    engine.insert('notes', { ...NOTE, done: false });
    const before = await entries();
    engine.update('notes', 'n1', { done: 0 });
    expect(await entries()).toEqual(before);
  });

  it('writes nothing to rows that are not there', async () => {
    engine.update('notes', 'n1', { body: 'x' });
    engine.remove('notes', 'n1');
    expect(await entries()).toEqual([]);
  });

  it.each<[string, (engine: MemoryEngine) => void]>([
    ['a table that there is not', (e) => e.insert('other', { id: 'n1' })],
    ['a column that there is not', (e) => e.insert('notes', { id: 'n1', colour: 'red' })],
    ['a row without an id', (e) => e.insert('notes', { body: 'x' })],
    [
      'an id that is there',
      (e) => e.transaction((tx) => [0, 1].map(() => tx.insert('notes', NOTE))),
    ],
    ['a value that is none', (e) => e.insert('notes', { id: 'n1', body: Number.NaN })],
    ['a transaction in another', (e) => e.transaction(() => e.remove('notes', 'n1'))],
  ])('can not write %s', (_, write) => {
    expect(() => write(engine)).toThrow(TypeError);
    expect(engine.rows('notes')).toEqual([]);
  });

  it('writes all of a transaction or nothing', async () => {
    engine.insert('notes', NOTE);
    const before = await entries();
    const failing = () =>
      engine.transaction((tx) => {
        tx.insert('tasks', { id: 't1', title: 'x' });
        tx.update('notes', 'n1', { body: 'changed' });
        tx.remove('notes', 'n1');
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(engine.row('notes', 'n1')).toMatchObject({ body: 'hello' });
    expect(engine.rows('tasks')).toEqual([]);
    expect(await entries()).toEqual(before);
  });
});

describe('sync', () => {
  const served = (payload: string) => ({
    table: 'notes',
    id: 'n1',
    row: { folder: 'home', payload, parents: '', siblings: '' },
  });
  const outcome = {
    table: 'notes',
    id: 'n1',
    sealed: { folder: 'home', payload: 'A1', parents: '', siblings: '' },
    record: null,
    done: [],
    held: [],
    clearsRejection: false,
  };

  it('writes what arrives as one, and queues it', async () => {
    expect(engine.receive({ position: 4, rows: [served('B1')] })).toBe(true);
    expect(engine.position()).toBe(4);
    expect(engine.sealedRow('notes', 'n1')).toEqual({ id: 'n1', ...served('B1').row });
    expect(engine.sealedRows('notes')).toHaveLength(1);
    expect(await entries()).toEqual([{ seq: 1, dir: 'in', at: 1_000, base: null }]);
  });

  it('holds back what arrives until the server has what was written here', async () => {
    await store.writeOutcomes([outcome], 0);
    expect(engine.nextUpload()?.writes).toEqual([
      { op: 'put', table: 'notes', id: 'n1', row: outcome.sealed },
    ]);
    expect(engine.receive({ position: 3, rows: [served('B1')] })).toBe(false);
    engine.uploaded(5);
    expect(engine.nextUpload()).toBeNull();
    expect(engine.receive({ position: 4, rows: [] })).toBe(false);
    expect(engine.sealedRow('notes', 'n1')).toMatchObject({ payload: 'A1' });
    expect(engine.receive({ position: 5, rows: [served('A1')] })).toBe(true);
    expect(await entries()).toHaveLength(1);
  });

  it("takes the server's word for a row that it refused", async () => {
    await store.writeOutcomes([outcome], 0);
    engine.uploaded(1, [{ table: 'notes', id: 'n1' }]);
    engine.receive({ position: 1, rows: [] });
    expect(engine.sealedRow('notes', 'n1')).toBeNull();
    expect(await store.troubled(9)).toMatchObject([{ id: 'n1', kind: 'rejected' }]);
    await store.retryRejected();
    expect(await store.troubled(9)).toEqual([]);
  });

  it('calls a row refused only if nothing newer waits to be sent', async () => {
    await store.writeOutcomes([outcome], 0);
    await store.writeOutcomes([outcome], 0);
    engine.uploaded(1, [{ table: 'notes', id: 'n1' }]);
    expect(await store.troubled(9)).toEqual([]);
    engine.uploaded(1, [{ table: 'notes', id: 'n1' }]);
    expect(await store.troubled(9)).toHaveLength(1);
    expect(() => engine.uploaded(1)).toThrow(TypeError);
  });

  it('ignores the removal of a row that is not there', async () => {
    engine.receive({ position: 1, rows: [{ table: 'notes', id: 'n1', row: null }] });
    expect(await entries()).toEqual([]);
  });

  it('clears without a delete', async () => {
    engine.insert('notes', NOTE);
    await store.writeOutcomes([outcome], 9);
    engine.clear();
    expect(engine.nextUpload()).toBeNull();
    expect(engine.rows('notes')).toEqual([]);
    expect(engine.sealedRows('notes')).toEqual([]);
    expect(await entries()).toEqual([]);
    expect(engine.position()).toBe(0);
  });
});

it('shows the columns of the next version of the app', () => {
  const next = defineTable('notes', { body: encrypted.text(), colour: encrypted.text() });
  engine.insert('notes', { ...NOTE, done: true });
  engine.upgrade([next]);
  expect(engine.row('notes', 'n1')).toEqual({ id: 'n1', body: 'hello', colour: null });
});
