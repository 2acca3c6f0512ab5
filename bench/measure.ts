/**
 * Times rowseal and its peers in turns, and opens and compares everything that was timed.
 *
 * In a round every peer meets rowseal once, over all rows: a block of rows by the one, the same
 * block by the other, and the next block. A ratio is of two blocks that were timed side by side,
 * so a busy machine slows both or is an outlier.
 */
import type { Peer } from './peers/peer.js';
import type { Row } from './rows.js';

const WARM_UP_ROUNDS = 2;
const SLOW_PEERS_EVERY = 3;
/** In rows: a millisecond or less for most peers, so that few blocks are disturbed. */
const BLOCK_LENGTH = 20;

/** One block of rows, in milliseconds a row. */
export interface Lap {
  readonly own: number;
  readonly peer: number;
}

/** A peer against rowseal: the laps of all rounds. */
export interface Duel {
  readonly peer: Peer;
  readonly encryptRow: readonly Lap[];
  readonly decryptRow: readonly Lap[];
  /** The mean over the rows. */
  readonly storedBytes: number;
}

interface Contestant {
  readonly peer: Peer;
  readonly rows: readonly Row[];
  readonly inputs: readonly unknown[];
}

interface Meeting {
  readonly encryptRow: readonly Lap[];
  readonly decryptRow: readonly Lap[];
  readonly storedBytes: { readonly own: number; readonly peer: number };
}

export async function measure(
  own: Peer,
  peers: readonly Peer[],
  rows: readonly Row[],
  rounds: number,
): Promise<Duel[]> {
  const home = await enter(own, rows);
  const guests: { guest: Contestant; meetings: Meeting[] }[] = [];
  for (const peer of peers) guests.push({ guest: await enter(peer, rows), meetings: [] });
  const order = [...guests];
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const { guest, meetings } of order.filter(({ guest }) => takesPart(guest.peer, round))) {
      const meeting = await meet(home, guest, round % 2 === 0);
      if (round >= 0) meetings.push(meeting);
    }
    order.reverse();
  }
  return guests.map(({ guest, meetings }) => ({
    peer: guest.peer,
    encryptRow: meetings.flatMap((meeting) => meeting.encryptRow),
    decryptRow: meetings.flatMap((meeting) => meeting.decryptRow),
    storedBytes: meetings[0]?.storedBytes.peer ?? Number.NaN,
  }));
}

/** What `peer` stores of a row: the mean over rows that all came back. */
export async function storedLength(peer: Peer, rows: readonly Row[]): Promise<number> {
  const contestant = await enter(peer, rows);
  return (await meet(contestant, contestant, true)).storedBytes.own;
}

async function enter(peer: Peer, rows: readonly Row[]): Promise<Contestant> {
  return { peer, rows, inputs: await peer.prepare(rows) };
}

/** In the last round of the warm-up and in the first that counts, whatever their number. */
function takesPart({ slow = false }: Peer, round: number): boolean {
  return !slow || round === -1 || (round >= 0 && round % SLOW_PEERS_EVERY === 0);
}

/** Encrypts every row, then decrypts what came out; comparing comes last and is not timed. */
async function meet(home: Contestant, guest: Contestant, homeFirst: boolean): Promise<Meeting> {
  const own = { stored: [] as unknown[], opened: [] as unknown[] };
  const peer = { stored: [] as unknown[], opened: [] as unknown[] };
  const encryptRow = await race(
    () => timed(home.peer, home.inputs, own.stored, (input) => home.peer.encrypt(input)),
    () => timed(guest.peer, guest.inputs, peer.stored, (input) => guest.peer.encrypt(input)),
    home.rows.length,
    homeFirst,
  );
  const decryptRow = await race(
    () => timed(home.peer, own.stored, own.opened, (stored) => home.peer.decrypt(stored)),
    () => timed(guest.peer, peer.stored, peer.opened, (stored) => guest.peer.decrypt(stored)),
    home.rows.length,
    homeFirst,
  );
  const storedBytes = {
    own: checkedLength(home, own.stored, own.opened),
    peer: checkedLength(guest, peer.stored, peer.opened),
  };
  return { encryptRow, decryptRow, storedBytes };
}

async function race(
  runOwn: () => Promise<number>,
  runPeer: () => Promise<number>,
  rowCount: number,
  homeFirst: boolean,
): Promise<Lap[]> {
  const laps: Lap[] = [];
  const lapCount = Math.ceil(rowCount / BLOCK_LENGTH);
  for (let lap = 0; lap < lapCount; lap++) {
    const early = (lap % 2 === 0) === homeFirst ? await runOwn() : null;
    const peer = await runPeer();
    laps.push({ own: early ?? (await runOwn()), peer });
  }
  return laps;
}

/** The next block, in milliseconds a row; nothing is awaited that needn't be. */
async function timed(
  { awaited = false }: Peer,
  inputs: readonly unknown[],
  results: unknown[],
  step: (input: unknown) => unknown,
): Promise<number> {
  const from = results.length;
  const to = Math.min(from + BLOCK_LENGTH, inputs.length);
  const started = performance.now();
  if (awaited) for (let i = from; i < to; i++) results.push(await step(inputs[i]));
  else for (let i = from; i < to; i++) results.push(step(inputs[i]));
  return (performance.now() - started) / (to - from);
}

function checkedLength(
  { peer, rows }: Contestant,
  stored: readonly unknown[],
  opened: readonly unknown[],
): number {
  let sum = 0;
  for (const [index, row] of rows.entries()) {
    if (!peer.matches(row, opened[index], stored[index])) {
      throw new Error(`${peer.name} did not give back row ${index} (id ${row.id}).`);
    }
    sum += peer.storedBytes(stored[index]);
  }
  return sum / rows.length;
}
