import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import {
  createVault,
  decryptRow,
  openVault,
  type SealedRowOf,
  type Vault,
  type VaultStore,
} from '../../src/index.js';
import { breakLock, fileStore } from './file-store.js';
import { appStore, byNthPassword, notes, passwordsFile, rowsFile } from './killed-app-files.js';

const KILLS = 15;
const LONGEST_LIFE_MS = 120;

// The moments are drawn from a fixed sequence; where exactly each lands is up to the system.
const lives = Array.from({ length: KILLS }, (_, i) => (i * 53) % LONGEST_LIFE_MS);

it.each(lives)('loses nothing when the process is killed %i ms into its changes', async (life) => {
  const directory = await mkdtemp(join(tmpdir(), 'rowseal-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await createVault(appStore(directory), byNthPassword(0));

  await runAndKill(directory, life);
  await breakLock(directory);

  const elsewhere = await mkdtemp(join(directory, 'other-device-'));
  for (const store of [appStore(directory), fileStore(directory, elsewhere)]) {
    const vault = await openWithOldOrNew(store, directory);
    for (const row of await readRows(directory)) {
      expect(decryptRow(vault, notes, row).body).toBe(`the body of ${row.id}`);
    }
  }
});

async function runAndKill(directory: string, life: number): Promise<void> {
  const script = join(import.meta.dirname, 'killed-app.ts');
  const app = spawn(process.execPath, ['--import', 'tsx', script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(app, 'close');
  await Promise.race([once(app.stdout, 'data'), closed]);
  await wait(life);
  app.kill('SIGKILL');
  const [, signal] = await closed;
  expect(signal, 'the app must not have ended by itself').toBe('SIGKILL');
}

async function openWithOldOrNew(store: VaultStore, directory: string): Promise<Vault> {
  const begun = await readFile(passwordsFile(directory), 'utf8').catch(() => '');
  const n = begun.split('\n').length - 1;
  try {
    return await openVault(store, byNthPassword(n));
  } catch {
    return openVault(store, byNthPassword(n - 1));
  }
}

async function readRows(directory: string): Promise<SealedRowOf<typeof notes>[]> {
  const lines = (await readFile(rowsFile(directory), 'utf8')).split('\n');
  // The last one is empty, or was being written at that moment.
  const rows = lines.slice(0, -1).map((line) => JSON.parse(line));
  expect(rows.length).toBeGreaterThan(0);
  return rows;
}
