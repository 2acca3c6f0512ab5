/** One device whose rows wait for upload under the first of a vault's keys, and what is left of them later. */
import type { PowerSyncDatabase } from '@powersync/node';
import { memoryStore, openVault, rotateDataKey } from 'rowseal';
import { startMirror } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { expect, onTestFinished } from 'vitest';
import { schemaOf } from './mirrored-powersync.js';
import { openPowerSync } from './open-powersync.js';
import { tables, waitingIn } from './rekeyed-devices.js';

interface Options {
  readonly deletes?: 'sealed' | 'engine';
}

/** A device that seals under the first key, and the vault with the next one. */
export async function resealingDevice({ deletes = 'sealed' }: Options = {}) {
  const { vault, store, opener } = vaultForTesting('sealed again');
  const open = (header: string) => openVault(memoryStore(header), opener);
  const first = await open(vault.header);
  const next = await open((await rotateDataKey(store, vault)).header);
  const db = await openPowerSync(schemaOf(tables));
  const mirror = await startMirror({ db, tables, vault: first, deletes });
  onTestFinished(() => mirror.close());
  const run = async (...statements: readonly string[]) => {
    await db.writeTransaction(async (tx) => {
      for (const sql of statements) await tx.execute(sql);
    });
    await mirror.flush();
  };
  const unlock = async () => {
    await mirror.unlock(next);
    await mirror.flush();
  };
  return { db, mirror, first, next, run, unlock, open, waiting: () => waitingIn(db) };
}

/** The rows that wait, once all of them wait under this key alone. */
export async function idsUnder(db: PowerSyncDatabase, prefix: string): Promise<readonly string[]> {
  const waiting = await waitingIn(db);
  expect(waiting.filter(({ op, payload }) => op === 'PUT' && !payload?.startsWith(prefix))).toEqual(
    [],
  );
  return waiting.map(({ id }) => id);
}
