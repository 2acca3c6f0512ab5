import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { memoryAdapter, type OpenAdapter, testAdapter } from '../../src/testing/testing.js';
import { BROKEN_LEASES } from './broken-leases.js';
import { BROKEN_OUTCOMES } from './broken-outcomes.js';
import { BROKEN_QUEUES } from './broken-queues.js';
import { BROKEN_RENEWALS } from './broken-renewals.js';
import { BROKEN_SEALING } from './broken-sealing.js';
import { BROKEN_STARTS_AND_ROWS } from './broken-starts-and-rows.js';

describe('the engine in memory', () => {
  for (const { name, run } of testAdapter(memoryAdapter())) test(name, run);
});

const BROKEN = {
  ...BROKEN_QUEUES,
  ...BROKEN_OUTCOMES,
  ...BROKEN_LEASES,
  ...BROKEN_SEALING,
  ...BROKEN_RENEWALS,
  ...BROKEN_STARTS_AND_ROWS,
};

function caseOf(adapter: OpenAdapter, duty: string): () => Promise<void> {
  const found = testAdapter(adapter).find(({ name }) => name === duty);
  if (!found) throw new Error(`There is no duty '${duty}'.`);
  return found.run;
}

describe('the contract finds a store that', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each(Object.entries(BROKEN))('%s', async (_, [adapter, duty]) => {
    const failure = caseOf(adapter, duty)().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(60_000); // it waits for a listener to be called
    expect(await failure).toBeInstanceOf(Error);
  });

  it('and has no duty that none of them fails', () => {
    const found = new Set(Object.values(BROKEN).map(([, duty]) => duty));
    const all = testAdapter(memoryAdapter()).map(({ name }) => name);
    expect([...found].sort()).toEqual(all.sort());
  });
});

it('asks nothing of an engine in which a row can not arrive damaged', async () => {
  const open = memoryAdapter();
  const whole: OpenAdapter = async (place, tables) => {
    const { damage: _, ...hands } = await open(place, tables);
    return hands;
  };
  await caseOf(whole, 'goes on when a row arrives damaged')();
});

it('hears from the adapter in memory what it can not write', async () => {
  const hands = await memoryAdapter()('a place', []);
  const write = hands.write([{ op: 'insert', table: 'notes', id: 'n1', row: {} }]);
  await expect(write).rejects.toThrow(TypeError);
});

it('takes a function, and says so', () => {
  expect(() => testAdapter({} as never)).toThrow(TypeError);
});

it('opens each database at a place of its own, and closes it', async () => {
  const places: string[] = [];
  let open = 0;
  const right = memoryAdapter();
  const noting: OpenAdapter = async (place, tables) => {
    places.push(place);
    open++;
    return { ...(await right(place, tables)), close: async () => void open-- };
  };
  for (const { run } of testAdapter(noting)) await run();
  for (const { run } of testAdapter(noting)) await run();
  expect(open).toBe(0);
  expect(new Set(places).size).toBe(2 * testAdapter(noting).length);
  for (const place of places) expect(place).toHaveLength(21);
});
