/** The figures, for people and for programs. */
import { cpus } from 'node:os';
import { type Claim, claimsOf, type Fact, factsOf, type Sizes } from './claims.js';
import type { Played } from './rounds.js';

export interface Outcome extends Sizes {
  readonly version: string;
  readonly backend: string;
  readonly rounds: number;
  readonly played: Played;
}

/** The least from which a figure may be quoted. */
const CLAIM = { rows: 100_000, batch: 10_000, rounds: 5 };

/** One JSON object a line. */
export function jsonLines(outcome: Outcome): string {
  const { played, rows, batch, rounds, backend } = outcome;
  const run = { backend, rows, batch, rounds };
  const claims = claimsOf(played, outcome).map(({ measure, unit, limit, figure, isMet }) => {
    return { measure, unit, figure: rounded(figure), limit: rounded(limit), isMet, ...run };
  });
  const facts = factsOf(played, outcome).map(({ measure, unit, figure }) => {
    return { measure, unit, figure: rounded(figure), ...run };
  });
  return [...claims, ...facts].map((line) => JSON.stringify(line)).join('\n');
}

export function table(outcome: Outcome): string {
  const claims = claimsOf(outcome.played, outcome).map(claimLine);
  const facts = factsOf(outcome.played, outcome).map(factLine);
  return [heading(outcome), aligned(claims), aligned(facts)].join('\n\n');
}

function heading({ version, backend, rows, batch, rounds }: Outcome): string {
  const { node } = process.versions;
  const machine = `${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model.trim()}`;
  const date = new Date().toISOString().slice(0, 10);
  const isEnough = rows >= CLAIM.rows && batch >= CLAIM.batch && rounds >= CLAIM.rounds;
  return `rowseal ${version} with PowerSync and the backend ${backend}: medians of ${rounds} rounds${isEnough ? '' : ' (too few for a claim)'}
Node ${node}, ${machine}, ${date}`;
}

function claimLine({ sentence, unit, limit, figure, isMet }: Claim): string[] {
  return [isMet ? 'met' : 'NOT MET', amount(figure, unit), `≤ ${amount(limit, unit)}`, sentence];
}

function factLine({ sentence, unit, figure }: Fact): string[] {
  return ['', amount(figure, unit), '', sentence];
}

function amount(figure: number, unit: string): string {
  if (unit === '×') return `${figure.toFixed(2)} ×`;
  return `${Math.round(figure).toLocaleString('en')} ${unit}`.trim();
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]?.map((_, at) =>
    Math.max(...lines.map((cells) => cells[at]?.length ?? 0)),
  );
  return lines
    .map((cells) =>
      cells
        .map((cell, at) => cell.padEnd(widths?.[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
