import { defineTable } from 'rowseal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverSql } from '../../../src/sync/server/server-sql.js';
import { payloadIdOf, payloadText } from '../../support/payload-text.js';
import { openPostgres, type Postgres, upsert } from './open-postgres.js';

const CHECK_VIOLATION = '23514';

let db: Postgres;
beforeAll(async () => {
  db = await openPostgres();
  await db.exec(serverSql([defineTable('notes', {})]));
});
afterAll(() => db.close());

const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((seed) => payloadText(seed)) as [
  string,
  string,
  string,
  string,
];
const idsOf = (...payloads: readonly string[]) => payloads.map(payloadIdOf).join(' ');
const inOrder = (...payloads: readonly string[]) => [...payloads].sort().join(' ');

let rows = 0;
/** A row of its own, and what becomes of it. */
function newRow() {
  rows += 1;
  const id = `n${rows}`;
  return {
    id,
    put: (payload: string, parents: string | null = '', more = {}) =>
      db.run(...upsert({ id, payload, parents, ...more }, 'notes_sealed')),
    refusal: (payload: string, parents = '') =>
      db.refusal(...upsert({ id, payload, parents }, 'notes_sealed')),
    async siblings() {
      const [row] = await db.run('SELECT siblings FROM notes_sealed WHERE id = $1', [id]);
      return row?.siblings;
    },
  };
}

describe('a payload that is replaced', () => {
  it('is kept when its successor does not name it', async () => {
    const row = newRow();
    await row.put(A);
    expect(await row.siblings()).toBe('');
    await row.put(B);
    expect(await row.siblings()).toBe(A);
    await row.put(C);
    expect(await row.siblings()).toBe(inOrder(A, B));
  });

  it('is not kept when its successor names it', async () => {
    const row = newRow();
    await row.put(A);
    await row.put(B, idsOf(A));
    expect(await row.siblings()).toBe('');
  });

  it('is not dropped by another edit of the device that replaced it unseen', async () => {
    const row = newRow();
    await row.put(A);
    await row.put(B);
    await row.put(C, idsOf(B));
    expect(await row.siblings()).toBe(A);
    await row.put(D, idsOf(C));
    expect(await row.siblings()).toBe(A);
  });

  it('goes once a merge names it, with the others that it names', async () => {
    const row = newRow();
    for (const payload of [A, B, C]) await row.put(payload);
    await row.put(D, idsOf(A, C));
    expect(await row.siblings()).toBe(B);
  });

  it('is kept when two devices merged the same, for one of the merges is new', async () => {
    const row = newRow();
    await row.put(A);
    await row.put(B);
    await row.put(C, idsOf(A, B));
    await row.put(D, idsOf(A, B));
    expect(await row.siblings()).toBe(C);
  });

  it('is there once, however often it was replaced', async () => {
    const row = newRow();
    for (const payload of [A, B, A, B, A]) await row.put(payload);
    expect(await row.siblings()).toBe(B);
  });
});

describe('a batch that is sent twice', () => {
  it('changes nothing while nobody else wrote', async () => {
    const row = newRow();
    await row.put(A);
    for (let times = 0; times < 2; times++) {
      await row.put(B, idsOf(A));
      await row.put(C, idsOf(B));
    }
    expect(await row.siblings()).toBe('');
  });

  it('loses nothing of what was written in between', async () => {
    const row = newRow();
    await row.put(A);
    await row.put(B, idsOf(A));
    await row.put(C, idsOf(B));
    await row.put(D, idsOf(C));
    await row.put(B, idsOf(A));
    await row.put(C, idsOf(B));
    expect(await row.siblings()).toBe(D);
  });

  it('keeps siblings when it repeats the payload in place', async () => {
    const row = newRow();
    await row.put(A);
    await row.put(B);
    await row.put(B);
    expect(await row.siblings()).toBe(A);
    await row.put(B, idsOf(A));
    expect(await row.siblings()).toBe('');
  });
});

describe('the server', () => {
  it('takes no siblings from a client', async () => {
    const row = newRow();
    await row.put(A, '', { siblings: B });
    expect(await row.siblings()).toBe('');
    for (const siblings of [C, '', null, 'plaintext']) {
      await row.put(D, '', { siblings });
      expect(await row.siblings()).toBe(A);
    }
    await db.run("UPDATE notes_sealed SET siblings = '' WHERE id = $1", [row.id]);
    expect(await row.siblings()).toBe(A);
  });

  it('keeps all it has when a backend knows nothing of parents', async () => {
    const row = newRow();
    await row.put(A, null);
    await db.run('UPDATE notes_sealed SET payload = $2 WHERE id = $1', [row.id, B]);
    await db.run('UPDATE notes_sealed SET payload = $2, parents = NULL WHERE id = $1', [row.id, C]);
    expect(await row.siblings()).toBe(inOrder(A, B));
    await db.run('UPDATE notes_sealed SET payload = payload WHERE id = $1', [row.id]);
    expect(await row.siblings()).toBe(inOrder(A, B));
  });

  it('forgets them with the row', async () => {
    const row = newRow();
    await row.put(A);
    await row.put(B);
    await db.run('DELETE FROM notes_sealed WHERE id = $1', [row.id]);
    await row.put(C);
    expect(await row.siblings()).toBe('');
  });

  it('names only whole ids as merged', async () => {
    const row = newRow();
    await row.put(A);
    const id = payloadIdOf(A);
    // Both hold the id of A somewhere, and neither is it.
    const parents = [`${'x'.repeat(16)}${id.slice(0, 16)}`, `${id.slice(16)}${'x'.repeat(16)}`];
    await row.put(B, parents.join(' '));
    expect(await row.siblings()).toBe(A);
  });

  it('lets a row not grow without end, and takes what merges', async () => {
    const row = newRow();
    const payloads = Array.from({ length: 65 }, (_, seed) => payloadText(`many ${seed}`));
    for (const payload of payloads) await row.put(payload);
    const before = await row.siblings();
    expect(await row.refusal(A)).toBe(CHECK_VIOLATION);
    expect(await row.siblings()).toBe(before);
    const last = payloads.at(-1) as string;
    await row.put(B, idsOf(last));
    expect(await row.siblings()).toBe(before);
    await row.put(C, idsOf(B, ...payloads));
    expect(await row.siblings()).toBe('');
  });

  it('counts their characters too', async () => {
    const row = newRow();
    const payloads = Array.from({ length: 7 }, (_, seed) =>
      payloadText(`large ${seed}`, 1_398_000),
    );
    for (const payload of payloads.slice(0, 6)) await row.put(payload);
    expect(await row.refusal(payloads[6] as string)).toBe(null);
    expect(await row.refusal(A)).toBe(CHECK_VIOLATION);
    await row.put(A, idsOf(payloads[6] as string));
  });
});
