/**
 * Times rowseal and its peers in turns, and opens and compares everything that was timed.
 *
 * A peer is timed right beside rowseal, so that a busy machine slows both; a ratio is of one such
 * pair. Which of the two goes first changes from round to round.
 */
import type { Peer } from './peers/peer.js';
import type { Row } from './rows.js';

const WARM_UP_ROUNDS = 2;
const SLOW_PEERS_EVERY = 3;

/** Milliseconds for all rows, and the mean length of what is stored of one. */
export interface Turn {
  readonly encryptRow: number;
  readonly decryptRow: number;
  readonly storedBytes: number;
}

/** Two turns, one right after the other. */
export interface Pair {
  readonly own: Turn;
  readonly peer: Turn;
}

export interface Duel {
  readonly peer: Peer;
  /** One for each round in which the peer took part. */
  readonly pairs: readonly Pair[];
}

interface Contestant {
  readonly peer: Peer;
  readonly rows: readonly Row[];
  readonly inputs: readonly unknown[];
}

export async function measure(
  own: Peer,
  peers: readonly Peer[],
  rows: readonly Row[],
  rounds: number,
): Promise<Duel[]> {
  const home = await enter(own, rows);
  const duels: { guest: Contestant; pairs: Pair[] }[] = [];
  for (const peer of peers) duels.push({ guest: await enter(peer, rows), pairs: [] });
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const { guest, pairs } of duels.filter(({ guest }) => takesPart(guest.peer, round))) {
      const pair = await takeTurns(home, guest, round % 2 === 0);
      if (round >= 0) pairs.push(pair);
    }
    duels.reverse();
  }
  return duels
    .map(({ guest, pairs }) => ({ peer: guest.peer, pairs }))
    .sort((a, b) => peers.indexOf(a.peer) - peers.indexOf(b.peer));
}

/** In the last round of the warm-up and in the first that counts, whatever their number. */
function takesPart({ slow = false }: Peer, round: number): boolean {
  return !slow || round === -1 || (round >= 0 && round % SLOW_PEERS_EVERY === 0);
}

async function enter(peer: Peer, rows: readonly Row[]): Promise<Contestant> {
  return { peer, rows, inputs: await peer.prepare(rows) };
}

async function takeTurns(home: Contestant, guest: Contestant, homeFirst: boolean): Promise<Pair> {
  const early = homeFirst ? await turn(home) : null;
  const peer = await turn(guest);
  return { own: early ?? (await turn(home)), peer };
}

/** The mean over the rows, after a turn that checks them. */
export async function storedLength(peer: Peer, rows: readonly Row[]): Promise<number> {
  return (await turn(await enter(peer, rows))).storedBytes;
}

/** Encrypts every row, then decrypts what came out; comparing is not timed. */
async function turn({ peer, rows, inputs }: Contestant): Promise<Turn> {
  const encrypted = await timed(peer, inputs, (input) => peer.encrypt(input));
  const decrypted = await timed(peer, encrypted.results, (stored) => peer.decrypt(stored));
  let storedBytes = 0;
  for (const [index, row] of rows.entries()) {
    const stored = encrypted.results[index];
    if (!peer.matches(row, decrypted.results[index], stored)) {
      throw new Error(`${peer.name} did not give back row ${index} (id ${row.id}).`);
    }
    storedBytes += peer.storedBytes(stored);
  }
  return {
    encryptRow: encrypted.milliseconds,
    decryptRow: decrypted.milliseconds,
    storedBytes: storedBytes / rows.length,
  };
}

interface Timed {
  readonly milliseconds: number;
  readonly results: readonly unknown[];
}

async function timed(
  { awaited = false }: Peer,
  inputs: readonly unknown[],
  step: (input: unknown) => unknown,
): Promise<Timed> {
  const results: unknown[] = new Array(inputs.length);
  collectGarbage();
  const started = performance.now();
  if (awaited) {
    for (let i = 0; i < inputs.length; i++) results[i] = await step(inputs[i]);
  } else {
    for (let i = 0; i < inputs.length; i++) results[i] = step(inputs[i]);
  }
  return { milliseconds: performance.now() - started, results };
}

/** The young generation only: a full collection would also drop code that was just optimised. */
function collectGarbage(): void {
  (globalThis as { gc?: (options: { type: 'minor' }) => void }).gc?.({ type: 'minor' });
}
