import { describe, expect, test } from 'vitest';
import { measure } from '../../bench/measure.js';
import type { Peer } from '../../bench/peers/peer.js';
import { jsonLines, type Outcome, table } from '../../bench/report.js';
import type { Row } from '../../bench/rows.js';
import { median, quantile } from '../../bench/statistics.js';

const rows = [{ id: 'a' }, { id: 'b' }] as unknown as readonly Row[];

/** Stores a row as its id in capitals; writes down its name whenever it is its turn. */
function peer(
  name: string,
  change: Partial<Peer<Row, string, string>> = {},
  turns: string[] = [],
): Peer {
  const whole: Peer<Row, string, string> = {
    name,
    version: '1.0.0',
    protects: 'nothing',
    storedUnit: 'characters',
    prepare: (all) => all,
    encrypt(row) {
      if (row === rows[0]) turns.push(name);
      return row.id.toUpperCase();
    },
    decrypt: (stored) => stored.toLowerCase(),
    matches: (row, opened) => row.id === opened,
    storedBytes: (stored) => stored.length,
    ...change,
  };
  return whole;
}

describe('measuring', () => {
  test.each([
    ['loses a row', { decrypt: () => 'a' }, 'row 1 (id b)'],
    ['gives back nothing', { decrypt: () => '' }, 'row 0 (id a)'],
    ['is not awaited', { decrypt: async (stored: string) => stored.toLowerCase() }, 'row 0'],
    ['fails when awaited', { awaited: true, decrypt: async () => 'b' }, 'row 0'],
  ])('stops at a peer that %s', async (_, change, where) => {
    const run = measure(peer('own'), [peer('good'), peer('bad', change)], rows, 1);
    await expect(run).rejects.toThrow(`bad did not give back ${where}`);
  });

  test('stops when rowseal itself does not give back its rows', async () => {
    const run = measure(peer('own', { decrypt: () => 'a' }), [peer('good')], rows, 1);
    await expect(run).rejects.toThrow('own did not give back row 1');
  });

  test('lets each peer meet rowseal in each round, in an order that changes', async () => {
    const turns: string[] = [];
    const peers = [peer('b', {}, turns), peer('c', { awaited: true }, turns)];
    const duels = await measure(peer('a', {}, turns), peers, rows, 2);
    const counts = duels.map(({ peer, encryptRow }) => [peer.name, encryptRow.length]);
    expect(counts).toEqual([
      ['b', 2],
      ['c', 2],
    ]);
    expect(turns.join('')).toBe('abaccaba'.repeat(2)); // two rounds of warm-up come first
  });

  test('asks a slow peer in every third round, and at least once', async () => {
    const slow = [peer('slow', { slow: true })];
    const lapsOf = async (rounds: number) =>
      (await measure(peer('own'), slow, rows, rounds))[0]?.decryptRow.length;
    expect(await lapsOf(1)).toBe(1);
    expect(await lapsOf(15)).toBe(5);
  });
});

describe('the report', () => {
  const outcome: Outcome = {
    backend: 'noble',
    own: peer('rowseal'),
    rows: 1000,
    rounds: 3,
    duels: [
      {
        peer: peer('jose'),
        encryptRow: [
          { own: 0.01, peer: 0.02 },
          { own: 0.01, peer: 0.09 },
          { own: 0.02, peer: 0.03 },
        ],
        decryptRow: [
          { own: 0.01, peer: 0.005 },
          { own: 0.01, peer: 0.09 },
          { own: 0.01, peer: 0.004 },
        ],
        storedBytes: 417,
      },
    ],
    ownStored: new Map([['rowseal', 440]]),
  };

  test('gives the median of the ratios, not the ratio of the medians', () => {
    expect(jsonLines(outcome).split('\n')).toEqual([
      '{"measure":"encryptRow","backend":"noble","peer":"jose","ratio":2}',
      '{"measure":"decryptRow","backend":"noble","peer":"jose","ratio":0.5}',
      '{"measure":"storedBytes","peer":"rowseal","bytes":440}',
      '{"measure":"storedBytes","peer":"jose","bytes":417}',
    ]);
  });

  test('shows rates and spreads, and says when there is too little of it', () => {
    const text = table(outcome);
    expect(text).toContain('(too few for a claim)');
    expect(text).toMatch(/rowseal +1\.0\.0 +100,000 +1 +100,000 +1 +440 characters/);
    expect(text).toMatch(/jose +1\.0\.0 +33,333 +2\.00 \(1\.60–7\.60\)/);
    expect(table({ ...outcome, rounds: 11 })).not.toContain('too few');
  });
});

test('medians and quantiles lie between the nearest values', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(quantile([1, 2], 0.1)).toBeCloseTo(1.1);
  expect(quantile([5], 0.9)).toBe(5);
});
