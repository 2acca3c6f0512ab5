/** A pass over many rows lets the app's own code run in between. */
import { afterEach, expect, it, vi } from 'vitest';
import { mapInSlices } from '../../src/rows/give-way.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Each item takes a second. */
function slowClock() {
  let now = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => (now += 1000));
}

/** Whether something else had its turn, as each of many items sees it. */
function turnsOfOthers(): Promise<boolean[]> {
  let isDone = false;
  setImmediate(() => {
    isDone = true;
  });
  const items = Array.from({ length: 200 }, (_, at) => at);
  return mapInSlices(items, () => isDone);
}

it.each(['MessageChannel', 'setTimeout'])('gives way to others with %s', async (means) => {
  if (means !== 'MessageChannel') vi.stubGlobal('MessageChannel', undefined);
  slowClock();
  expect((await turnsOfOthers()).at(-1)).toBe(true);
});

it('goes on where nothing gives way', async () => {
  vi.stubGlobal('MessageChannel', undefined);
  vi.stubGlobal('setTimeout', undefined);
  slowClock();
  expect(await mapInSlices([1, 2, 3], (item) => 2 * item)).toEqual([2, 4, 6]);
});

it('goes through items that take no time in one go', async () => {
  vi.spyOn(Date, 'now').mockReturnValue(0);
  expect((await turnsOfOthers()).at(-1)).toBe(false);
});

it('gives the results in order', async () => {
  expect(await mapInSlices([1, 2, 3], (item) => 2 * item)).toEqual([2, 4, 6]);
});
