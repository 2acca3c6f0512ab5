/** One row at which every pass fails stops no other, and a database that fails blames no row. */
import { defineTable, encrypted, lockVault, memoryStore, openVault } from 'rowseal';
import {
  type MemoryEngine,
  memoryEngine,
  type RowOutcome,
  type SyncStore,
  vaultForTesting,
} from 'rowseal/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Mirror } from '../../src/sync/mirror.js';
import { runMirror } from '../../src/sync/run-mirror.js';

const notes = defineTable('notes', { body: encrypted.text() });
const { vault, opener } = vaultForTesting('careful pass');

/** A mirror that failed tries again by itself; here it does so when a test says. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

interface Disturbance {
  /** Throws to fail a write, rehearsed or not. */
  fail(outcomes: readonly RowOutcome[]): void;
}

async function start(disturbance: Disturbance) {
  const engine = memoryEngine([notes]);
  const store = engine.store();
  const disturbed: SyncStore = {
    ...store,
    onWork: () => () => {},
    async writeOutcomes(outcomes, snapshot) {
      disturbance.fail(outcomes);
      return store.writeOutcomes(outcomes, snapshot);
    },
    async rehearse(outcomes, snapshot) {
      disturbance.fail(outcomes);
      return store.rehearse(outcomes, snapshot);
    },
  };
  const own = await openVault(memoryStore(vault.header), opener);
  const settings = { vault: own, tables: [notes], deletes: 'sealed' as const };
  const mirror = await runMirror(disturbed, { ...settings, firstSync: Promise.resolve() });
  await mirror.flush();
  return { engine, mirror, store, own };
}

const broken = new Error('malformed');
/** Nothing of such a row is ever written, but for a note of it. */
const poisoned =
  (...ids: readonly string[]) =>
  (outcomes: readonly RowOutcome[]) => {
    const isPoison = ({ id, sealed, plain }: RowOutcome) => ids.includes(id) && (sealed || plain);
    if (outcomes.some(isPoison)) throw broken;
  };

function insertAll(engine: MemoryEngine, ids: readonly string[]): void {
  engine.transaction((tx) => {
    for (const id of ids) tx.insert('notes', { id, body: id });
  });
}

/** As often as the mirror itself would try again. */
async function turns(mirror: Mirror, count: number): Promise<void> {
  for (let times = 0; times < count; times++) await mirror.flush().catch(() => {});
}

function uploads(engine: MemoryEngine): string[][] {
  const sent: string[][] = [];
  for (let next = engine.nextUpload(); next; next = engine.nextUpload()) {
    sent.push(next.writes.map(({ id }) => id));
    engine.uploaded(0);
  }
  return sent;
}

const IDS = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7'];

describe('a row that the database never takes', () => {
  it('is held after a while, and the rest of its transaction goes on as one', async () => {
    const { engine, mirror } = await start({ fail: poisoned('n3', 'n6') });
    insertAll(engine, IDS);
    await turns(mirror, 3);
    expect(mirror.status).toMatchObject({ state: 'failing', error: broken, unsealable: 0 });
    await turns(mirror, 1);
    expect(mirror.status).toMatchObject({ state: 'running', error: null, unsealable: 2 });
    expect(uploads(engine)).toEqual([['n1', 'n2', 'n4', 'n5', 'n7']]);
    const [troubled] = await mirror.troubledRows();
    expect(troubled).toMatchObject({ id: 'n3', kind: 'unsealable', code: 'STORE_FAILED' });
    expect(engine.row('notes', 'n3')).toEqual({ id: 'n3', body: 'n3' });
    await mirror.close();
  });

  it('is quarantined when it arrived', async () => {
    const other = await start({ fail: () => {} });
    insertAll(other.engine, IDS);
    await other.mirror.flush();
    const rows = (other.engine.nextUpload()?.writes ?? []).map(({ table, id, row }) => {
      return { table, id, row };
    });
    const { engine, mirror } = await start({ fail: poisoned('n1') });
    engine.receive({ position: 1, rows });
    await turns(mirror, 4);
    expect(mirror.status).toMatchObject({ state: 'running', quarantined: 1 });
    expect(
      engine
        .rows('notes')
        .map(({ id }) => id)
        .sort(),
    ).toEqual(IDS.slice(1));
    await mirror.close();
  });

  it('is tried again by the next mirror, and when the app says so', async () => {
    const disturbance = { fail: poisoned('n1') };
    const { engine, mirror } = await start(disturbance);
    insertAll(engine, IDS);
    await turns(mirror, 4);
    expect(mirror.status.unsealable).toBe(1);
    disturbance.fail = () => {};
    await mirror.retry();
    expect(mirror.status.unsealable).toBe(0);
    expect(uploads(engine).at(-1)).toEqual(['n1']);
    await mirror.close();
  });

  it('is not told from the database while it is alone', async () => {
    const { engine, mirror } = await start({ fail: poisoned('n1') });
    insertAll(engine, ['n1']);
    await turns(mirror, 9);
    expect(mirror.status).toMatchObject({ state: 'failing', error: broken });
    insertAll(engine, ['n2']);
    await turns(mirror, 2);
    expect(mirror.status).toMatchObject({ state: 'running', unsealable: 1 });
    expect(engine.sealedRow('notes', 'n2')).not.toBeNull();
    await mirror.close();
  });
});

it('a row that settling trips over is held too', async () => {
  const { engine, mirror, store } = await start({ fail: () => {} });
  const readWork = store.readWork;
  await mirror.close();
  const tripping: SyncStore = {
    ...store,
    onWork: () => () => {},
    async readWork(...args) {
      const work = await readWork(...args);
      const rows = work.rows.map((row) => (row.id === 'n2' ? tripWire(row) : row));
      return { ...work, rows };
    },
  };
  const settings = { vault, tables: [notes], deletes: 'sealed' as const };
  const again = await runMirror(tripping, { ...settings, firstSync: Promise.resolve() });
  insertAll(engine, IDS);
  await turns(again, 4);
  expect(again.status).toMatchObject({ state: 'running', unsealable: 1 });
  expect(uploads(engine)).toEqual([IDS.filter((id) => id !== 'n2')]);
  await again.close();
});

/** The plaintext can be compared, but not sealed. */
function tripWire<Row extends object>(row: Row): Row {
  const plain = {
    get body(): string {
      if (new Error().stack?.includes('applyChange')) throw broken;
      return 'n2';
    },
  };
  return { ...row, plain };
}

describe('a database that fails', () => {
  it('once, at whatever write, holds no row', async () => {
    for (let fault = 1; fault <= 12; fault++) {
      let writes = 0;
      // Every write fails until turns are careful, so that the fault comes in one of those.
      const fail = (outcomes: readonly RowOutcome[]) => {
        writes++;
        if (writes < 3 || writes === fault) poisoned(...IDS)(outcomes);
      };
      const { engine, mirror } = await start({ fail });
      writes = 0;
      insertAll(engine, IDS);
      await turns(mirror, 9);
      expect(mirror.status).toMatchObject({ state: 'running', unsealable: 0 });
      expect(uploads(engine)).toEqual([IDS]);
      await mirror.close();
    }
  });

  it('with what is no Error is failing with one, and goes on later', async () => {
    const disturbance: Disturbance = { fail: () => {} };
    const { engine, mirror } = await start(disturbance);
    disturbance.fail = () => {
      throw 'the worker is gone'; // as it may come out of one
    };
    insertAll(engine, IDS);
    await expect(mirror.flush()).rejects.toBe('the worker is gone');
    expect(mirror.status).toMatchObject({ state: 'failing' });
    expect(mirror.status.error).toEqual(new Error('the worker is gone'));
    disturbance.fail = () => {};
    await mirror.flush();
    expect(mirror.status).toMatchObject({ state: 'running', error: null });
    await mirror.close();
  });

  it('for a while holds no row', async () => {
    let isDown = false;
    const fail = () => {
      if (isDown) throw broken;
    };
    const { engine, mirror } = await start({ fail });
    isDown = true;
    insertAll(engine, IDS);
    await turns(mirror, 9);
    expect(mirror.status.state).toBe('failing');
    isDown = false;
    await turns(mirror, 1);
    expect(mirror.status).toMatchObject({ state: 'running', unsealable: 0 });
    expect(uploads(engine)).toEqual([IDS]);
    await mirror.close();
  });

  it('at every row, but not at none, holds no row', async () => {
    const many = Array.from({ length: 200 }, (_, at) => `n${at}`);
    let trials = 0;
    const poison = poisoned(...many);
    const fail = (outcomes: readonly RowOutcome[]) => {
      trials++;
      poison(outcomes);
    };
    const { engine, mirror } = await start({ fail });
    insertAll(engine, many);
    await turns(mirror, 9);
    expect(mirror.status).toMatchObject({ state: 'failing', unsealable: 0 });
    expect(trials).toBeLessThan(9 * 40);
    await mirror.close();
  });

  it('now at this row and now at that one holds neither', async () => {
    let at = 0;
    let isDown = true;
    const fail = (outcomes: readonly RowOutcome[]) => {
      if (outcomes.length === IDS.length) at++;
      if (isDown) poisoned(IDS[at % IDS.length] as string)(outcomes);
    };
    const { engine, mirror } = await start({ fail });
    insertAll(engine, IDS);
    await turns(mirror, 9);
    expect(mirror.status).toMatchObject({ state: 'failing', unsealable: 0 });
    isDown = false;
    await turns(mirror, 1);
    expect(uploads(engine)).toEqual([IDS]);
    await mirror.close();
  });
});

it('a vault that is locked meanwhile is locked, and nothing else', async () => {
  const { engine, mirror, own } = await start({ fail: poisoned('n1') });
  insertAll(engine, IDS);
  await turns(mirror, 2);
  lockVault(own);
  await turns(mirror, 1);
  expect(mirror.status).toMatchObject({ state: 'locked', unsealable: 0 });
  await mirror.close();
});
