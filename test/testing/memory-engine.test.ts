import { beforeEach, describe, expect, it } from 'vitest';
import { cleartext, defineTable, encrypted } from '../../src/index.js';
import { type MemoryEngine, memoryEngine, type SyncStore } from '../../src/testing/testing.js';

const notes = defineTable('notes', {
  body: encrypted.text(),
  done: encrypted.boolean().optional(),
  folder: cleartext.text(),
});
const tasks = defineTable('tasks', { title: encrypted.text() });
const START = { vaultId: 'v1', declarations: new Map([['notes', 'd1']]) };
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
