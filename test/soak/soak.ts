/**
 * `npm run soak`: an app is killed again and again at random moments while it writes, seals,
 * uploads and follows another device, and nothing may be lost.
 *
 * `-- --kills 20` for fewer kills, `-- --seed 7` for the choices of an earlier run; where exactly
 * a kill lands is up to the system.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { spawnSyncServer } from '../../examples/sync-server/spawn-sync-server.js';
import { serverSql } from '../../src/adapters/powersync/powersync.js';
import { complaint, follow, lostRows, untilEqual } from './compare.js';
import { startFollower } from './follower.js';
import { nothingCommitted } from './journal.js';
import { beginLife, endAllLives, type Life } from './lives.js';
import { randomFrom } from './random.js';
import { plaintextReceived, sentTwice, serverReader } from './server-state.js';
import { openUserVault, tables } from './soak-app.js';

/** A process lives so long after its start, at most, or after it was told to write. */
const LONGEST_START_MS = 300;
const LONGEST_WORK_MS = 700;

const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const kills = wholeNumber('kills', options.kills);
const seed = wholeNumber('seed', options.seed);
const random = randomFrom(seed);
console.log(`${kills} kills, seed ${seed}`);

const folder = await mkdtemp(join(tmpdir(), 'rowseal-soak-'));
const server = await spawnSyncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
const follower = await startFollower(server.url, random);
const readServer = serverReader(server, await openUserVault());
const committed = nothingCommitted();
/** Loads its code while the one before it runs. */
let upcoming = newLife(1);

try {
  for (let life = 1; life <= kills; life++) await liveAndDie(life);
  const last = await upcoming;
  await start(last, false);
  await settle(last);
  await last.kill();
  const twice = await sentTwice(server, committed, kills);
  if (twice.length > 0) throw complaint('More was sent than there was to send', twice);
  const plaintext = await plaintextReceived(server);
  if (plaintext.length > 0) throw complaint('The server received plaintext', plaintext);
  console.log(
    `${kills} kills, ${committed.last} transactions, ${committed.rows.size} rows, 0 lost, 0 twice, 0 quarantined, 0 plaintext`,
  );
} catch (error) {
  console.error(`Seed ${seed}:`, error);
  process.exitCode = 1;
} finally {
  endAllLives();
  await follower.close();
  await server.close();
  await rm(folder, { recursive: true });
}

/** Killed at its start, or as soon as all is compared and it writes again. */
async function liveAndDie(life: number): Promise<void> {
  const child = await upcoming;
  upcoming = newLife(life + 1);
  if (random.chance(0.25)) {
    child.order({ to: 'start', locked: false });
    await wait(random.below(LONGEST_START_MS));
    return child.kill();
  }
  const locked = random.chance(0.15);
  await start(child, locked);
  if (!locked) await settle(child);
  const flags = follower.setFlags();
  child.order({ to: 'write' });
  await wait(random.below(LONGEST_WORK_MS));
  await child.kill();
  await flags.stop();
}

function newLife(life: number): Promise<Life> {
  const begun = beginLife([folder, server.url, String(seed), String(life)]);
  begun.catch(() => {}); // who awaits it hears of it
  return begun;
}

async function start(child: Life, locked: boolean): Promise<void> {
  const started = child.hear('started');
  child.order({ to: 'start', locked });
  await started;
}

async function settle(child: Life): Promise<void> {
  const told = async () => {
    const heard = child.hear('state');
    child.order({ to: 'tell', after: committed.last });
    const { state, journal } = await heard;
    follow(committed, journal, await lastAcknowledged());
    const lost = lostRows(committed, state.rows);
    if (lost.length > 0) throw complaint('Rows were lost', lost);
    return state;
  };
  await untilEqual({ killed: told, follower: follower.state, server: readServer });
}

async function lastAcknowledged(): Promise<number> {
  const text = await readFile(join(folder, 'acknowledged'), 'utf8').catch(() => '');
  return Number(text.trimEnd().split('\n').at(-1));
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  console.error(`--${name} takes a whole number, not '${text}'.`);
  process.exit(2);
}
