/** What is claimed of the mirror, and what a run says about it. */
import { median, quantile } from '../statistics.js';
import type { Played } from './rounds.js';

/** A figure that says something, with no limit set. */
export interface Fact {
  /** For programs: it stays the same when the sentence is written anew. */
  readonly measure: string;
  /** What the figure is in: times another figure, a unit, or a number of things. */
  readonly unit: '×' | 'ms' | 'MB' | 'rows/s' | '';
  readonly figure: number;
  /** For people. */
  readonly sentence: string;
}

/** A figure with its limit. */
export interface Claim extends Fact {
  readonly limit: number;
  readonly isMet: boolean;
}

/** How many rows the scenes had. */
export interface Sizes {
  readonly rows: number;
  readonly fewRows: number;
  readonly batch: number;
}

export function claimsOf(played: Played, sizes: Sizes): Claim[] {
  const claims = [...firstSyncClaims(played, sizes), ...appClaims(played, sizes)];
  return [...claims, ...restartClaims(played, sizes)].map((claim) => ({
    ...claim,
    isMet: claim.figure <= claim.limit,
  }));
}

type Measured = Omit<Claim, 'isMet'>;

function firstSyncClaims(played: Played, { rows }: Sizes): Measured[] {
  const plain = reader(played, 'first sync, plain');
  const mirrored = reader(played, 'first sync, mirrored');
  return [
    {
      measure: 'firstSync',
      unit: '×',
      limit: 4,
      figure: mirrored('done') / plain('applied'),
      sentence: `first sync of ${n(rows)} rows to the last plaintext row, beside the same unencrypted`,
    },
    {
      measure: 'firstSyncApplied',
      unit: '×',
      limit: 2,
      figure: mirrored('applied') / plain('applied'),
      sentence: "PowerSync's own part of it: sealed rows applied, and queued by the triggers",
    },
    {
      measure: 'firstRows',
      unit: 'ms',
      limit: 500,
      figure: mirrored('firstRows'),
      sentence: 'first rows readable after the checkpoint applied',
    },
    {
      measure: 'memory',
      unit: 'MB',
      limit: 250,
      figure: mirrored('memory') - plain('memory'),
      sentence: "peak memory of the first sync above the unencrypted app's",
    },
  ];
}

function appClaims(played: Played, { batch }: Sizes): Measured[] {
  const commits = reader(played, 'app commits');
  const worstWait = (title: string) => quantile(samples(played, title, 'waits'), 0.99);
  return [
    {
      measure: 'appCommit',
      unit: '×',
      limit: 1,
      figure: commits('mirrored') / commits('plain'),
      sentence: `commit of ${n(batch)} rows, beside the same to a synced unencrypted table`,
    },
    {
      measure: 'waitInFirstSync',
      unit: 'ms',
      limit: 250,
      figure: worstWait('first sync, written'),
      sentence: 'one-row transaction while a first sync is opened, 99th percentile',
    },
    {
      measure: 'waitInSealing',
      unit: 'ms',
      limit: 250,
      figure: worstWait('sealing, written'),
      sentence: `one-row transaction while ${n(batch)} rows of ten commits are sealed, 99th percentile`,
    },
  ];
}

function restartClaims(played: Played, { rows, fewRows }: Sizes): Measured[] {
  const few = reader(played, 'restart, few');
  const all = reader(played, 'restart, all');
  const beside = `restart with ${n(rows)} rows and nothing to do, beside ${n(fewRows)}`;
  return [
    {
      measure: 'restartStatements',
      unit: '',
      limit: few('statements'),
      figure: all('statements'),
      sentence: `statements of a ${beside}`,
    },
    {
      measure: 'restartRowsRead',
      unit: '',
      limit: few('rowsRead'),
      figure: all('rowsRead'),
      sentence: `rows read by a ${beside}`,
    },
    {
      measure: 'restartTime',
      unit: '×',
      limit: 1.5,
      figure: all('took') / few('took'),
      sentence: `time of a ${beside}`,
    },
  ];
}

export function factsOf(played: Played, { rows, batch }: Sizes): Fact[] {
  const plain = reader(played, 'first sync, plain');
  const applied = reader(played, 'first sync, applied');
  const mirrored = reader(played, 'first sync, mirrored');
  const sealing = reader(played, 'sealing, open');
  const backlog = reader(played, 'sealing, backlog');
  const restart = reader(played, 'restart, all');
  const perSecond = (count: number, ms: number) => (1000 * count) / ms;
  return [
    {
      measure: 'plainTime',
      unit: 'ms',
      figure: plain('applied'),
      sentence: `first sync of ${n(rows)} rows unencrypted`,
    },
    {
      measure: 'mirroredTime',
      unit: 'ms',
      figure: mirrored('done'),
      sentence: 'the same rows sealed, to the last plaintext row',
    },
    {
      measure: 'sealedTime',
      unit: '×',
      figure: applied('applied') / plain('applied'),
      sentence: 'the same rows sealed and without a mirror, beside the unencrypted ones',
    },
    {
      measure: 'processorTime',
      unit: '×',
      figure: mirrored('processor') / plain('processor'),
      sentence: 'processor time of the first sync, all threads, beside the unencrypted one',
    },
    {
      measure: 'opening',
      unit: 'rows/s',
      figure: perSecond(rows, mirrored('done') - mirrored('applied')),
      sentence: 'opened, once the checkpoint has applied',
    },
    {
      measure: 'sealing',
      unit: 'rows/s',
      figure: perSecond(batch, sealing('took')),
      sentence: `sealed and queued for upload, of ${n(batch)}`,
    },
    {
      measure: 'waitInWhole',
      unit: 'ms',
      figure: Math.max(...samples(played, 'sealing, whole', 'waits')),
      sentence: `longest one-row transaction while one commit of ${n(batch)} rows is sealed as a whole`,
    },
    {
      measure: 'backlog',
      unit: 'ms',
      figure: backlog('took'),
      sentence: `from unlock with ${n(batch)} rows waiting until all are queued for upload`,
    },
    {
      measure: 'restart',
      unit: 'ms',
      figure: restart('took'),
      sentence: 'restart with nothing to do, from startMirror until settled',
    },
    {
      measure: 'plainMemory',
      unit: 'MB',
      figure: plain('memory'),
      sentence: 'peak memory of the unencrypted app',
    },
  ];
}

/** The median of all rounds. */
function reader(played: Played, title: string): (name: string) => number {
  return (name) => median(samples(played, title, name));
}

function samples(played: Played, title: string, name: string): readonly number[] {
  const values = played.get(title)?.[name] ?? [];
  if (values.length === 0) throw new Error(`'${title}' has no figure '${name}'.`);
  return values;
}

function n(count: number): string {
  return count.toLocaleString('en');
}
