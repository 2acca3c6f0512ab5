/** Plays a schedule on a backend beside a model of it, and says where they differ. */
import type { EngineRow } from '../../src/sync/sync-store.js';
import {
  assertShown,
  type Contents,
  commit,
  createPlayer,
  forgetAll,
  type Player,
  payloadsOf,
  settle,
} from './player.js';
import { type ColumnName, type PlannedWrite, ROWS, type Schedule, type Step } from './schedule.js';
import { type AppWrite, placeOf, type RowPlace, type ScheduleBackend } from './schedule-backend.js';
import { type Ending, settleWorld } from './settle-world.js';

/** What schedules are played on, one after the other. */
export interface World {
  readonly backend: ScheduleBackend;
  readonly players: readonly Player[];
  readonly contents: Contents;
}

/** A schedule that is being played. */
export interface Play extends World {
  readonly schedule: Schedule;
  readonly places: readonly RowPlace[];
  /** The right time, in milliseconds since 1970. */
  now: number;
  /** How many different values the app has written. */
  values: number;
}

const MONDAY = Date.UTC(2026, 0, 5, 9);
/** Between two steps: no two devices write in one millisecond, whatever their clocks say. */
const STEP_MS = 1000;

export function createWorld(backend: ScheduleBackend): World {
  const contents: Contents = new Map();
  const players = backend.devices.map((device, index) => createPlayer(device, index, contents));
  return { backend, players, contents };
}

/** Throws an error that names the seed. */
export async function playSchedule(world: World, schedule: Schedule): Promise<Ending> {
  const places = ROWS.map((row) => placeOf(schedule.seed, row));
  const play: Play = { ...world, schedule, places, now: MONDAY, values: 0 };
  let step: Step | null = null;
  try {
    for (step of schedule.steps) {
      play.now += STEP_MS;
      await take(play, step);
    }
    step = null;
    return await settleWorld(play);
  } catch (cause) {
    const where = step ? `step ${schedule.steps.indexOf(step)}, ${JSON.stringify(step)}` : 'end';
    const text = `Schedule ${schedule.seed} fails at its ${where}: ${(cause as Error).message}`;
    throw new Error(`${text} PROPERTY_SEED=${schedule.seed} plays it first.`, { cause });
  }
}

async function take(play: Play, step: Step): Promise<void> {
  const { backend, places } = play;
  if ('row' in step) {
    const place = places[step.row] as RowPlace;
    if (step.kind === 'replay') await replay(play, place, step);
    else if (isForgotten(play, place)) await backend.drop(place);
    return;
  }
  if (step.kind === 'wait') {
    play.now += step.milliseconds;
    return;
  }
  const player = play.players[step.device] as Player;
  switch (step.kind) {
    case 'write':
      await write(play, player, step);
      break;
    case 'sync':
      await synchronise(play, player);
      break;
    case 'unheard':
      await player.device.sendUnheard();
      break;
    case 'lose':
      await player.device.lose();
      forgetAll(player);
      break;
    default:
      player.isLocked = step.kind === 'lock';
      await settleOne(play, player);
  }
}

async function write(
  play: Play,
  player: Player,
  { writes, isSealed }: Extract<Step, { kind: 'write' }>,
): Promise<void> {
  const transaction: AppWrite[] = [];
  const rows = new Map<string, EngineRow | null>();
  for (const planned of writes) {
    const place = play.places[planned.row] as RowPlace;
    const known = rows.get(place.id);
    const before = known === undefined ? await player.device.plainRow(place) : known;
    const columns = columnsOf(play, planned, before);
    if (!before && !columns) continue;
    transaction.push({ ...place, columns });
    rows.set(place.id, columns && { ...before, ...columns });
  }
  if (transaction.length === 0) return;
  await commit(player, clockOf(play, player), transaction);
  if (isSealed) await settleOne(play, player);
}

/** What an app writes that finds `before` there; `null` for a delete. */
function columnsOf(
  play: Play,
  { kind, row, columns }: PlannedWrite,
  before: EngineRow | null,
): EngineRow | null {
  if (kind === 'delete') return null;
  const names: readonly ColumnName[] = before ? columns : ['title', 'folder', ...columns];
  const values = names.map((name) => {
    const isRepeated = kind === 'repeat' && before;
    return [name, isRepeated ? (before[name] ?? null) : `value ${play.values++}`];
  });
  return { ...(before ? {} : { shelf: `shelf ${row}` }), ...Object.fromEntries(values) };
}

/** A device settles as soon as it can; returns how many passes had something to do. */
export async function settleOne(play: Play, player: Player): Promise<number> {
  if (player.isLocked) return 0;
  const passes = await settle(player, clockOf(play, player), play.schedule.rowsPerPass);
  for (const place of play.places) await assertShown(player, place);
  return passes;
}

export async function synchronise(play: Play, player: Player): Promise<number> {
  const before = await settleOne(play, player);
  await player.device.exchange();
  return before + (await settleOne(play, player));
}

function clockOf({ now, schedule }: Play, { number }: Player): number {
  return now + (schedule.clocks[number] as number) + number;
}

async function replay(
  { backend }: Play,
  place: RowPlace,
  { version, part }: Extract<Step, { kind: 'replay' }>,
): Promise<void> {
  const states = (await backend.versions(place)).map((row) => payloadsOf(row).join(' '));
  // An upload that is sent again adds a version, but no state.
  const different = [...states.keys()].filter((at) => states[at] !== states[at - 1]);
  const index = different[version % different.length];
  if (index !== undefined) await backend.replay(place, index, part);
}

/** Whether every device knows, and has sent, that a row is deleted. */
function isForgotten({ players }: Play, { id }: RowPlace): boolean {
  const all = players.map(({ known }) => known.get(id) ?? null);
  const [life = 0] = all.map((known) => known?.life ?? 0);
  const isKnown = all.every((known) => known?.life === life);
  const isWaiting = players.some(({ waiting }) => (waiting.get(id) ?? []).length > 0);
  return isKnown && life > 0 && life % 2 === 0 && !isWaiting;
}
