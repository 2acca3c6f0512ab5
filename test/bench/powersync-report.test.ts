import { describe, expect, test } from 'vitest';
import { jsonLines, type Outcome, table } from '../../bench/powersync/report.js';
import type { Played } from '../../bench/powersync/rounds.js';
import type { Figures } from '../../bench/powersync/scene.js';

const PLAYED: Readonly<Record<string, Figures>> = {
  'first sync, plain': { applied: [1000, 900, 5000], memory: [200], processor: [1500] },
  'first sync, applied': { applied: [1500] },
  'first sync, mirrored': {
    applied: [1800],
    firstRows: [120],
    done: [3500],
    memory: [300],
    processor: [6000],
  },
  'first sync, written': { waits: [1, 2, 3] },
  'app commits': { plain: [100], mirrored: [60] },
  'sealing, open': { took: [1000] },
  'sealing, backlog': { took: [1100] },
  'sealing, written': { waits: [10, 240] },
  'sealing, whole': { waits: [10, 700, 20] },
  'restart, few': { statements: [40], rowsRead: [3], took: [20] },
  'restart, all': { statements: [40], rowsRead: [3], took: [21] },
};

function outcomeOf(changed: Readonly<Record<string, Figures>> = {}): Outcome {
  const played: Played = new Map(Object.entries({ ...PLAYED, ...changed }));
  const sizes = { rows: 100_000, fewRows: 1000, batch: 10_000 };
  return { ...sizes, version: '1.2.3', backend: 'noble', rounds: 5, played };
}

interface Line {
  readonly measure: string;
  readonly figure: number;
  readonly limit?: number;
  readonly isMet?: boolean;
}

function linesOf(outcome: Outcome): ReadonlyMap<string, Line> {
  const lines = jsonLines(outcome).split('\n');
  return new Map(lines.map((line) => JSON.parse(line) as Line).map((line) => [line.measure, line]));
}

function notMet(outcome: Outcome): string[] {
  return [...linesOf(outcome).values()]
    .filter(({ isMet }) => isMet === false)
    .map(({ measure }) => measure);
}

describe("the report of the mirror's benchmark", () => {
  test('divides medians, and says what each claim came to', () => {
    const lines = linesOf(outcomeOf());
    expect(lines.get('firstSync')).toMatchObject({ figure: 3.5, limit: 4, isMet: true });
    expect(lines.get('memory')).toMatchObject({ figure: 100, limit: 250, isMet: true });
    expect(lines.get('processorTime')).toMatchObject({ figure: 4 });
    expect(lines.get('waitInWhole')).toMatchObject({ figure: 700 });
    expect(lines.get('sealing')).toMatchObject({ figure: 10_000 });
    expect(notMet(outcomeOf())).toEqual([]);
  });

  const mirrored = PLAYED['first sync, mirrored'];
  test.each([
    ['firstSync', 'first sync, mirrored', { ...mirrored, done: [4001] }],
    ['firstSyncApplied', 'first sync, mirrored', { ...mirrored, applied: [2001] }],
    ['firstRows', 'first sync, mirrored', { ...mirrored, firstRows: [501] }],
    ['memory', 'first sync, mirrored', { ...mirrored, memory: [451] }],
    ['appCommit', 'app commits', { plain: [100], mirrored: [101] }],
    ['waitInFirstSync', 'first sync, written', { waits: [1, 400] }],
    ['waitInSealing', 'sealing, written', { waits: [1, 400] }],
    ['restartStatements', 'restart, all', { statements: [41], rowsRead: [3], took: [21] }],
    ['restartRowsRead', 'restart, all', { statements: [40], rowsRead: [4], took: [21] }],
    ['restartTime', 'restart, all', { statements: [40], rowsRead: [3], took: [31] }],
  ])('says that %s is not met', (measure, title, figures: Figures) => {
    const outcome = outcomeOf({ [title]: figures });
    expect(notMet(outcome)).toEqual([measure]);
    expect(table(outcome).match(/NOT MET/g)).toHaveLength(1);
  });

  test('says of a short run that it is too short', () => {
    expect(table(outcomeOf())).not.toContain('too few');
    expect(table({ ...outcomeOf(), rounds: 1 })).toContain('too few for a claim');
  });

  test('refuses to tell of what was not measured', () => {
    const outcome = outcomeOf({ 'app commits': { plain: [1] } });
    expect(() => table(outcome)).toThrow("'app commits' has no figure 'mirrored'");
  });
});
