/** How many rows a pass takes, by how long the one before it took to write. */
import { expect, it } from 'vitest';
import { FEWEST_ROWS, nextPassSize } from '../../src/sync/pass-size.js';

function after(...writes: readonly number[]): number {
  return writes.reduce(nextPassSize, FEWEST_ROWS);
}

it('grows while writes are short, up to two thousand rows', () => {
  expect(after()).toBe(250);
  expect(after(10)).toBe(500);
  expect(after(10, 10, 10, 10, 10)).toBe(2000);
});

it('stays where a write takes as long as one may', () => {
  expect(after(10, 80, 80)).toBe(500);
});

it('shrinks when the app would wait for long, and never below what it begins with', () => {
  expect(after(10, 10, 300)).toBe(500);
  expect(after(10, 300, 300, 300)).toBe(250);
});
