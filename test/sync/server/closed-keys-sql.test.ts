import { cleartext, defineTable, encrypted } from 'rowseal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverSql } from '../../../src/sync/server/server-sql.js';
import { payloadIdOf } from '../../support/payload-text.js';
import {
  A1,
  A2,
  CLOSE,
  counts,
  openServer,
  payload,
  prefixOf,
  TRY_AGAIN,
  USE,
} from './closed-keys.js';
import { type Postgres, upsert } from './open-postgres.js';

const INVALID = '22023';
const NOT_NULL_VIOLATION = '23502';

const notes = defineTable('notes', { body: encrypted.text() });
const tasks = defineTable('tasks', { folder: cleartext.text() });

describe('with an owner', () => {
  let db: Postgres;
  beforeAll(async () => {
    db = await openServer(serverSql([notes, tasks], { owner: 'owner_id' }));
  });
  afterAll(() => db.close());

  let users = 0;
  /** A user of their own, whose keys are like nobody's. */
  function newUser() {
    users += 1;
    const owner = `user ${users}`;
    const key = (name: string) => `${name} of ${owner}`;
    const of = (id: string, text: string) => ({
      id: `${owner} ${id}`,
      owner_id: owner,
      payload: text,
    });
    return {
      owner,
      prefix: (name: string) => prefixOf(key(name)),
      payload: (name: string, seed: string) => payload(key(name), seed),
      put: (id: string, text: string, more = {}, table = 'notes_sealed') =>
        db.refusal(...upsert({ ...of(id, text), ...more }, table)),
      use: () => db.run(USE, [owner]),
      close: (...prefixes: readonly string[]) => db.run(CLOSE, [owner, prefixes]),
      refusal: (prefixes: unknown) => db.refusal(CLOSE, [owner, prefixes]),
      stored: async (id: string) =>
        (await db.run('SELECT * FROM notes_sealed WHERE id = $1', [of(id, '').id]))[0],
    };
  }

  it('counts the payloads of rows and siblings under each key, of this user alone', async () => {
    const [ada, bob] = [newUser(), newUser()];
    await ada.put('1', ada.payload('A', 'one'));
    await ada.put('1', ada.payload('B', 'two'));
    await ada.put('1', ada.payload('A', 'three'));
    await ada.put('2', ada.payload('B', 'four'));
    await ada.put('3', ada.payload('B', 'five'), { folder: 'f' }, 'tasks_sealed');
    await bob.put('1', bob.payload('A', 'one'));
    expect(await ada.use()).toEqual(counts([ada.prefix('A'), 2], [ada.prefix('B'), 3]));
    expect(await bob.use()).toEqual(counts([bob.prefix('A'), 1]));
    expect(await newUser().use()).toEqual([]);
  });

  it('closes keys and says of each how many payloads are under it, 0 included', async () => {
    const ada = newUser();
    await ada.put('1', ada.payload('A', 'one'));
    const [a, b] = [ada.prefix('A'), ada.prefix('B')];
    expect(await ada.close(a, b, b)).toEqual(counts([a, 1], [b, 0]));
    expect(await ada.close(a, b)).toEqual(counts([a, 1], [b, 0]));
    expect(await ada.close()).toEqual([]);
  });

  it('refuses a new payload under a closed key for a while, and stores nothing of it', async () => {
    const ada = newUser();
    await ada.put('1', ada.payload('A', 'one'));
    await ada.close(ada.prefix('A'));
    expect(await ada.put('1', ada.payload('A', 'two'))).toBe(TRY_AGAIN);
    expect(await ada.put('2', ada.payload('A', 'three'))).toBe(TRY_AGAIN);
    expect(await ada.put('3', ada.payload('A', 'x'), { folder: 'f' }, 'tasks_sealed')).toBe(
      TRY_AGAIN,
    );
    const patch = db.refusal('UPDATE notes_sealed SET payload = $1 WHERE owner_id = $2', [
      ada.payload('A', 'four'),
      ada.owner,
    ]);
    expect(await patch).toBe(TRY_AGAIN);
    expect(await ada.stored('1')).toMatchObject({ payload: ada.payload('A', 'one'), siblings: '' });
    expect(await ada.stored('2')).toBeUndefined();
    expect(await ada.close(ada.prefix('A'))).toEqual(counts([ada.prefix('A'), 1]));
  });

  it('says what becomes of it', async () => {
    const ada = newUser();
    await ada.close(ada.prefix('A'));
    const put = db.run(
      ...upsert(
        { id: 'said', owner_id: ada.owner, payload: ada.payload('A', '1') },
        'notes_sealed',
      ),
    );
    await expect(put).rejects.toThrow('the device seals this again under the new key');
  });

  it('takes what is stored once more, with other parents too', async () => {
    const ada = newUser();
    const stored = ada.payload('A', 'one');
    await ada.put('1', stored);
    await ada.close(ada.prefix('A'));
    expect(await ada.put('1', stored)).toBeNull();
    expect(await ada.put('1', stored, { parents: payloadIdOf(A2) })).toBeNull();
    expect(await ada.stored('1')).toMatchObject({ payload: stored, siblings: '' });
    expect(await db.refusal('UPDATE notes_sealed SET parents = $1', [''])).toBeNull();
  });

  it('takes a payload under another key, which ends the count at 0', async () => {
    const ada = newUser();
    const first = ada.payload('A', 'one');
    await ada.put('1', first);
    const second = ada.payload('A', 'two');
    await ada.put('1', second);
    await ada.close(ada.prefix('A'));
    const next = ada.payload('B', 'three');
    expect(await ada.put('1', next, { parents: payloadIdOf(second) })).toBeNull();
    expect(await ada.close(ada.prefix('A'))).toEqual(counts([ada.prefix('A'), 1]));
    const last = { parents: [first, next].map(payloadIdOf).join(' ') };
    expect(await ada.put('1', ada.payload('B', 'four'), last)).toBeNull();
    expect(await ada.close(ada.prefix('A'))).toEqual(counts([ada.prefix('A'), 0]));
    expect(await ada.put('1', second)).toBe(TRY_AGAIN); // which is stored no longer
  });

  it("closes nobody else's key", async () => {
    const [ada, bob] = [newUser(), newUser()];
    await bob.close(ada.prefix('A'));
    expect(await ada.put('1', ada.payload('A', 'one'))).toBeNull();
  });

  it.each<[string, unknown]>([
    ['no list', null],
    ['a prefix that is cut', [A1.slice(0, 43)]],
    ['a whole payload', [A1]],
    ['what begins otherwise', [`B${A1.slice(1, 44)}`]],
    ['a pattern', [`AQ${'_'.repeat(41)}%`]],
    ['a line more', [`${A1.slice(0, 43)}\n`]],
    ['nothing among others', [A1.slice(0, 44), null]],
    ['more than a vault has keys', Array(257).fill(A1.slice(0, 44))],
  ])('refuses %s for prefixes, and closes none', async (_, prefixes) => {
    const ada = newUser();
    expect(await ada.refusal(prefixes)).toBe(INVALID);
    expect(await ada.put('1', A1)).toBeNull();
  });

  it.each<[string, string | null, string]>([
    ['nobody', null, NOT_NULL_VIOLATION],
    ['an empty text, which is everybody', '', INVALID],
  ])('refuses %s for an owner', async (_, owner, code) => {
    expect(await db.refusal(CLOSE, [owner, [A1.slice(0, 44)]])).toBe(code);
    expect(await db.refusal(USE, [owner])).toBe(INVALID);
    expect(await newUser().put('1', A1)).toBeNull();
  });

  it('counts nothing from a snapshot that is older than a writer may be', async () => {
    const ada = newUser();
    for (const level of ['REPEATABLE READ', 'SERIALIZABLE']) {
      await db.exec(`BEGIN ISOLATION LEVEL ${level}`);
      expect(await ada.refusal([ada.prefix('A')])).toBe(TRY_AGAIN);
      await db.exec('ROLLBACK');
    }
    expect(await ada.put('1', ada.payload('A', 'one'))).toBeNull();
  });
});
