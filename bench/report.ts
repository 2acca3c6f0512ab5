/** The figures, for people and for programs. */
import { cpus } from 'node:os';
import type { Duel, Lap } from './measure.js';
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

/** Rows per second: encryption, decryption. */
type Rates = readonly [string, string];

/** The least from which a figure may be quoted. */
const CLAIM = { rows: 1000, rounds: 11 };

const LEGEND = `rows/s   the median block of 20 rows; compare it only within this table
ratio    the peer's time for a block divided by rowseal's, taken side by side: above 1, rowseal is
         faster; the median of all blocks, and in brackets their 10th and 90th percentile
stored   the mean over the rows of what encryption returns: characters where it is text, bytes
         where it is bytes (as base64 text those would be a third longer)`;

/** One JSON object a line. */
export function jsonLines({ backend, duels, ownStored }: Outcome): string {
  const ratios = (['encryptRow', 'decryptRow'] as const).flatMap((measure) =>
    duels.map((duel) => {
      const ratio = rounded(median(ratiosOf(duel[measure])), 3);
      return { measure, backend, peer: duel.peer.name, ratio };
    }),
  );
  const peersStored = duels.map((duel) => [duel.peer.name, duel.storedBytes] as const);
  const sizes = [...ownStored, ...peersStored].map(([peer, length]) => {
    return { measure: 'storedBytes', peer, bytes: rounded(length, 1) };
  });
  return [...ratios, ...sizes].map((line) => JSON.stringify(line)).join('\n');
}

export function table(outcome: Outcome): string {
  const { own, duels, ownStored } = outcome;
  const lines = [
    ['', 'version', 'encrypt rows/s', 'ratio', 'decrypt rows/s', 'ratio', 'stored'],
    ...[...ownStored].map(([name, length]) =>
      name === own.name
        ? line(own, ownRates(duels), ['1', '1'], length)
        : [name, '', '', '', '', '', `${length.toFixed(0)} ${own.storedUnit}`],
    ),
    ...duels.map((duel) => {
      const spreads = [spread(duel.encryptRow), spread(duel.decryptRow)] as const;
      return line(duel.peer, peerRates(duel), spreads, duel.storedBytes);
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
  [encryptRate, decryptRate]: Rates,
  [encryptRatio, decryptRatio]: readonly [string, string],
  stored: number,
): string[] {
  const size = `${stored.toFixed(0)} ${storedUnit}`;
  return [name, version, encryptRate, encryptRatio, decryptRate, decryptRatio, size];
}

function ownRates(duels: readonly Duel[]): Rates {
  return [
    rate(duels.flatMap(({ encryptRow }) => encryptRow.map(({ own }) => own))),
    rate(duels.flatMap(({ decryptRow }) => decryptRow.map(({ own }) => own))),
  ];
}

function peerRates({ encryptRow, decryptRow }: Duel): Rates {
  return [rate(encryptRow.map(({ peer }) => peer)), rate(decryptRow.map(({ peer }) => peer))];
}

function rate(milliseconds: readonly number[]): string {
  return Math.round(1000 / median(milliseconds)).toLocaleString('en');
}

function spread(laps: readonly Lap[]): string {
  const ratios = ratiosOf(laps);
  const [low, middle, high] = [0.1, 0.5, 0.9].map((share) => quantile(ratios, share).toFixed(2));
  return `${middle} (${low}–${high})`;
}

function ratiosOf(laps: readonly Lap[]): number[] {
  return laps.map(({ own, peer }) => peer / own);
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
