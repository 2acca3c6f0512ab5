/** The figures, for people and for programs. */
import { cpus } from 'node:os';
import type { Duel, Turn } from './measure.js';
import type { Peer } from './peers/peer.js';
import { median, quantile } from './statistics.js';

export interface Outcome {
  readonly backend: string;
  readonly own: Peer;
  readonly rows: number;
  readonly rounds: number;
  readonly duels: readonly Duel[];
  /** What rowseal stores of a row, by name of the variant. */
  readonly ownStored: ReadonlyMap<string, number>;
}

type Measure = 'encryptRow' | 'decryptRow';

/** The least from which a figure may be quoted. */
const CLAIM = { rows: 1000, rounds: 11 };

const LEGEND = `rows/s   the median round; compare it only within this table
ratio    the peer's time divided by rowseal's, both taken side by side: above 1, rowseal is faster;
         the median of the rounds, and in brackets their 10th and 90th percentile
stored   the mean over the rows of what encryption returns: characters where it is text, bytes
         where it is bytes (as base64 text those would be a third longer)`;

/** One JSON object a line. */
export function jsonLines({ backend, duels, ownStored }: Outcome): string {
  const ratios = (['encryptRow', 'decryptRow'] as const).flatMap((measure) =>
    duels.map((duel) => {
      const ratio = rounded(median(ratiosOf(duel, measure)), 3);
      return { measure, backend, peer: duel.peer.name, ratio };
    }),
  );
  const peersStored = duels.map((duel) => [duel.peer.name, storedOf(duel)] as const);
  const sizes = [...ownStored, ...peersStored].map(([peer, length]) => {
    return { measure: 'storedBytes', peer, bytes: rounded(length, 1) };
  });
  return [...ratios, ...sizes].map((line) => JSON.stringify(line)).join('\n');
}

export function table(outcome: Outcome): string {
  const { own, rows, duels, ownStored } = outcome;
  const ownTurns = duels.flatMap(({ pairs }) => pairs.map((pair) => pair.own));
  const lines = [
    ['', 'version', 'encrypt rows/s', 'ratio', 'decrypt rows/s', 'ratio', 'stored'],
    ...[...ownStored].map(([name, length]) =>
      name === own.name
        ? line(own, rows, ownTurns, ['1', '1'], length)
        : [name, '', '', '', '', '', `${length.toFixed(0)} ${own.storedUnit}`],
    ),
    ...duels.map((duel) => {
      const turns = duel.pairs.map((pair) => pair.peer);
      const spreads = [spread(duel, 'encryptRow'), spread(duel, 'decryptRow')] as const;
      return line(duel.peer, rows, turns, spreads, storedOf(duel));
    }),
  ];
  const protections = [own, ...duels.map(({ peer }) => peer)].map((peer) => [
    peer.name,
    peer.protects,
  ]);
  return [heading(outcome), aligned(lines), LEGEND, aligned(protections)].join('\n\n');
}

function heading({ backend, own, rows, rounds }: Outcome): string {
  const { node } = process.versions;
  const machine = `${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model.trim()}`;
  const date = new Date().toISOString().slice(0, 10);
  const tooFew = rows < CLAIM.rows || rounds < CLAIM.rounds ? ' (too few for a claim)' : '';
  return `rowseal ${own.version} with the backend ${backend}: ${rows} rows of 10 encrypted columns, ${rounds} rounds${tooFew}
Node ${node}, ${machine}, ${date}`;
}

function line(
  { name, version, storedUnit }: Peer,
  rows: number,
  turns: readonly Turn[],
  [encryptRatio, decryptRatio]: readonly [string, string],
  stored: number,
): string[] {
  const rate = (measure: Measure) => {
    const milliseconds = median(turns.map((turn) => turn[measure]));
    return Math.round((rows / milliseconds) * 1000).toLocaleString('en');
  };
  const size = `${stored.toFixed(0)} ${storedUnit}`;
  const speeds = [rate('encryptRow'), encryptRatio, rate('decryptRow'), decryptRatio];
  return [name, version, ...speeds, size];
}

function spread(duel: Duel, measure: Measure): string {
  const ratios = ratiosOf(duel, measure);
  const [low, middle, high] = [0.1, 0.5, 0.9].map((share) => quantile(ratios, share).toFixed(2));
  return `${middle} (${low}–${high})`;
}

function ratiosOf({ pairs }: Duel, measure: Measure): number[] {
  return pairs.map(({ own, peer }) => peer[measure] / own[measure]);
}

function storedOf({ pairs }: Duel): number {
  return median(pairs.map(({ peer }) => peer.storedBytes));
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]?.map((_, i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)));
  return lines
    .map((cells) =>
      cells
        .map((cell, i) => cell.padEnd(widths?.[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
