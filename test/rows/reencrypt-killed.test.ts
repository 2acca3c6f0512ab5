/** A run that ends at any call, before it or after, or that never comes back: the next one finishes. */
import { describe, expect, it } from 'vitest';
import {
  countKeyUse,
  decryptRow,
  encryptRow,
  reencryptAll,
  rotateDataKey,
} from '../../src/index.js';
import { counters, type MemoryRows, memoryRows } from '../support/memory-rows.js';
import { createWorld } from '../support/world.js';

const { vault, store } = await createWorld();
const next = await rotateDataKey(store, vault);
const ROWS = 5;
const options = { pageLength: 2 };
const olderRows = Array.from({ length: ROWS }, (_, count) =>
  encryptRow(vault, counters, { id: `r${count}`, name: 'of before', count }),
);

/** How a call ends a run: before the store did anything, or after, when nobody hears of it. */
const ENDS = ['fails', 'fails after its work', 'never answers', 'never answers after its work'];

interface KilledRows extends MemoryRows {
  /** Resolves when the call came after which the run is no more. */
  readonly killed: Promise<void>;
  readonly calls: () => number;
  readonly replaced: () => readonly string[];
}

/** @param killedAt which call is the last one, counted from 1; 0 for none */
function killedRows(rows: MemoryRows, killedAt: number, how: string): KilledRows {
  let calls = 0;
  const replaced: string[] = [];
  let sayKilled = () => {};
  const killed = new Promise<void>((resolve) => {
    sayKilled = resolve;
  });
  const call = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    calls += 1;
    if (calls !== killedAt) return work();
    if (how.endsWith('after its work')) await work();
    sayKilled();
    if (how.startsWith('fails')) throw new Error('killed');
    return new Promise(() => {});
  };
  return {
    ...rows,
    killed,
    calls: () => calls,
    replaced: () => replaced,
    readRows: (...given) => call(() => rows.readRows(...given)),
    replaceRow: (row, expected) =>
      call(async () => {
        const isStored = await rows.replaceRow(row, expected);
        if (isStored) replaced.push(row.id);
        return isStored;
      }),
  };
}

async function callsOfOneRun(leavesOut: boolean): Promise<number> {
  const rows = killedRows(memoryRows(olderRows, leavesOut), 0, '');
  await reencryptAll(next, counters, rows, options);
  return rows.calls();
}

describe.each([true, false])('where the query leaves out what is done: %s', (leavesOut) => {
  it.each(ENDS)('killed at every call, which %s', async (how) => {
    const calls = await callsOfOneRun(leavesOut);
    expect(calls).toBeGreaterThan(2 * ROWS - 2);
    for (let killedAt = 1; killedAt <= calls; killedAt++) {
      const rows = memoryRows(olderRows, leavesOut);
      const first = killedRows(rows, killedAt, how);
      const run = reencryptAll(next, counters, first, options).catch(() => 'failed');
      await first.killed;
      if (how.startsWith('fails')) expect(await run).toBe('failed');
      const second = killedRows(rows, 0, '');
      const result = await reencryptAll(next, counters, second, options);
      expect(result.failed.length + result.busy.length).toBe(0);
      // Each row was stored once, by one of the two.
      expect([...first.replaced(), ...second.replaced()].sort()).toEqual(
        olderRows.map(({ id }) => id),
      );
      expect(result.moved).toBe(second.replaced().length);
      expectAllOpen(rows);
    }
  });
});

it('killed fifty times, and finished by the next run', async () => {
  const many = Array.from({ length: 60 }, (_, count) => {
    const id = `r${String(count).padStart(2, '0')}`;
    return encryptRow(vault, counters, { id, name: 'of before', count });
  });
  const rows = memoryRows(many);
  for (let run = 0; run < 50; run++) {
    const how = ENDS[run % ENDS.length] as string;
    const first = killedRows(rows, 1 + (run % 4), how);
    void reencryptAll(next, counters, first, options).catch(() => {});
    await first.killed;
  }
  const { moved } = await reencryptAll(next, counters, rows, options);
  expect(moved).toBe(60 - 12 * (0 + 1 + 1 + 2) - 1);
  expectAllOpen(rows);
});

function expectAllOpen({ stored }: MemoryRows) {
  const keyId = next.keys[0]?.id;
  expect(countKeyUse(stored.values())).toEqual([{ keyId, payloads: stored.size }]);
  for (const [id, row] of stored) {
    const count = Number(id.slice(1));
    expect(decryptRow(next, counters, row)).toEqual({ id, name: 'of before', count });
  }
}
