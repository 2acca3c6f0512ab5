/** What two devices live through while one of them meets a fault. */
import { expect } from 'vitest';
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

export const CHAPTERS: Readonly<Record<string, Chapter>> = {
  'writes of the app': {
    async play(world, id) {
      const { db } = world;
      await db.writeTransaction(async (tx) => {
        await tx.execute("INSERT INTO notes (id, title, folder) VALUES (?, 'one', 'inbox')", [
          id('n1'),
        ]);
        await tx.execute("INSERT INTO tasks (id, name, hours) VALUES (?, 'task', 1)", [id('t1')]);
        await tx.execute("INSERT INTO notes (id, title) VALUES (?, 'two')", [id('n2')]);
      });
      await world.flush();
      await db.execute('UPDATE tasks SET hours = 2 WHERE id = ?', [id('t1')]);
      await world.exchange();
      await world.flush();
      await db.execute("INSERT OR REPLACE INTO notes (id, title) VALUES (?, 'three')", [id('n2')]);
      await world.flush();
    },
    end: {
      'notes n1': note('one', { folder: 'inbox' }),
      'notes n2': note('three'),
      'tasks t1': { name: 'task', hours: 2 },
    },
  },
  'what arrives': {
    notes: ['n1', 'n2'],
    async play(world, id) {
      const { b } = world;
      b.engine.update('notes', id('n1'), { body: 'more' });
      b.engine.insert('tasks', { id: id('t1'), name: 'task', hours: 1 });
      b.engine.remove('notes', id('n2'));
      await b.sync();
      await world.exchange();
      await world.flush();
    },
    end: {
      'notes n1': note('first', { body: 'more' }),
      'notes n2': null,
      'tasks t1': { name: 'task', hours: 1 },
    },
  },
  'edits of both devices': {
    notes: ['n1'],
    async play(world, id) {
      const { db, b } = world;
      await db.execute("UPDATE notes SET title = 'A' WHERE id = ?", [id('n1')]);
      b.engine.update('notes', id('n1'), { body: 'B' });
      await b.sync();
      await world.flush();
      await world.exchange();
      await world.flush();
    },
    end: { 'notes n1': note('A', { body: 'B' }) },
  },
  'a merge that is left to the other device, and then due': {
    notes: ['n1'],
    async play(world, id) {
      const { db, b } = world;
      await db.execute("UPDATE notes SET title = 'A' WHERE id = ?", [id('n1')]);
      await world.flush();
      await world.exchange();
      b.engine.update('notes', id('n1'), { body: 'B' });
      await b.settle();
      b.send();
      await world.exchange();
      await world.flush();
      await db.execute('UPDATE rowseal_rows SET due = 1 WHERE due IS NOT NULL');
      await world.flush();
    },
    end: { 'notes n1': note('A', { body: 'B' }) },
  },
  'deletes, and rows that come back': {
    notes: ['n1', 'n2', 'n3'],
    async play(world, id) {
      const { db, b } = world;
      await db.execute('DELETE FROM notes WHERE id IN (?, ?)', [id('n1'), id('n3')]);
      b.engine.remove('notes', id('n2'));
      b.engine.update('notes', id('n1'), { body: 'B' });
      await b.sync();
      await world.flush();
      await world.exchange();
      await db.writeTransaction(async (tx) => {
        await tx.execute("INSERT INTO notes (id, title) VALUES (?, 'passing')", [id('n3')]);
        await tx.execute('DELETE FROM notes WHERE id = ?', [id('n3')]);
        await tx.execute("INSERT INTO notes (id, title) VALUES (?, 'again')", [id('n3')]);
      });
      await world.flush();
    },
    end: { 'notes n1': null, 'notes n2': null, 'notes n3': note('again') },
  },
  'a refusal by the server': {
    notes: ['n1', 'n2'],
    async play(world, id) {
      await world.db.execute("UPDATE notes SET title = 'new' WHERE id IN (?, ?)", [
        id('n1'),
        id('n2'),
      ]);
      await world.flush();
      await world.exchange([id('n1'), id('n2')]);
      await world.db.execute("UPDATE notes SET title = 'mended' WHERE id = ?", [id('n2')]);
      await world.flush();
      expect(world.status().rejected).toBe(1);
      await world.retry();
    },
    end: { 'notes n1': note('new'), 'notes n2': note('mended') },
  },
  'what cannot be sealed': {
    async play(world, id) {
      await world.db.execute(
        "INSERT INTO notes (id, title, day) VALUES (?, 'first', NULL), (?, 'x', 'some day')",
        [id('n1'), id('n2')],
      );
      await world.flush();
      expect(world.status().unsealable).toBe(1);
      await world.retry();
      await world.db.execute("UPDATE notes SET day = '2026-01-05' WHERE id = ?", [id('n2')]);
      await world.flush();
    },
    end: { 'notes n1': note('first'), 'notes n2': note('x', { day: '2026-01-05' }) },
  },
  'a key that comes later': {
    notes: ['n1'],
    prepare: (world) => world.begin(world.headers.old),
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
  'a row that is withdrawn and given back': {
    notes: ['n1', 'n2'],
    async play(world, id) {
      const { db, server } = world;
      server.scope('a', 'notes', id('n1'), false);
      await world.exchange();
      await world.flush();
      expect(await db.getOptional('SELECT 1 FROM notes WHERE id = ?', [id('n1')])).toBeNull();
      expect(world.status().withdrawn).toBe(1);
      server.scope('a', 'notes', id('n1'), true);
      await world.exchange();
      await world.flush();
    },
    end: { 'notes n1': note('first'), 'notes n2': note('first') },
  },
  'a row that does not open for a while': {
    notes: ['n1', 'n2'],
    async play(world, id) {
      const { server, db } = world;
      const other = server.row('notes', id('n2'))?.payload;
      server.hostile.change('notes', id('n1'), { payload: other });
      await world.exchange();
      await world.flush();
      expect(world.status().quarantined).toBe(1);
      await world.retry();
      await db.execute("UPDATE notes SET body = 'more' WHERE id = ?", [id('n1')]);
      await world.flush();
    },
    end: { 'notes n1': note('first', { body: 'more' }), 'notes n2': note('first') },
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
