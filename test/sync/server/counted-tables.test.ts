/** Which tables are counted and closed: a count of a part would drop keys that rows still name. */
import { defineTable } from 'rowseal';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { serverSql } from '../../../src/sync/server/server-sql.js';
import { A, A1, A2, B, B1, B2, CLOSE, counts, TRY_AGAIN, USE } from './closed-keys.js';
import { openPostgres, type Postgres, upsert } from './open-postgres.js';

const owner = 'owner_id';
const notes = defineTable('notes', {});
const tasks = defineTable('tasks', {});

let db: Postgres;
let schemas = 0;
beforeAll(async () => {
  db = await openPostgres();
});
/** As quick as a server of its own is slow. */
beforeEach(async () => {
  schemas += 1;
  await db.exec(`CREATE SCHEMA server_${schemas}; SET search_path TO server_${schemas}`);
});
afterAll(() => db.close());

const put = (table: string, id: string, text: string) =>
  db.refusal(...upsert({ id, owner_id: 'ada', payload: text }, table));

it('all of every run, whichever the last one named', async () => {
  await db.exec(serverSql([notes], { owner }));
  await put('notes_sealed', '1', A1);
  await db.exec(serverSql([tasks], { owner }));
  await put('tasks_sealed', '1', B1);
  expect(await db.run(USE, ['ada'])).toEqual(counts([A, 1], [B, 1]));
  expect(await db.run(CLOSE, ['ada', [A, B]])).toEqual(counts([A, 1], [B, 1]));
  expect(await put('notes_sealed', '2', A2)).toBe(TRY_AGAIN);
  expect(await put('tasks_sealed', '2', B2)).toBe(TRY_AGAIN);
});

it('those of a version that knew nothing of it, for everybody until their owner is named', async () => {
  await db.exec(serverSql([notes], { owner }));
  await db.exec(`DROP TRIGGER rowseal_closed_insert ON notes_sealed;
    DROP TRIGGER rowseal_closed_update ON notes_sealed;
    DROP TABLE rowseal_sealed_tables, rowseal_closed_keys, rowseal_key_locks CASCADE`);
  await put('notes_sealed', '1', A1);
  await db.exec(serverSql([tasks], { owner }));
  expect(await db.run(CLOSE, ['bob', [A]])).toEqual(counts([A, 1]));
  expect(await put('notes_sealed', '2', A2)).toBe(TRY_AGAIN);
  await db.exec(serverSql([notes], { owner }));
  expect(await db.run(CLOSE, ['bob', [A]])).toEqual(counts([A, 0]));
  expect(await put('notes_sealed', '2', A2)).toBeNull();
});

it('those that were renamed or made anew, and none that are gone', async () => {
  await db.exec(serverSql([notes], { owner }));
  await put('notes_sealed', '1', A1);
  await db.exec('ALTER TABLE notes_sealed RENAME TO "Old "" notes"');
  expect(await db.run(USE, ['ada'])).toEqual(counts([A, 1]));
  await db.exec(`CREATE TABLE notes_sealed (LIKE "Old "" notes" INCLUDING ALL);
    INSERT INTO notes_sealed SELECT * FROM "Old "" notes"`);
  expect(await db.run(USE, ['ada'])).toEqual(counts([A, 2]));
  await db.exec('DROP TABLE "Old "" notes" CASCADE');
  expect(await db.run(USE, ['ada'])).toEqual(counts([A, 1]));
  await db.exec('DROP TABLE notes_sealed');
  expect(await db.run(USE, ['ada'])).toEqual([]);
  expect(await db.run(CLOSE, ['ada', [A]])).toEqual(counts([A, 0]));
  await db.exec(serverSql([notes, tasks], { owner }));
  const known = 'SELECT name, owner_column FROM rowseal_sealed_tables ORDER BY name';
  expect(await db.run(known)).toEqual([
    { name: `server_${schemas}.notes_sealed`, owner_column: owner },
    { name: `server_${schemas}.tasks_sealed`, owner_column: owner },
  ]);
});

it('those of nobody, for everybody, and what was closed stays closed once there is an owner', async () => {
  await db.exec(serverSql([notes]));
  await db.run(...upsert({ id: '1', payload: A1 }, 'notes_sealed'));
  await db.run(...upsert({ id: '1', payload: B1 }, 'notes_sealed'));
  const all = counts([A, 1], [B, 1]);
  expect(await db.run(USE.replace('$1', ''))).toEqual(all);
  expect(await db.run(CLOSE.replace('$1, $2', '$1'), [[A, B]])).toEqual(all);
  expect(await db.refusal(...upsert({ id: '2', payload: A2 }, 'notes_sealed'))).toBe(TRY_AGAIN);
  await db.exec(serverSql([notes], { owner }));
  expect(await put('notes_sealed', '2', A2)).toBe(TRY_AGAIN);
  expect(await db.run(USE, ['ada'])).toEqual(all); // a row of nobody may be anybody's
});

it('whatever their names are', async () => {
  const [name, column] = [`a "b" 'c' %s`, `o "x" 'y' %I`];
  const sealed = `${name}_sealed`.replaceAll('"', '""');
  await db.exec(serverSql([defineTable(name, {})], { owner: column }));
  const row = { id: '1', [column]: 'ada', payload: A1 };
  expect(await db.refusal(...upsert(row, sealed))).toBeNull();
  expect(await db.run(CLOSE, ['ada', [A]])).toEqual(counts([A, 1]));
  const next = { ...row, id: '2', payload: A2 };
  expect(await db.refusal(...upsert(next, sealed))).toBe(TRY_AGAIN);
});
