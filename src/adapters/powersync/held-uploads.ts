/** What must not leave yet: payloads under a key that is not the primary any more. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import { RowsealError } from '../../errors.js';
import type { Table } from '../../rows/table.js';
import { startTimer } from '../../rows/timer.js';
import { sealedPayloadOf, tableBehind, type UploadEntry } from '../../sync/to-server.js';

/** Mostly the mirror has sealed it again in no time, and PowerSync waits for seconds. */
const LOOKS = 10;
const BETWEEN_MS = 100;

interface Sealing {
  readonly prefix: string;
  readonly held: number;
  /** The names of the tables that a mirror looks after, as JSON. */
  readonly tables: string;
}

/**
 * The next transaction that may leave; `null` when there is none.
 *
 * Throws `LOCKED` for one that waits to be sealed again. An upload that is under way when the key
 * changes goes on: the mirror sends its rows again, under the new key.
 */
export async function nextUpload(db: CommonPowerSyncDatabase, tables: readonly Table[]) {
  for (let look = 1; ; look++) {
    const transaction = await db.getNextCrudTransaction();
    const sealing = transaction && (await readSealing(db));
    const isHeld = transaction?.crud.some((entry) => waits(entry, tables, sealing));
    if (!sealing || !isHeld) return transaction;
    if (sealing.held === 1) refuse('The vault was rekeyed, or its server says so');
    if (look === LOOKS) refuse('The vault has a new key, under which the mirror seals them again');
    await new Promise<void>((resolve) => startTimer(resolve, BETWEEN_MS));
  }
}

function waits(entry: UploadEntry, tables: readonly Table[], sealing: Sealing | null): boolean {
  const table = tableBehind(entry.table, tables)?.name;
  if (!sealing || entry.op !== 'PUT' || table === undefined) return false;
  // Nobody would seal it again that no mirror looks after.
  if (!(JSON.parse(sealing.tables) as readonly string[]).includes(table)) return false;
  const payload = sealedPayloadOf(entry);
  // What is not sealed nobody seals again either: it is refused, and may be handed to the app.
  return payload !== null && (sealing.held === 1 || !payload.startsWith(sealing.prefix));
}

/** `null` before a mirror has noted any. */
async function readSealing(db: CommonPowerSyncDatabase): Promise<Sealing | null> {
  const there = await db.getOptional(
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'rowseal_sealing'",
  );
  if (!there) return null;
  return db.get<Sealing>(
    `SELECT prefix, held, (SELECT json_group_array(tbl) FROM rowseal_tables) AS tables
    FROM rowseal_sealing`,
  );
}

function refuse(why: string): never {
  throw new RowsealError(
    'LOCKED',
    `${why}: what is sealed waits on this device until a mirror runs with an open vault.`,
  );
}
