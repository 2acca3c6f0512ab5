/**
 * The user's row of the synced table of vault headers: read, waited for, watched.
 *
 * It is read where PowerSync keeps what it downloaded, and not through a table of the app's schema.
 * There no code of the app can write, so that a header is never this device's own optimism; and what
 * has arrived is seen at once, while a table changes only once the upload queue is empty. What was applied
 * last (a row of no table of the schema is in `ps_untyped`) counts while it is downloaded anew, as after a
 * change of the sync config.
 */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { decodeBase64url, encodeBase64url } from '../../../bytes/base64url.js';
import { startTimer, stopTimer } from '../../../rows/timer.js';
import { reportBug } from '../../../sync/report-bug.js';
import { VAULT_TABLE } from '../../../sync/vault-table.js';
import { readPin } from './vault-pins.js';

/** A header as the server sent it, which may be anything. */
export interface VaultRow {
  readonly epoch: number;
  readonly hash: string;
  readonly header: string;
}

/** How often a row is looked at while somebody waits for it. */
const LOOK_MS = 50;
/** Downloads of this process, and of this app's other tabs: at most one look in this time. */
const THROTTLE_MS = 50;
/** Downloads of other processes are told by nobody. */
const POLL_MS = 2000;

export function readVaultRow(db: CommonPowerSyncDatabase, user: string): Promise<VaultRow | null> {
  return db.getOptional<VaultRow>(
    `SELECT CAST(row ->> 'epoch' AS INTEGER) AS epoch, row ->> 'hash' AS hash, row ->> 'header' AS header
    FROM (
      SELECT iif(json_valid(data), data, '{}') AS row FROM (
        SELECT data, op_id FROM ps_oplog WHERE row_type = ? AND row_id = ?
        UNION ALL SELECT data, -1 FROM ps_untyped WHERE type = ? AND id = ?
      ) ORDER BY op_id DESC LIMIT 1
    )`,
    [VAULT_TABLE, user, VAULT_TABLE, user],
  );
}

/**
 * The row, or `null` once a whole sync has shown that there is none.
 *
 * Whoever has a vault does not wait for all of that: the row comes before the others.
 */
export async function syncedVaultRow(
  db: CommonPowerSyncDatabase,
  user: string,
  timeout: number,
): Promise<VaultRow | null> {
  await db.waitForReady();
  return lookUntil(timeout, 'The vault was not synced yet: connect the database.', async () => {
    const { hasSynced } = db.currentStatus; // before the row, which comes with the sync
    return (await readVaultRow(db, user)) ?? (hasSynced ? null : undefined);
  });
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

/**
 * Calls back for the row that is there, and whenever it changed; returns how to stop it.
 *
 * Also when this device remembers since then what is not there: a header that came and went between two
 * looks leaves the row as it was.
 */
export function watchVaultRow(
  db: CommonPowerSyncDatabase,
  user: string,
  listener: () => void,
): () => void {
  let seen: { readonly header?: string | undefined; readonly pin: string | null } = { pin: null };
  let timer: unknown;
  let stopped = false;
  const look = async () => {
    // A database that is busy, or being closed, has nothing to tell.
    const row = await readVaultRow(db, user).catch(() => undefined);
    const pin = await readPin(db, user).catch(() => undefined);
    if (stopped || row === undefined || pin === undefined) return;
    // Not its hash: a server may leave that as it was.
    const header = row?.header;
    const isOther = header !== seen.header;
    const isGone = header !== undefined && pin !== seen.pin && !remembers(pin, header);
    seen = { header, pin };
    if (!isOther && !isGone) return;
    // Not awaited: it may take long, and ask for the row itself.
    void call(listener);
  };
  const poll = async () => {
    await look();
    if (!stopped) timer = startTimer(() => void poll(), POLL_MS);
  };
  const stop = db.onChange({ onChange: look }, { tables: ['ps_oplog'], throttleMs: THROTTLE_MS });
  void poll();
  return () => {
    stopped = true;
    stopTimer(timer);
    stop();
  };
}

function remembers(pin: string | null, header: string): boolean {
  const bytes = pin === null ? null : decodeBase64url(pin);
  return bytes !== null && encodeBase64url(bytes.subarray(1)) === header;
}

/** A listener may be an async function, such as one that refreshes the vault. */
async function call(listener: () => unknown): Promise<void> {
  try {
    await listener();
  } catch (error) {
    reportBug(error);
  }
}
