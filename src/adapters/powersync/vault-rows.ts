/**
 * The user's row of the synced table of vault headers: read, waited for, watched.
 *
 * It shows what the server has, and never what this device sent: nothing on a device writes it.
 */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { startTimer, stopTimer } from '../../sync/timer.js';
import { VAULT_TABLE } from '../../sync/vault-table.js';
import { writeDurably } from './durable-write.js';
import { literal, quoted } from './mirrored-table.js';
import { vaultTableIn } from './vault-schema.js';

/** A header as it was synced. */
export interface VaultRow {
  readonly epoch: number;
  readonly hash: string;
  readonly header: string;
}

/** How often a row is looked at while somebody waits for it. */
const LOOK_MS = 50;
/** Commits of this process, and of this app's other tabs: at most one call in this time. */
const THROTTLE_MS = 10;
/** Commits of other processes are told by nobody. */
const POLL_MS = 2000;

export function readVaultRow(db: CommonPowerSyncDatabase, user: string): Promise<VaultRow | null> {
  const { viewName } = vaultTableIn(db);
  return db.getOptional<VaultRow>(
    `SELECT epoch, hash, header FROM ${quoted(viewName)} WHERE id = ?`,
    [user],
  );
}

/**
 * The row, or `null` once a whole sync has shown that there is none.
 *
 * The first sync of the vault's own stream would be sooner, but says nothing where a sync config
 * gives that another priority. Whoever has a vault does not wait: the row is there.
 */
export async function syncedVaultRow(
  db: CommonPowerSyncDatabase,
  user: string,
  timeout: number,
): Promise<VaultRow | null> {
  return lookUntil(
    timeout,
    'The vault has not been synced yet: connect the database.',
    async () => {
      const { hasSynced } = db.currentStatus; // before the row, which comes with the sync
      return (await readVaultRow(db, user)) ?? (hasSynced ? null : undefined);
    },
  );
}

/** Looks again and again until there is something; throws an `Error` when it takes too long. */
export async function lookUntil<T>(
  timeout: number,
  failure: string,
  look: () => Promise<T | undefined>,
): Promise<T> {
  for (let waited = 0; ; waited += LOOK_MS) {
    const found = await look();
    if (found !== undefined) return found;
    if (waited >= timeout) throw new Error(failure);
    await new Promise<void>((resolve) => startTimer(resolve, LOOK_MS));
  }
}

/** Calls back when the row may have changed; returns how to stop it. */
export function watchVaultRow(
  db: CommonPowerSyncDatabase,
  user: string,
  listener: () => void,
): () => void {
  let seen: string | undefined;
  let timer: unknown;
  let stopped = false;
  const poll = async () => {
    // A database that is busy, or being closed, has nothing to tell.
    const hash = await readVaultRow(db, user).then(
      (row) => row?.hash ?? '',
      () => seen,
    );
    if (stopped) return;
    if (seen !== undefined && hash !== seen) listener();
    seen = hash;
    timer = startTimer(() => void poll(), POLL_MS);
  };
  const stop = db.onChange(
    { onChange: listener },
    { tables: [vaultTableIn(db).internalName], throttleMs: THROTTLE_MS },
  );
  void poll();
  return () => {
    stopped = true;
    stopTimer(timer);
    stop();
  };
}

/**
 * Ends the app's statement that writes the row, which would then be taken for what the server has.
 *
 * A delete is let through, since clearing is one; it never reaches the server (`toServer`).
 */
export async function guardVaultRow(db: CommonPowerSyncDatabase): Promise<void> {
  const { internalName } = vaultTableIn(db);
  const why = literal(`Nothing on a device writes '${VAULT_TABLE}': change the vault instead.`);
  for (const event of ['INSERT', 'UPDATE']) {
    const name = `rowseal_vault_${event.toLowerCase()}`;
    const found = await db.getOptional(
      "SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = ?",
      [name],
    );
    if (found) continue;
    const sql = `CREATE TRIGGER IF NOT EXISTS ${name} BEFORE ${event} ON ${quoted(internalName)}
WHEN NOT powersync_in_sync_operation() BEGIN SELECT RAISE(ABORT, ${why}); END`;
    await writeDurably(db, (connection) => connection.execute(sql));
  }
}
