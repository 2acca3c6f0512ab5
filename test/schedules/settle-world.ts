/** The end of a schedule: everything comes online, and nothing may differ any more. */
import { isDeepStrictEqual } from 'node:util';
import type { Vault } from 'rowseal';
import { openedValues } from './opened-values.js';
import type { Play } from './play-schedule.js';
import { settleOne, synchronise } from './play-schedule.js';
import { assertShown, contentOf, type Player, payloadsOf } from './player.js';
import { type Knowledge, shown, together, type Values } from './row-model.js';
import type { RowPlace } from './schedule-backend.js';

/** Longer than the last merge may be left to another device. */
const PATIENCE_MS = 61_000;
/** Promise 10: what one row may cost once all devices are online. */
const SETTLING_LIMIT = 13;
const ROUND_LIMIT = 16;

/** What a schedule came to. */
export interface Ending {
  /** What every device shows of each row. */
  readonly rows: readonly (Values | null)[];
  /** How often each row was sent once all devices were online. */
  readonly settling: readonly number[];
}

/** Throws when devices, server and model differ, or too much was sent. */
export async function settleWorld(play: Play): Promise<Ending> {
  const { players, places } = play;
  for (const player of players) {
    player.isLocked = false;
    await settleOne(play, player);
    await player.device.exchange();
  }
  const before = await uploads(play);
  await untilQuiet(play);
  const after = await uploads(play);
  await assertSilence(play, after);
  const settling = after.map((count, row) => count - (before[row] as number));
  if (settling.some((count) => count > SETTLING_LIMIT)) {
    throw new Error(`It took ${settling} uploads to settle.`);
  }
  const rows: (Values | null)[] = [];
  for (const place of places) rows.push(await agreed(play, place));
  await assertNoTrouble(players);
  return { rows, settling };
}

/** Rounds in which each device is online once, until one passes in which nothing happens at all. */
async function untilQuiet(play: Play): Promise<void> {
  for (let round = 0; round < ROUND_LIMIT; round++) {
    const before = await uploads(play);
    let isQuiet = true;
    for (const player of play.players) {
      const passes = await synchronise(play, player);
      const { due } = await player.device.store.counts();
      isQuiet &&= passes + due === 0;
    }
    if (isQuiet && isDeepStrictEqual(before, await uploads(play))) return;
    play.now += PATIENCE_MS;
  }
  throw new Error('Devices send for ever.');
}

async function assertSilence(play: Play, before: readonly number[]): Promise<void> {
  play.now += PATIENCE_MS;
  for (const player of play.players) await synchronise(play, player);
  const after = await uploads(play);
  if (!isDeepStrictEqual(before, after)) throw new Error(`After ${before}, ${after} were sent.`);
}

/** What all devices show, which is what all writes come to, and what the server holds. */
async function agreed(
  { players, contents, backend }: Play,
  place: RowPlace,
): Promise<Values | null> {
  const known = players.map((player) => player.known.get(place.id) ?? null);
  // Whatever the server ever accepted counts, also if the device that sent it is lost.
  const accepted = (await backend.versions(place)).flatMap(payloadsOf);
  const all = [...known, ...new Set(accepted)].reduce<Knowledge | null>(
    (sum, each) => together(sum, typeof each === 'string' ? contentOf(contents, each) : each),
    null,
  );
  for (const player of players) {
    player.known.set(place.id, all);
    await assertShown(player, place);
  }
  const served = await backend.serverRow(place);
  const merged = payloadsOf(served).map((text) => contentOf(contents, text));
  const held = shown(merged.reduce<Knowledge | null>(together, null));
  const opened = openedValues(players[0]?.device.vault as Vault, place, served);
  const expected = shown(all);
  if (isDeepStrictEqual(held, expected) && isDeepStrictEqual(opened, expected)) return expected;
  const [there, found, wanted] = [held, opened, expected].map((each) => JSON.stringify(each));
  throw new Error(
    `The server holds ${there}, opened as ${found}, and not ${wanted} as ${place.id}.`,
  );
}

async function uploads({ backend, places }: Play): Promise<readonly number[]> {
  return Promise.all(places.map((place) => backend.uploads(place)));
}

/** A device may have been told of a delete only by the row's being gone: that is no trouble. */
async function assertNoTrouble(players: readonly Player[]): Promise<void> {
  for (const { device, number } of players) {
    const troubled = await device.store.troubled(1000);
    const first = troubled.find(({ kind }) => kind !== 'withdrawn');
    if (first) throw new Error(`Device ${number} holds ${JSON.stringify(first)}.`);
  }
}
