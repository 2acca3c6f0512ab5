/** What two devices live through while one of them meets a fault. */
import { expect } from 'vitest';
import { prefixOf, waitingIn } from '../support/rekeyed-devices.js';
import type { FaultWorld } from './fault-world.js';

/** Rows of each run have ids of their own, made from a short name. */
type MakeId = (name: string) => string;

export interface Chapter {
  /** What both devices have before anything goes wrong: notes with the title 'first'. */
  readonly notes?: readonly string[];
  /** What else comes before. */
  prepare?(world: FaultWorld, id: MakeId): Promise<void>;
  /** What happens while one statement fails; afterwards everything that is on its way arrives. */
  play(world: FaultWorld, id: MakeId): Promise<void>;
  /** What both devices have in the end: columns by table and short name, `null` for no row. */
  readonly end: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
}

const note = (title: string, more: object = {}) => ({
  title,
  body: null,
  day: null,
  folder: null,
  ...more,
});

const EACH_TROUBLE = { rejected: 1, unsealable: 1, withdrawn: 1, quarantined: 1 };

/** The other device edits the body and sends that without what it has not heard of. */
async function replaceUnseen(world: FaultWorld, id: string): Promise<void> {
  world.b.engine.update('notes', id, { body: 'B' });
  await world.b.settle();
  world.b.send();
  await world.exchange();
}

/** A device that has never heard of the next key. */
async function beginUnderOldKey(world: FaultWorld): Promise<void> {
  await world.end();
  await world.db.execute("UPDATE rowseal_sealing SET prefix = ''");
  await world.begin(world.headers.old);
}

export const CHAPTERS: Readonly<Record<string, Chapter>> = {
  'writes of both devices': {
    notes: ['n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n8'],
    async play(world, id) {
      const { db, b } = world;
      await db.writeTransaction(async (tx) => {
        const row = "INSERT INTO notes (id, title, folder) VALUES (?, 'one', 'inbox')";
        await tx.execute(row, [id('n1')]);
        await tx.execute("INSERT INTO tasks (id, name, hours) VALUES (?, 'task', 1)", [id('t1')]);
        await tx.execute("UPDATE notes SET title = 'A' WHERE id IN (?, ?)", [id('n5'), id('n6')]);
        await tx.execute('DELETE FROM notes WHERE id IN (?, ?)', [id('n7'), id('n8')]);
      });
      b.engine.insert('tasks', { id: id('t2'), name: 'task', hours: 1 });
      for (const name of ['n3', 'n5', 'n7']) b.engine.update('notes', id(name), { body: 'B' });
      b.engine.remove('notes', id('n4'));
      await b.sync();
      await world.flush();
      await world.exchange();
      await replaceUnseen(world, id('n6'));
      await db.execute('UPDATE tasks SET hours = 2 WHERE id = ?', [id('t1')]);
      await db.execute("INSERT OR REPLACE INTO notes (id, title) VALUES (?, 'two')", [id('n2')]);
      await db.writeTransaction(async (tx) => {
        const row = 'INSERT INTO notes (id, title) VALUES (?, ?)';
        await tx.execute(row, [id('n8'), 'passing']);
        await tx.execute('DELETE FROM notes WHERE id = ?', [id('n8')]);
        await tx.execute(row, [id('n8'), 'again']);
      });
      await world.flush();
      await db.execute('UPDATE rowseal_rows SET due = 1 WHERE due IS NOT NULL');
      await world.flush();
    },
    end: {
      'notes n1': note('one', { folder: 'inbox' }),
      'notes n2': note('two'),
      'notes n3': note('first', { body: 'B' }),
      'notes n4': null,
      'notes n5': note('A', { body: 'B' }),
      'notes n6': note('A', { body: 'B' }),
      'notes n7': null,
      'notes n8': note('again'),
      'tasks t1': { name: 'task', hours: 2 },
      'tasks t2': { name: 'task', hours: 1 },
    },
  },
  'rows that do not go through': {
    notes: ['n1', 'n2', 'n3', 'n4', 'n5'],
    async play(world, id) {
      const { db, server } = world;
      await db.execute("UPDATE notes SET title = 'new' WHERE id IN (?, ?)", [id('n1'), id('n2')]);
      const unsealable = "INSERT INTO notes (id, title, day) VALUES (?, 'x', 'some day')";
      await db.execute(unsealable, [id('n6')]);
      await world.flush();
      server.scope('a', 'notes', id('n4'), false);
      const { payload } = server.row('notes', id('n3')) ?? {};
      server.hostile.change('notes', id('n5'), { payload });
      await world.exchange([id('n1'), id('n2')]);
      await db.execute("UPDATE notes SET title = 'mended' WHERE id = ?", [id('n2')]);
      await world.flush();
      expect(world.status()).toMatchObject(EACH_TROUBLE);
      await world.retry();
      await db.execute("UPDATE notes SET day = '2026-01-05' WHERE id = ?", [id('n6')]);
      await db.execute("UPDATE notes SET body = 'more' WHERE id = ?", [id('n5')]);
      server.scope('a', 'notes', id('n4'), true);
      await world.exchange();
      await world.flush();
    },
    end: {
      'notes n1': note('new'),
      'notes n2': note('mended'),
      'notes n3': note('first'),
      'notes n4': note('first'),
      'notes n5': note('first', { body: 'more' }),
      'notes n6': note('x', { day: '2026-01-05' }),
    },
  },
  'a key that comes later': {
    notes: ['n1'],
    prepare: beginUnderOldKey,
    async play(world, id) {
      const { db, b, headers } = world;
      b.engine.update('notes', id('n1'), { body: 'B' });
      b.engine.insert('notes', { id: id('n2'), title: 'first' });
      await b.sync();
      await db.execute("UPDATE notes SET title = 'A' WHERE id = ?", [id('n1')]);
      await world.exchange();
      await world.flush();
      expect(world.status().waitingKeys).toMatchObject([{ rows: 2 }]);
      await world.unlock(headers.current);
      await world.flush();
    },
    end: { 'notes n1': note('A', { body: 'B' }), 'notes n2': note('first') },
  },
  'a key that changes while rows wait for upload': {
    async prepare(world, id) {
      await beginUnderOldKey(world);
      const { db } = world;
      await db.writeTransaction(async (tx) => {
        await tx.execute("INSERT INTO notes (id, title) VALUES (?, 'one')", [id('n1')]);
        await tx.execute("INSERT INTO tasks (id, name, hours) VALUES (?, 'task', 1)", [id('t1')]);
      });
      await db.execute("INSERT INTO notes (id, title) VALUES (?, 'gone')", [id('n2')]);
      await world.flush();
      await db.execute("UPDATE notes SET body = 'two' WHERE id = ?", [id('n1')]);
      await db.execute('DELETE FROM notes WHERE id = ?', [id('n2')]);
      await world.flush();
      await db.execute("UPDATE notes SET folder = 'three' WHERE id = ?", [id('n1')]);
      expect(await waitingIn(db)).toHaveLength(5);
    },
    async play(world) {
      await world.unlock(world.headers.current);
      await world.flush();
      const prefix = prefixOf(world.b.vault);
      const waiting = await waitingIn(world.db);
      expect(waiting.filter(({ payload }) => !payload?.startsWith(prefix))).toEqual([]);
    },
    end: {
      'notes n1': note('one', { body: 'two', folder: 'three' }),
      'notes n2': null,
      'tasks t1': { name: 'task', hours: 1 },
    },
  },
  'the first start': {
    async prepare(world, id) {
      await world.forget();
      await world.db.execute("INSERT INTO notes (id, title) VALUES (?, 'before')", [id('n1')]);
      world.b.engine.insert('tasks', { id: id('t1'), name: 'task', hours: 1 });
      await world.b.sync();
      await world.exchange();
    },
    async play(world) {
      await world.start();
      await world.flush();
    },
    end: { 'notes n1': note('before'), 'tasks t1': { name: 'task', hours: 1 } },
  },
  'a start after the database was cleared': {
    notes: ['n1'],
    async prepare(world, id) {
      await world.clear();
      await world.db.execute("INSERT INTO notes (id, title) VALUES (?, 'since')", [id('n2')]);
    },
    async play(world) {
      await world.start();
      await world.flush();
    },
    end: { 'notes n1': note('first'), 'notes n2': note('since') },
  },
  'a start of another version of the app, with work left': {
    notes: ['n1'],
    async prepare(world, id) {
      await world.end();
      await world.db.execute("UPDATE rowseal_tables SET declaration = 'of another version'");
      await world.db.execute("UPDATE notes SET title = 'since' WHERE id = ?", [id('n1')]);
    },
    async play(world) {
      await world.start();
      await world.flush();
    },
    end: { 'notes n1': note('since') },
  },
};
