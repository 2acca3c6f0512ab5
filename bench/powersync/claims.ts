/** What is claimed of the mirror, and what a run says about it. */
import { median, quantile } from '../statistics.js';
import type { Played } from './rounds.js';

/** A figure against its limit. */
export interface Claim {
  /** For programs: it stays the same when the sentence is written anew. */
  readonly measure: string;
  /** For people. */
  readonly sentence: string;
  /** What the figure is in: times another figure, or a unit. */
  readonly unit: '×' | 'ms' | 'MB' | '';
  readonly limit: number;
  readonly figure: number;
  readonly isMet: boolean;
}

/** A figure that says something, with no limit set. */
export interface Fact {
  readonly measure: string;
  readonly sentence: string;
  readonly unit: 'ms' | 'MB' | 'rows/s' | '×';
  readonly figure: number;
}

/** How many rows each scene had. */
export interface Sizes {
  readonly rows: number;
  readonly fewRows: number;
  readonly batch: number;
}

export function claimsOf(played: Played, { rows, fewRows, batch }: Sizes): Claim[] {
  const of = reader(played);
  const plain = of('first sync, plain', 'applied');
  const mirrored = (name: string) => of('first sync, mirrored', name);
  const worst = (title: string) => quantile(samples(played, title, 'waits'), 0.99);
  const few = (name: string) => of('restart, few', name);
  const all = (name: string) => of('restart, all', name);
  return [
    claim('firstSync', '×', 4, mirrored('done') / plain, [
      `first sync of ${n(rows)} rows, to the last plaintext row, beside the same rows unencrypted`,
    ]),
    claim('firstSyncApplied', '×', 2, mirrored('applied') / plain, [
      "PowerSync's own part of it: sealed rows applied and queued by the triggers",
    ]),
    claim('firstRows', 'ms', 500, mirrored('firstRows'), [
      'first rows readable after the checkpoint applied',
    ]),
    claim('memory', 'MB', 250, mirrored('memory') - of('first sync, plain', 'memory'), [
      'peak memory of the process above that of the unencrypted app',
    ]),
    claim('appCommit', '×', 1, of('app commits', 'mirrored') / of('app commits', 'plain'), [
      `commit of ${n(batch)} rows beside the same to a synced unencrypted table`,
    ]),
    claim('waitInFirstSync', 'ms', 250, worst('first sync, written'), [
      "the app's transaction of one row while a first sync is opened, 99th percentile",
    ]),
    claim('waitInSealing', 'ms', 250, worst('sealing, written'), [
      `the same while ${n(batch)} rows are sealed, 99th percentile`,
    ]),
    claim('restartStatements', '', few('statements'), all('statements'), [
      `statements of a restart with ${n(rows)} rows, against those with ${n(fewRows)}`,
    ]),
    claim('restartRowsRead', '', few('rowsRead'), all('rowsRead'), [
      `rows that a restart reads with ${n(rows)} rows, against those with ${n(fewRows)}`,
    ]),
    claim('restartTime', '×', 1.5, all('took') / few('took'), [
      `time of a restart with ${n(rows)} rows beside one with ${n(fewRows)}`,
    ]),
  ];
}

export function factsOf(played: Played, { rows, batch }: Sizes): Fact[] {
  const of = reader(played);
  const rate = (count: number, ms: number) => (1000 * count) / ms;
  const fact = (measure: string, unit: Fact['unit'], figure: number, sentence: string): Fact => ({
    ...{ measure, unit, figure, sentence },
  });
  const done = of('first sync, mirrored', 'done');
  const opened = done - of('first sync, mirrored', 'applied');
  return [
    fact(
      'plainTime',
      'ms',
      of('first sync, plain', 'applied'),
      `first sync of ${n(rows)} unencrypted rows`,
    ),
    fact(
      ...(['sealedTime', '×'] as const),
      of('first sync, applied', 'applied') / of('first sync, plain', 'applied'),
      'the same of sealed rows that nobody opens',
    ),
    fact('mirroredTime', 'ms', done, 'the same with the mirror, to the last plaintext row'),
    fact('opening', 'rows/s', rate(rows, opened), 'opened in it, after the checkpoint applied'),
    fact(
      'sealing',
      'rows/s',
      rate(batch, of('sealing, open', 'took')),
      `sealed and queued, of ${n(batch)}`,
    ),
    fact(
      'backlog',
      'ms',
      of('sealing, backlog', 'took'),
      `unlock with ${n(batch)} rows to seal, until all are queued`,
    ),
    fact('restart', 'ms', of('restart, all', 'took'), 'a restart with nothing left to do'),
    fact(
      'plainMemory',
      'MB',
      of('first sync, plain', 'memory'),
      'peak memory of the unencrypted app',
    ),
  ];
}

function claim(
  measure: string,
  unit: Claim['unit'],
  limit: number,
  figure: number,
  [sentence]: readonly [string],
): Claim {
  return { measure, sentence, unit, limit, figure, isMet: figure <= limit };
}

/** The median of all rounds. */
function reader(played: Played) {
  return (title: string, name: string) => median(samples(played, title, name));
}

function samples(played: Played, title: string, name: string): readonly number[] {
  const values = played.get(title)?.[name] ?? [];
  if (values.length === 0) throw new Error(`'${title}' has no figure '${name}'.`);
  return values;
}

function n(count: number): string {
  return count.toLocaleString('en');
}
