/**
 * A device is killed again and again while it moves its rows, at random moments of every phase, and
 * then goes all the way: no row may be lost, none may be there twice, and no plaintext may be removed
 * of which the server has no sealed row that says the same.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { decryptRow, type SealedRowOf, type Vault } from '../../src/index.js';
import {
  entries,
  type MigratingServer,
  migratingServer,
  openUserVault,
} from '../support/migrating-app.js';
import type { MigrationOrder, MigrationReport, MovedRow } from './migration-lives.js';
import { type Random, randomFrom } from './random.js';

/** A life ends so long after it began, at most: it takes about half of that to open and connect. */
const LONGEST_LIFE_MS = 1500;
const FIRST_ROWS = 40;

/** What must be there in the end. */
interface World {
  readonly side: MigratingServer;
  readonly folder: string;
  readonly vault: Vault;
  readonly random: Random;
  readonly expected: Map<string, MovedRow>;
  /** Of a commit that nobody heard of. */
  readonly maybe: Set<string>;
  removed: number;
}

/** Throws for what went wrong; resolves to what was seen. */
export async function killMigration(
  kills: number,
  seed: number,
): Promise<{ readonly rows: number; readonly removed: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'rowseal-migration-'));
  const side = await migratingServer();
  const vault = await openUserVault();
  const random = randomFrom(seed);
  const world: World = {
    side,
    folder,
    vault,
    random,
    expected: new Map(),
    maybe: new Set(),
    removed: 0,
  };
  try {
    for (let n = 0; n < FIRST_ROWS; n++) await storeOld(world, `old${n}`, n);
    let upcoming = begin(world, 1);
    for (let life = 1; life <= kills; life++) {
      const child = await upcoming;
      upcoming = begin(world, life + 1);
      await live(world, child, upToIn(life / kills), life);
    }
    await finish(world, await upcoming);
    return { rows: world.expected.size, removed: world.removed };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await side.server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type UpTo = Extract<MigrationOrder, { to: 'go' }>['upTo'];

function upToIn(part: number): UpTo {
  if (part <= 0.4) return 'copied';
  return part <= 0.7 ? 'switched' : 'removed';
}

/** What another device writes: an old version until it is refused. */
async function storeOld({ side, expected }: World, id: string, amount: number): Promise<void> {
  await side.server.query(
    `INSERT INTO transactions VALUES ($1, 'ada', $2, 'Shop', 'note') ON CONFLICT (id) DO UPDATE
    SET amount = EXCLUDED.amount`,
    [id, amount],
  );
  expected.set(id, { id, cents: amount * 100, merchant: 'Shop', note: 'note' });
}

const children = new Set<ChildProcess>();

async function begin({ folder, side }: World, life: number): Promise<ChildProcess> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const program = join(import.meta.dirname, 'migration-child.ts');
  const child = fork(program, [folder, side.server.url, String(life)], {
    execArgv: ['--import', tsx],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  await once(child, 'message');
  return child;
}

/** Follows what it tells; resolves to its rows once it is done. */
function follow(world: World, child: ChildProcess): Promise<readonly MovedRow[]> {
  return new Promise((resolve, reject) => {
    child.on('message', (report: MigrationReport) => {
      if (report.is === 'writing') world.maybe.add(report.row.id);
      if (report.is === 'wrote') world.expected.set(report.row.id, report.row);
      if (report.is === 'removing') answer(world, child, report.rows).catch(reject);
      if (report.is === 'done') resolve(report.rows);
    });
    child.once('exit', (code) => reject(new Error(`The app ended with ${code}.`)));
  });
}

async function live(world: World, child: ChildProcess, upTo: UpTo, life: number): Promise<void> {
  let failure: unknown;
  const done = follow(world, child).catch((error: unknown) => {
    if (child.exitCode !== null) failure = error;
  });
  if (upTo !== 'copied') await world.side.refuse(true);
  else await storeOld(world, `old${world.random.below(FIRST_ROWS)}`, 100 + life);
  child.send({ to: 'go', upTo } satisfies MigrationOrder);
  await wait(world.random.below(LONGEST_LIFE_MS));
  const exited = child.exitCode === null ? once(child, 'exit') : null;
  child.kill('SIGKILL');
  await exited;
  if (!exited) await done;
  if (failure) throw failure;
}

/** Looks at the server's sealed rows first: what it removes must be in them. */
async function answer(
  world: World,
  child: ChildProcess,
  rows: Extract<MigrationReport, { is: 'removing' }>['rows'],
): Promise<void> {
  const { server, remove } = world.side;
  const before = await server.query('SELECT id, amount, merchant, note FROM transactions');
  const sealed = await sealedRows(world);
  const ids = await remove(rows);
  world.removed += ids.length;
  for (const id of ids) {
    const old = before.find((row) => row.id === id);
    const copy = sealed.get(id);
    const isSame = copy?.cents === Number(old?.amount) * 100 && copy.merchant === old?.merchant;
    if (!isSame || copy.note !== old?.note) {
      throw new Error(`Removed unverified: ${JSON.stringify({ id, old, copy })}.`);
    }
  }
  if (child.connected) child.send({ to: 'removed', ids } satisfies MigrationOrder);
}

async function sealedRows({ side, vault }: World): Promise<ReadonlyMap<string, MovedRow>> {
  const rows = await side.server.query('SELECT id, payload FROM entries_sealed');
  return new Map(
    rows.map((row) => {
      const opened = decryptRow(vault, entries, row as SealedRowOf<typeof entries>);
      return [opened.id, { ...opened, note: opened.note ?? null }];
    }),
  );
}

async function finish(world: World, child: ChildProcess): Promise<void> {
  await world.side.refuse(true);
  const done = follow(world, child);
  child.send({ to: 'go', upTo: 'removed' } satisfies MigrationOrder);
  const rows = await done;
  const { expected, maybe } = world;
  const found = new Map(rows.map((row) => [row.id, row]));
  if (found.size < rows.length) throw new Error('Rows are there twice.');
  for (const [id, row] of expected) {
    if (JSON.stringify(found.get(id)) === JSON.stringify(row)) continue;
    throw new Error(`Lost: ${JSON.stringify({ row, found: found.get(id) })}.`);
  }
  const strange = rows.filter(({ id }) => !expected.has(id) && !maybe.has(id));
  if (strange.length > 0) throw new Error(`From nowhere: ${JSON.stringify(strange)}.`);
  const left = await world.side.server.query('SELECT id FROM transactions');
  if (left.length > 0) throw new Error(`Plaintext is left: ${JSON.stringify(left)}.`);
  const sealed = await sealedRows(world);
  if (rows.some(({ id, cents }) => !maybe.has(id) && sealed.get(id)?.cents !== cents)) {
    throw new Error('The server lacks rows.');
  }
}
