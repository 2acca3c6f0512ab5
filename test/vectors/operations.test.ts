import { describe, expect, it } from 'vitest';
import { storedVectors } from './stored-vectors.js';
import { encodingHandlers } from './through-src/encodings.js';
import { keyHandlers } from './through-src/keys.js';
import { type Fields, type Handler, problemWith } from './through-src/reading.js';
import { rowHandlers } from './through-src/rows.js';
import { valueHandlers } from './through-src/values.js';

interface OperationFile {
  readonly numberOfTests: number;
  readonly flags: Readonly<Record<string, string>>;
  readonly testGroups: readonly ({ readonly type: string; readonly tests: Fields[] } & Fields)[];
}

const handlers = { ...encodingHandlers, ...valueHandlers, ...keyHandlers, ...rowHandlers };
const files = [...storedVectors()].filter(([path]) => path.startsWith('operations/'));
const parsed = files.map(([path, text]) => [path, JSON.parse(text) as OperationFile] as const);

describe('src agrees with', () => {
  it.each(parsed)('%s', async (_, { testGroups }) => {
    const problems: (string | null)[] = [];
    for (const { type, tests, ...shared } of testGroups) {
      const handler = handlers[type] as Handler;
      for (const test of tests) problems.push(await problemWith(handler, { ...shared, ...test }));
    }
    expect(problems.filter((problem) => problem !== null)).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
  });
});

it('every handler is used, and every type of test has one', () => {
  const types = parsed.flatMap(([, { testGroups }]) => testGroups.map(({ type }) => type));
  expect([...new Set(types)].sort()).toEqual(Object.keys(handlers).sort());
});

it.each(parsed)('%s counts its tests, and explains its flags', (_, file) => {
  const tests = file.testGroups.flatMap((group) => group.tests);
  expect(tests.map(({ tcId }) => tcId)).toEqual(tests.map((_, i) => i + 1));
  expect(file.numberOfTests).toBe(tests.length);
  const used = new Set(tests.flatMap(({ flags }) => flags as string[]));
  expect([...used].sort()).toEqual(Object.keys(file.flags).sort());
});

it('no two places have the same associated data', () => {
  const [, file] = parsed.find(
    ([path]) => path === 'operations/associated-data.json',
  ) as (typeof parsed)[0];
  const all = file.testGroups.flatMap(({ tests }) => tests.map((test) => test.associatedData));
  expect(new Set(all).size).toBe(all.length);
});
