/**
 * One of several processes of an app on the same file, as its tabs are: `tab.ts <folder> <name>
 * [locked]`. It does what the test asks, and says what its mirror is.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { logOut, startMirror } from '../../src/adapters/powersync/powersync.js';
import { lockVault, memoryStore, openVault } from '../../src/index.js';
import { vaultForTesting } from '../../src/testing/testing.js';
import { sharedPowersyncAt } from './powersync-at.js';
import { notes, noteWrites, schema } from './tab-schema.js';
import type { TabCommand, TabReport } from './tabs.js';

const [folder = '', name = '', isLocked] = process.argv.slice(2);
const db = await sharedPowersyncAt(folder, schema);
const { vault: shared, opener } = vaultForTesting('mirrored powersync');
const openAgain = () => openVault(memoryStore(shared.header), opener);
let vault = await openAgain();
let written = 0;

/** A process that writes without a pause leaves no room for others. */
const PAUSE_MS = 20;

const tell = (report: TabReport) => process.send?.(report);

async function write(): Promise<void> {
  const id = `${name}-${++written}`;
  await db.execute('INSERT INTO notes (id, body) VALUES (?, ?)', [id, `of ${name}`]);
  tell({ committed: id });
}

async function start() {
  const mirror = await startMirror({ db, tables: [notes], vault: isLocked ? null : vault });
  await noteWrites(db, name);
  const say = () => tell({ status: mirror.status });
  mirror.subscribe(say);
  say();
  return mirror;
}

let isStopping = false;
let writing: Promise<void> = Promise.resolve();
let started: ReturnType<typeof start> | undefined;

const COMMANDS: Readonly<Record<TabCommand['to'], () => Promise<unknown>>> = {
  start() {
    started = start();
    return started;
  },
  write,
  async writeOn() {
    writing = (async () => {
      while (!isStopping) {
        await write();
        await wait(PAUSE_MS);
      }
    })();
  },
  stopWriting() {
    isStopping = true;
    return writing;
  },
  flush: async () => (await started)?.flush(),
  async lock() {
    lockVault(vault);
  },
  async unlock() {
    vault = await openAgain();
    await (await started)?.unlock(vault);
  },
  retry: async () => (await started)?.retry(),
  close: async () => (await started)?.close(),
  logOut: () => logOut(db),
};

process.once('disconnect', () => process.exit()); // the test is over
process.on('message', async ({ to, number }: TabCommand) => {
  try {
    await COMMANDS[to]();
    tell({ done: number });
  } catch (error) {
    tell({ done: number, failed: String((error as { code?: unknown }).code ?? error) });
  }
});
tell({ loaded: true });
