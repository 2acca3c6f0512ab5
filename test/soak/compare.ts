/** Whether everything is where it should be: on both devices, on the server, in the journal. */
import { setTimeout as wait } from 'node:timers/promises';
import type { DeviceState } from './device-state.js';
import { type Committed, type JournalEntry, replay, type Values } from './journal.js';

/** A merge may be left to the other device for a minute. */
const PATIENCE_MS = 180_000;
const SHOWN = 5;

export interface Place {
  readonly name: string;
  readonly rows: ReadonlyMap<string, Values>;
}

/** The flags are the follower's: what the killed device committed is all else. */
export function lostRows(committed: Committed, rows: ReadonlyMap<string, Values>): string[] {
  const withoutFlag = ({ flag, ...values }: Values) => values;
  const expected = new Map([...committed.rows].map(([key, row]) => [key, withoutFlag(row)]));
  const found = new Map([...rows].map(([key, row]) => [key, withoutFlag(row)]));
  return differences({ name: 'journal', rows: expected }, { name: 'device', rows: found });
}

export function differences(a: Place, b: Place): string[] {
  const keys = new Set([...a.rows.keys(), ...b.rows.keys()]);
  return [...keys].flatMap((key) => {
    const [one, other] = [textOf(a.rows.get(key)), textOf(b.rows.get(key))];
    return one === other ? [] : [`${key}: ${a.name} has ${one}, ${b.name} has ${other}`];
  });
}

function textOf(row: Values | undefined): string {
  if (!row) return 'nothing';
  return JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Takes in what was committed; what was acknowledged to the app must be part of it. */
export function follow(
  committed: Committed,
  journal: readonly JournalEntry[],
  acknowledged: number,
): void {
  replay(committed, journal);
  if (committed.last < acknowledged) {
    throw new Error(`Transaction ${acknowledged} was acknowledged, but ${committed.last} is last.`);
  }
}

export interface Sources {
  killed(): Promise<DeviceState>;
  follower(): Promise<DeviceState>;
  server(): Promise<ReadonlyMap<string, Values>>;
}

/** Resolves once all three have the same rows and nothing is left to do. */
export async function untilEqual({ killed, follower, server }: Sources): Promise<DeviceState> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const [a, b] = [await killed(), await follower()];
    const troubled = [...a.troubled, ...b.troubled];
    if (troubled.length > 0)
      throw complaint(
        'There are rows in trouble',
        troubled.map((row) => JSON.stringify(row)),
      );
    const one = { name: 'the killed device', rows: a.rows };
    const unequal = [
      ...differences(one, { name: 'the follower', rows: b.rows }),
      ...differences(one, { name: 'the server', rows: await server() }),
    ];
    if (unequal.length + a.unfinished + b.unfinished === 0) return a;
    if (Date.now() > deadline) {
      const left = `${a.unfinished} and ${b.unfinished} entries are left`;
      throw complaint('The devices do not come to agree', [left, ...unequal]);
    }
    await wait(20);
  }
}

export function complaint(what: string, details: readonly string[]): Error {
  const more = details.length > SHOWN ? [`and ${details.length - SHOWN} more`] : [];
  return new Error([`${what}:`, ...details.slice(0, SHOWN), ...more].join('\n  '));
}
