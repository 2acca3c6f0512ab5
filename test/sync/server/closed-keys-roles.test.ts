/** Who may count and close: nobody who was only given everything, as hosts do for their API. */
import { defineTable } from 'rowseal';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serverSql } from '../../../src/sync/server/server-sql.js';
import {
  A,
  A1,
  B,
  B1,
  CLOSE,
  counts,
  openServer,
  payload,
  prefixOf,
  TRY_AGAIN,
  USE,
} from './closed-keys.js';
import { type Postgres, upsert } from './open-postgres.js';

const INSUFFICIENT_PRIVILEGE = '42501';

let db: Postgres;
beforeAll(async () => {
  db = await openServer(serverSql([defineTable('notes', {})], { owner: 'owner_id' }));
  await db.exec(`
    CREATE ROLE anybody;
    GRANT ALL ON ALL TABLES IN SCHEMA public TO anybody;
    GRANT ALL ON ALL FUNCTIONS IN SCHEMA public TO anybody`);
  await db.run(CLOSE, ['ada', [A]]);
});
afterAll(() => db.close());

async function as<T>(role: string, work: () => Promise<T>): Promise<T> {
  await db.exec(`SET ROLE ${role}`);
  try {
    return await work();
  } finally {
    await db.exec('RESET ROLE');
  }
}

const put = (id: string, text: string, owner = 'ada') =>
  db.refusal(...upsert({ id, owner_id: owner, payload: text }, 'notes_sealed'));

it('who writes rows needs no right of its own', async () => {
  await db.exec('CREATE ROLE writer; GRANT SELECT, INSERT, UPDATE ON notes_sealed TO writer');
  expect(await as('writer', () => put('1', B1))).toBeNull();
  expect(await as('writer', () => put('2', A1))).toBe(TRY_AGAIN);
  expect(await as('writer', () => db.refusal(USE, ['ada']))).toBe(INSUFFICIENT_PRIVILEGE);
});

it('who was given everything closes no key, and opens none', async () => {
  const tries = [
    () => db.refusal(CLOSE, ['ada', [B]]),
    () => db.refusal(USE, ['ada']),
    () => db.refusal("INSERT INTO rowseal_closed_keys VALUES ('ada', $1)", [B]),
  ];
  for (const each of tries) expect(await as('anybody', each)).toBe(INSUFFICIENT_PRIVILEGE);
  await as('anybody', () => db.run('DELETE FROM rowseal_closed_keys'));
  expect(await put('3', A1)).toBe(TRY_AGAIN);
  expect(await put('3', B1)).toBeNull();
});

it('users close their own through a function that says who they are', async () => {
  await db.exec(`
    CREATE FUNCTION close_keys(prefixes text[]) RETURNS TABLE (prefix text, payloads bigint)
    LANGUAGE sql SECURITY DEFINER
    BEGIN ATOMIC
      SELECT * FROM rowseal_close_keys(current_setting('app.owner'), prefixes);
    END;
    ALTER TABLE notes_sealed ENABLE ROW LEVEL SECURITY;
    SET app.owner = 'cy'`);
  expect(await put('c', payload('C', 'one'), 'cy')).toBeNull();
  const closed = () => db.run('SELECT * FROM close_keys($1)', [[prefixOf('C')]]);
  expect(await as('anybody', closed)).toEqual(counts([prefixOf('C'), 1]));
});

it('who is shown a part of the rows is given no count of it', async () => {
  await db.exec(`
    CREATE ROLE keeper;
    GRANT ALL ON ALL TABLES IN SCHEMA public TO keeper;
    GRANT ALL ON ALL FUNCTIONS IN SCHEMA public TO keeper;
    ALTER TABLE rowseal_sealed_tables OWNER TO keeper`);
  expect(await as('keeper', () => db.refusal(USE, ['cy']))).toBe(INSUFFICIENT_PRIVILEGE);
  await db.exec('ALTER TABLE notes_sealed DISABLE ROW LEVEL SECURITY');
  const counted = await as('keeper', () => db.run(USE, ['cy']));
  expect(counted).toEqual(counts([prefixOf('C'), 1]));
});
