/** One device of a schedule, and beside it what it must know and show. */
import { isDeepStrictEqual } from 'node:util';
import { runPass } from '../../src/sync/mirror-pass.js';
import type { EngineRow, RowOutcome, SyncStore, Work } from '../../src/sync/sync-store.js';
import {
  type Knowledge,
  type RowWrite,
  shown,
  together,
  type Values,
  written,
} from './row-model.js';
import { type AppWrite, type RowPlace, type ScheduleDevice, tables } from './schedule-backend.js';

/** What each payload says, by its text. */
export type Contents = Map<string, Knowledge>;

/** A write that is not sealed yet. */
interface WaitingWrite extends RowWrite {
  /** The last entry of its transaction in the device's queue. */
  readonly end: number;
}

export interface Player {
  readonly device: ScheduleDevice;
  readonly number: number;
  readonly contents: Contents;
  /** What it knows of each row, by id. */
  readonly known: Map<string, Knowledge | null>;
  readonly waiting: Map<string, readonly WaitingWrite[]>;
  /** Entries at which transactions of the app ended. */
  readonly ends: number[];
  isLocked: boolean;
}

const byName = new Map(tables.map((table) => [table.name, table]));
const PASS_LIMIT = 200;

export function createPlayer(device: ScheduleDevice, number: number, contents: Contents): Player {
  const [known, waiting] = [new Map(), new Map()];
  return { device, number, contents, known, waiting, ends: [], isLocked: false };
}

/** A device that is set up anew knows nothing. */
export function forgetAll(player: Player): void {
  player.known.clear();
  player.waiting.clear();
  player.isLocked = false;
}

/** Commits writes of the app's as one transaction. */
export async function commit(
  { device, waiting, ends }: Player,
  at: number,
  writes: readonly AppWrite[],
): Promise<void> {
  const before = new Map<string, Values | null>();
  for (const write of writes) before.set(write.id, await valuesOf(device, write));
  await device.commit(at, writes);
  const end = await device.store.lastSeq();
  ends.push(end);
  for (const { id, columns } of writes) {
    const from = before.get(id) ?? null;
    const to = columns && ({ ...(from ?? NOTHING), ...columns } as Values);
    before.set(id, to);
    // What says the same is no write, and no entry of the queue.
    if (isDeepStrictEqual(from, to)) continue;
    waiting.set(id, [...(waiting.get(id) ?? []), { at, end, before: from, after: to }]);
  }
}

const NOTHING: Values = { title: null, body: null, folder: null, shelf: null };

/** Runs passes until there is nothing to do; returns how many had something to do. */
export async function settle(player: Player, now: number, rowsPerPass: number): Promise<number> {
  for (let passes = 0; passes < PASS_LIMIT; passes++) {
    if (!(await pass(player, now, rowsPerPass))) return passes;
  }
  throw new Error(`Device ${player.number} never ends.`);
}

async function pass(player: Player, now: number, limit: number): Promise<boolean> {
  const { device, number, ends } = player;
  let work: Work | undefined;
  let outcomes: readonly RowOutcome[] = [];
  const store: SyncStore = {
    ...device.store,
    async readWork(...args) {
      work = await device.store.readWork(...args);
      return work;
    },
    writeOutcomes(...args) {
      [outcomes] = args;
      return device.store.writeOutcomes(...args);
    },
  };
  const { result } = await runPass({
    store,
    tables: byName,
    vault: device.vault,
    now,
    limit,
    ends,
    mergeDelay: () => 10_000 + 7000 * number,
    deletes: 'sealed',
    acceptRetiredUpTo: 0,
    unwritten: null,
  });
  if (!work || result === 'idle') return false;
  if (result !== 'written') throw new Error(`A pass of device ${number} was ${result}.`);
  const merged = new Map<string, Knowledge | null>();
  for (const { id, sealed } of work.rows) {
    merged.set(id, learn(player, id, work.upTo, payloadsOf(sealed)));
  }
  for (const { id, sealed } of outcomes) {
    if (sealed) player.contents.set(String(sealed.payload), merged.get(id) as Knowledge);
  }
  return true;
}

/**
 * What the device knows of a row after a pass: its own writes, and what stood in the sealed table.
 *
 * While the app has written the row again, that write has seen nothing of what stood there.
 */
function learn(
  { number, known, waiting, contents }: Player,
  id: string,
  upTo: number,
  payloads: readonly string[],
): Knowledge | null {
  const writes = waiting.get(id) ?? [];
  const later = writes.filter(({ end }) => end > upTo);
  const sealed = writes.filter(({ end }) => end <= upTo);
  const own = written(known.get(id) ?? null, sealed, number);
  const all = payloads.map((text) => contentOf(contents, text)).reduce(together, own);
  waiting.set(id, later);
  known.set(id, later.length > 0 ? own : all);
  return all;
}

export function contentOf(contents: Contents, payload: string): Knowledge | null {
  const content = contents.get(payload);
  if (!content) throw new Error('There is a payload that nobody has sealed.');
  return content;
}

/** Every payload that stands in a sealed row: the one in place first. */
export function payloadsOf(sealed: EngineRow | null): readonly string[] {
  if (!sealed) return [];
  return `${sealed.payload} ${sealed.siblings ?? ''}`.split(' ').filter((text) => text !== '');
}

/** Throws unless a device that is settled shows what it knows. */
export async function assertShown(
  { device, number, known }: Player,
  place: RowPlace,
): Promise<void> {
  const values = await valuesOf(device, place);
  const expected = shown(known.get(place.id) ?? null);
  if (isDeepStrictEqual(values, expected)) return;
  const [there, wanted] = [values, expected].map((each) => JSON.stringify(each));
  throw new Error(`Device ${number} shows ${there} and not ${wanted} as ${place.id}.`);
}

async function valuesOf(device: ScheduleDevice, place: RowPlace): Promise<Values | null> {
  const row = await device.plainRow(place);
  if (!row) return null;
  const { title, body, folder, shelf } = row;
  return { title, body, folder, shelf } as Values;
}
