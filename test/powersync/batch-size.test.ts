/** How much a pass takes in hand: it is bounded by rows and by their size. */
import { Schema, type Transaction } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import { defineTable, encrypted } from 'rowseal';
import { encryptedTables } from 'rowseal/powersync';
import type { RowOutcome, RowWork, SyncStore } from 'rowseal/testing';
import { describe, expect, it } from 'vitest';
import { createPowerSyncStore } from '../../src/adapters/powersync/powersync-store.js';
import { openPowerSync } from '../support/open-powersync.js';
import { powersyncAdapter } from '../support/powersync-adapter.js';

const notes = defineTable('notes', { body: encrypted.text() });
const MIB = 1024 * 1024;
const LARGE = 'x'.repeat(3 * MIB);
const LONG_AGO = 0;

async function openStore() {
  const hands = await powersyncAdapter()('a place', [notes]);
  const store = hands.createStore();
  await store.takeOver({
    vaultId: 'v1',
    declarations: new Map([['notes', 'd1']]),
    silentSince: null,
  });
  return { hands, store };
}

const ids = (rows: readonly RowWork[]) => rows.map(({ id }) => id);
const insert = (id: string, body: string) =>
  ({ op: 'insert', table: 'notes', id, row: { body } }) as const;

async function finish(store: SyncStore, of: (work: RowWork) => Partial<RowOutcome>) {
  const { rows, snapshot } = await store.readWork(1000, LONG_AGO, []);
  const outcomes = rows.map((work) => {
    const done = work.entries.map(({ seq }) => seq);
    return { table: 'notes', id: work.id, done, ...of(work) };
  });
  expect(await store.writeOutcomes(outcomes, snapshot)).toBe('written');
  return ids(rows);
}

describe('a pass over large rows', () => {
  it('takes a part of what sync brought, and comes to the others after it', async () => {
    const { hands, store } = await openStore();
    const all = Array.from({ length: 7 }, (_, at) => `n${at}`);
    const row = { payload: LARGE, parents: '', siblings: '' };
    await hands.deliver(all.map((id) => ({ table: 'notes', id, row })));
    const passes: string[][] = [];
    for (let taken = 0; taken < all.length; taken += passes.at(-1)?.length ?? 0) {
      passes.push(await finish(store, () => ({ record: null })));
    }
    expect(passes.map(({ length }) => length)).toEqual([3, 3, 1]);
    expect(passes.flat()).toEqual(all);
  });

  it("divides the app's writes only where a transaction ended, however large they are", async () => {
    const { hands, store } = await openStore();
    await hands.write(['a1', 'a2', 'a3', 'a4'].map((id) => insert(id, LARGE)));
    const end = await store.lastSeq();
    await hands.write([insert('b1', LARGE)]);
    const whole = await store.readWork(1000, LONG_AGO, []);
    expect(ids(whole.rows)).toEqual(['a1', 'a2', 'a3', 'a4', 'b1']);
    const part = await store.readWork(1000, LONG_AGO, [end]);
    expect([ids(part.rows), part.upTo]).toEqual([['a1', 'a2', 'a3', 'a4'], end]);
  });

  it('takes two rows in any case, so that one of them is never alone with what is wrong', async () => {
    const { hands, store } = await openStore();
    const row = { payload: 'x'.repeat(9 * MIB), parents: '', siblings: '' };
    await hands.deliver(['n1', 'n2', 'n3'].map((id) => ({ table: 'notes', id, row })));
    const { rows } = await store.readWork(1000, LONG_AGO, []);
    expect(ids(rows)).toEqual(['n1', 'n2']);
  });

  it('counts merges that are due, and what their records keep', async () => {
    const { hands, store } = await openStore();
    await hands.write(['n1', 'n2', 'n3', 'n4'].map((id) => insert(id, 'small')));
    await finish(store, () => ({
      record: {
        seen: null,
        clear: null,
        known: { payload: LARGE },
        reflected: null,
        life: 1,
        own: null,
        sent: null,
        due: 1,
        trouble: null,
        findings: [],
      },
    }));
    const { rows } = await store.readWork(1000, 1, []);
    expect(rows).toHaveLength(3);
  });
});

describe('what is written of a pass', () => {
  it('goes to the database in parts, and to the server as one transaction', async () => {
    const db = await openPowerSync(new Schema(encryptedTables([notes])));
    const { longest, counted } = withLongestParameter(db);
    const store = createPowerSyncStore(counted, [notes]);
    await store.takeOver({
      vaultId: 'v1',
      declarations: new Map([['notes', 'd1']]),
      silentSince: null,
    });
    const all = Array.from({ length: 6 }, (_, at) => `n${at}`);
    await db.execute('INSERT INTO notes (id, body) SELECT value, ? FROM json_each(?)', [
      'small',
      JSON.stringify(all),
    ]);
    await finish(store, ({ id }) => ({
      plain: { body: `${id} ${LARGE}` },
      sealed: { payload: `${id} ${LARGE}`, parents: '', siblings: '' },
    }));
    expect(longest()).toBeLessThan(5 * MIB);
    const transaction = await db.getNextCrudTransaction();
    expect(transaction?.crud.map(({ id }) => id)).toEqual(all);
    for (const { id, opData } of transaction?.crud ?? []) {
      expect(opData?.payload).toBe(`${id} ${LARGE}`);
      const { body } = await db.get<{ body: string }>('SELECT body FROM notes WHERE id = ?', [id]);
      expect(body).toBe(`${id} ${LARGE}`);
    }
  });
});

/** In characters, of what is given to statements in write transactions. */
function withLongestParameter(db: PowerSyncDatabase) {
  let longest = 0;
  const note = (parameters: readonly unknown[] = []) => {
    for (const each of parameters) longest = Math.max(longest, String(each).length);
  };
  const watched = (tx: Transaction): Transaction =>
    new Proxy(tx, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...given: [string, unknown[]]) => {
          note(given[1]);
          return value.apply(target, given);
        };
      },
    });
  const counted = new Proxy(db, {
    get(target, name) {
      if (name === 'writeTransaction') {
        return <T>(work: (tx: Transaction) => Promise<T>) =>
          target.writeTransaction((tx) => work(watched(tx)));
      }
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { counted, longest: () => longest };
}

it('looks at each end of a transaction once, however many rows there are', async () => {
  const { hands, store } = await openStore();
  await hands.write(Array.from({ length: 500 }, (_, at) => insert(`n${at}`, 'small')));
  let reads = 0;
  const ends = new Proxy(
    Array.from({ length: 1000 }, (_, at) => -1000 + at),
    {
      get(target, name) {
        reads++;
        return Reflect.get(target, name);
      },
    },
  );
  const { rows } = await store.readWork(1, LONG_AGO, ends);
  expect(rows).toHaveLength(500);
  expect(reads).toBeLessThan(4 * (1000 + 500));
});
