/** All rows of a table move to the primary key, whatever else happens to them meanwhile. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  countKeyUse,
  decryptRow,
  decryptRowDetails,
  encryptRow,
  lockVault,
  type ReencryptOptions,
  type ReencryptProgress,
  reencryptAll,
  rekeyVault,
  rotateDataKey,
  type StoredRows,
} from '../../src/index.js';
import { byPassword } from '../../src/keys/by-password.js';
import { type Counter, counters, type MemoryRows, memoryRows } from '../support/memory-rows.js';
import { createWorld, openFresh, PASSWORD } from '../support/world.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const world = await createWorld();
const old = world.vault;
const next = await rotateDataKey(world.store, old);

const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const olderRows = IDS.map((id, count) => encryptRow(old, counters, { id, name: id, count }));
const [primary] = next.keys;

function expectAllMoved(rows: MemoryRows) {
  expect(countKeyUse(rows.stored.values())).toEqual([
    { keyId: primary?.id, payloads: rows.stored.size },
  ]);
  for (const [id, row] of rows.stored) {
    expect(decryptRow(next, counters, row)).toEqual({ id, name: id, count: IDS.indexOf(id) });
  }
}

describe.each([
  ['a query that leaves out what is done', true],
  ['a query that gives every row', false],
])('with %s', (_, leavesOut) => {
  it.each([1, 2, 3, 7, 100])('in pages of %i', async (pageLength) => {
    const rows = memoryRows(olderRows, leavesOut);
    const result = await reencryptAll(next, counters, rows, { pageLength });
    expect(result).toEqual({ moved: 7, failed: [], busy: [] });
    expectAllMoved(rows);
  });

  it('does nothing to rows that are done, and opens none', async () => {
    const rows = memoryRows(olderRows, leavesOut);
    await reencryptAll(next, counters, rows);
    const before = rows.payloads();
    const replaceRow = vi.spyOn(rows, 'replaceRow');
    expect((await reencryptAll(next, counters, rows)).moved).toBe(0);
    expect(replaceRow).not.toHaveBeenCalled();
    expect(rows.payloads()).toEqual(before);
  });
});

it('reads 100 rows at a time unless told', async () => {
  const rows = memoryRows(olderRows);
  const readRows = vi.spyOn(rows, 'readRows');
  await reencryptAll(next, counters, rows);
  expect(readRows.mock.calls.map(([, limit]) => limit)).toEqual([100, 100]);
});

it('keeps stamps, so that a row merges as it did before', async () => {
  const rows = memoryRows(olderRows);
  await reencryptAll(next, counters, rows);
  for (const sealed of olderRows) {
    const moved = rows.stored.get(sealed.id) as Counter;
    const [after, before] = [moved, sealed].map((row) => decryptRowDetails(next, counters, row));
    expect(after?.stamps).toEqual(before?.stamps);
  }
});

it('says how far it is after each page', async () => {
  const heard: ReencryptProgress[] = [];
  const options = {
    pageLength: 3,
    onProgress: (progress: ReencryptProgress) => heard.push(progress),
  };
  const rows = memoryRows(olderRows, false);
  await reencryptAll(next, counters, memoryRows([]), options);
  expect(heard).toEqual([]);
  rows.stored.set('b', encryptRow(next, counters, { id: 'b', name: 'b', count: 1 }));
  await reencryptAll(next, counters, rows, options);
  expect(heard).toEqual([
    { done: 3, moved: 2 },
    { done: 6, moved: 5 },
    { done: 7, moved: 6 },
  ]);
});

describe('a row that does not open', () => {
  const plain = { id: 'a', payload: 'plaintext' };
  const damaged = { ...olderRows[3], id: 'c' } as Counter;

  it('is listed with its error, and stops no other', async () => {
    const rows = memoryRows(olderRows);
    rows.stored.set('a', plain).set('c', damaged);
    const { moved, failed } = await reencryptAll(next, counters, rows, { pageLength: 2 });
    expect(moved).toBe(5);
    expect(failed).toEqual([
      { id: 'a', error: expect.objectContaining({ code: 'NOT_ENCRYPTED' }) },
      { id: 'c', error: expect.objectContaining({ code: 'ROW_AUTH_FAILED' }) },
    ]);
    expect([rows.stored.get('a'), rows.stored.get('c')]).toEqual([plain, damaged]);
  });

  it('is left to a newer vault when it is under a newer key', async () => {
    const rows = memoryRows(olderRows);
    await reencryptAll(next, counters, rows);
    const before = rows.payloads();
    const { moved, failed } = await reencryptAll(old, counters, rows);
    expect(moved).toBe(0);
    expect(failed.map(({ error }) => error.code)).toEqual(IDS.map(() => 'UNKNOWN_KEY'));
    expect(rows.payloads()).toEqual(before);
  });

  it('opens with acceptRetired when it was written after its key was revoked', async () => {
    const own = await createWorld();
    const offline = await openFresh(own);
    const keep = [byPassword(PASSWORD, { kdf: own.kdf })];
    const { vault } = await rekeyVault(own.store, own.vault, { keep });
    const late = encryptRow(offline, counters, { id: 'late', name: 'late', count: 1 });
    const rows = memoryRows([late]);
    const refused = await reencryptAll(vault, counters, rows);
    expect(refused.failed.map(({ error }) => error.code)).toEqual(['KEY_RETIRED']);
    expect(rows.payloads()).toEqual([late.payload]);
    const accepted = await reencryptAll(vault, counters, rows, { acceptRetired: true });
    expect(accepted).toEqual({ moved: 1, failed: [], busy: [] });
    expect(decryptRow(vault, counters, rows.stored.get('late') as Counter).count).toBe(1);
  });
});

describe('a row that is edited meanwhile', () => {
  /** Edits the row with this id right before it would be replaced, so many times. */
  function withEdits(id: string, times: number): MemoryRows {
    const rows = memoryRows(olderRows);
    const { replaceRow } = rows;
    let left = times;
    let edits = 0;
    return Object.assign(rows, {
      replaceRow: (row: Counter, expected: Counter) => {
        if (row.id === id && left > 0) {
          left -= 1;
          const previous = rows.stored.get(id) as Counter;
          const edited = { id, name: 'edited', count: ++edits };
          rows.stored.set(id, encryptRow(old, counters, edited, { previous }));
        }
        return replaceRow(row, expected);
      },
    });
  }

  it('keeps the edit, and is moved all the same', async () => {
    const rows = withEdits('c', 3);
    const result = await reencryptAll(next, counters, rows, { pageLength: 2 });
    expect(result).toEqual({ moved: 7, failed: [], busy: [] });
    const row = rows.stored.get('c') as Counter;
    expect(decryptRow(next, counters, row)).toEqual({ id: 'c', name: 'edited', count: 3 });
    expect(countKeyUse(rows.stored.values())).toHaveLength(1);
  });

  it('is named as busy when that never ends', async () => {
    const rows = withEdits('c', Number.POSITIVE_INFINITY);
    const result = await reencryptAll(next, counters, rows);
    expect(result).toEqual({ moved: 6, failed: [], busy: ['c'] });
  });

  it('may be gone', async () => {
    const rows = memoryRows(olderRows);
    const { replaceRow } = rows;
    rows.replaceRow = (row, expected) => {
      rows.stored.delete('c');
      return replaceRow(row, expected);
    };
    const result = await reencryptAll(next, counters, rows);
    expect(result).toEqual({ moved: 6, failed: [], busy: [] });
  });
});

describe('it stops', () => {
  it.each([
    ['before it reads', 0],
    ['between two rows', 3],
    ['in the pause after a page', 5],
  ])('%s, and goes on when it is run again', async (_, after) => {
    const rows = memoryRows(olderRows);
    const controller = new AbortController();
    const { replaceRow } = rows;
    let replaced = 0;
    rows.replaceRow = async (row, expected) => {
      replaced += 1;
      if (replaced === after) controller.abort(new Error('enough'));
      return await replaceRow(row, expected);
    };
    if (after === 0) controller.abort(new Error('enough'));
    const options = { pageLength: 5, pauseMs: 2 ** 31 - 1, signal: controller.signal };
    await expect(reencryptAll(next, counters, rows, options)).rejects.toThrow('enough');
    expect(replaced).toBe(after);
    rows.replaceRow = replaceRow;
    expect((await reencryptAll(next, counters, rows)).moved).toBe(7 - after);
    expectAllMoved(rows);
  });

  it('with an error of its own where the signal has no reason', async () => {
    const run = reencryptAll(next, counters, memoryRows([]), { signal: { aborted: true } });
    await expect(run).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });

  it('in the middle of a long pause', async () => {
    const controller = new AbortController();
    const rows = memoryRows(olderRows);
    const run = reencryptAll(next, counters, rows, {
      pauseMs: 2 ** 31 - 1,
      signal: controller.signal,
      onProgress: () => setTimeout(() => controller.abort(new Error('enough')), 0),
    });
    await expect(run).rejects.toThrow('enough');
    expectAllMoved(rows);
  });

  it('when the vault is locked, before, meanwhile, and where nothing is to be done', async () => {
    const own = await createWorld();
    const later = await rotateDataKey(own.store, own.vault);
    const rows = memoryRows([
      ...IDS.map((id, count) => encryptRow(own.vault, counters, { id, name: id, count })),
    ]);
    const { replaceRow } = rows;
    rows.replaceRow = (row, expected) => {
      if (row.id === 'c') lockVault(later);
      return replaceRow(row, expected);
    };
    const refusal = expect.objectContaining({ code: 'LOCKED' });
    await expect(reencryptAll(later, counters, rows)).rejects.toThrow(refusal);
    expect(countKeyUse(rows.stored.values()).map(({ payloads }) => payloads)).toEqual([4, 3]);
    await expect(reencryptAll(later, counters, rows)).rejects.toThrow(refusal);
    await expect(reencryptAll(later, counters, memoryRows([]))).rejects.toThrow(refusal);
  });

  it('where the vault is locked while rows are passed over', async () => {
    const own = await createWorld();
    const row = encryptRow(own.vault, counters, { id: 'a', name: 'a', count: 1 });
    const run = reencryptAll(own.vault, counters, memoryRows([row], false), {
      onProgress: () => lockVault(own.vault),
    });
    await expect(run).rejects.toThrow(expect.objectContaining({ code: 'LOCKED' }));
  });

  it('with what a function of the app throws, or the platform', async () => {
    const rows = memoryRows(olderRows);
    rows.replaceRow = async () => {
      throw new Error('offline');
    };
    await expect(reencryptAll(next, counters, rows)).rejects.toThrow('offline');
    rows.readRows = () => Promise.reject(new Error('no table'));
    await expect(reencryptAll(next, counters, rows)).rejects.toThrow('no table');
  });
});

it('lets everything else run in between, with rows that come at once', async () => {
  let now = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => (now += 1000));
  let turns = 0;
  let isOver = false;
  const countTurn = () => {
    turns += 1;
    if (!isOver) setImmediate(countTurn);
  };
  setImmediate(countTurn);
  await reencryptAll(next, counters, memoryRows(olderRows));
  isOver = true;
  expect(turns).toBeGreaterThanOrEqual(IDS.length);
});

it('pauses between pages', async () => {
  const waits: number[] = [];
  const setTimer = setTimeout;
  vi.stubGlobal('setTimeout', (callback: () => void, ms: number) => {
    waits.push(ms);
    return setTimer(callback, 0);
  });
  await reencryptAll(next, counters, memoryRows(olderRows), { pageLength: 4, pauseMs: 250 });
  expect(waits).toEqual([100, 100, 50, 100, 100, 50]);
});

describe('a mistake in the call', () => {
  const rows = memoryRows(olderRows);
  const run = (given: unknown, options: ReencryptOptions = {}) =>
    reencryptAll(next, counters, given as StoredRows<Counter>, options);

  it.each([
    ['no rows', undefined],
    ['a list', olderRows],
    ['no readRows', { replaceRow: rows.replaceRow }],
    ['no replaceRow', { readRows: rows.readRows }],
    ['readRows that gives nothing', { ...rows, readRows: async () => undefined }],
    ['readRows that gives null', { ...rows, readRows: async () => [null] }],
    ['readRows that gives ids as numbers', { ...rows, readRows: async () => [{ id: 7 }] }],
    ['readRows that forgets where it was', { ...rows, readRows: async () => olderRows }],
    [
      'replaceRow that says nothing',
      { ...memoryRows(olderRows), replaceRow: async () => undefined },
    ],
  ])('%s', async (_, given) => {
    await expect(run(given)).rejects.toThrow(TypeError);
  });

  it.each([
    { pageLength: 0 },
    { pageLength: 10_001 },
    { pageLength: 1.5 },
    { pauseMs: -1 },
    { pauseMs: 2 ** 31 },
    { pauseMs: Number.NaN },
  ])('%j', async (options) => {
    await expect(run(rows, options)).rejects.toThrow(RangeError);
  });

  it('another key of options', async () => {
    await expect(run(rows, { limit: 3 } as object)).rejects.toThrow(TypeError);
  });
});
