/**
 * The mirror's own tables.
 *
 * They are ordinary SQLite tables outside the PowerSync schema: clearing leaves them alone, so
 * that the next start still learns of it, and they can count with AUTOINCREMENT.
 */
import type { LockContext } from '@powersync/common';
import { refuseNewer } from '../../errors.js';
import { LEASE_TABLES } from './lease-tables.js';
import { REJECTED_TABLE } from './rejections.js';
import { ADD_HEADERS, SEALING_TABLES } from './sealing-tables.js';

/** `ps_kv` has this key while a database is in use; clearing removes it before the rows. */
export const SENTINEL = 'rowseal';

/** Told apart by what the data needs, not by releases: raised when a table changes. */
export const BOOKKEEPING_VERSION = 2;

/** Milliseconds since 1970, the same all through a statement. */
export const NOW_MS = "CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)";

const TABLES: readonly string[] = [
  // `held`: 1 for what is not handed out until it is released. `gone`: 1 for a row's removal.
  `CREATE TABLE IF NOT EXISTS rowseal_queue (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    dir TEXT NOT NULL,
    tbl TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    base TEXT,
    held INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0
  )`,
  'CREATE INDEX IF NOT EXISTS rowseal_queue_row ON rowseal_queue (tbl, id)',
  'CREATE INDEX IF NOT EXISTS rowseal_queue_ready ON rowseal_queue (seq) WHERE held = 0',
  // `note`: the rest of the record, as JSON. Rows come in no order of their ids: without a rowid each
  // would write a page of its own.
  `CREATE TABLE IF NOT EXISTS rowseal_rows (
    tbl TEXT NOT NULL,
    id TEXT NOT NULL,
    note TEXT NOT NULL,
    own TEXT,
    due INTEGER,
    trouble TEXT,
    code TEXT,
    detail TEXT,
    findings TEXT,
    PRIMARY KEY (tbl, id)
  )`,
  'CREATE INDEX IF NOT EXISTS rowseal_rows_due ON rowseal_rows (due) WHERE due IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS rowseal_rows_trouble ON rowseal_rows (trouble) WHERE trouble IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS rowseal_rows_findings ON rowseal_rows (tbl) WHERE findings IS NOT NULL',
  REJECTED_TABLE,
  ...SEALING_TABLES,
  `CREATE TABLE IF NOT EXISTS rowseal_tables (
    tbl TEXT PRIMARY KEY NOT NULL,
    declaration TEXT NOT NULL
  )`,
  // Entries at which transactions of the app ended: some of them, while much is left to do.
  'CREATE TABLE IF NOT EXISTS rowseal_ends (seq INTEGER PRIMARY KEY)',
  // `writing`: 1 inside the mirror's own transaction. `owner`: rises with each
  // take-over. `deletes`:
  // as `startMirror` was told, for the upload.
  `CREATE TABLE IF NOT EXISTS rowseal_state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL,
    writing INTEGER NOT NULL DEFAULT 0,
    owner INTEGER NOT NULL DEFAULT 0,
    vault TEXT,
    cleared INTEGER NOT NULL DEFAULT 0,
    deletes TEXT NOT NULL DEFAULT 'sealed'
  )`,
  `INSERT OR IGNORE INTO rowseal_state (one, version) VALUES (1, ${BOOKKEEPING_VERSION})`,
  ...LEASE_TABLES,
];

/** What the tables of version 1 lack. */
const UPGRADE: readonly string[] = [
  ADD_HEADERS,
  `UPDATE rowseal_state SET version = ${BOOKKEEPING_VERSION}`,
];

/** What the bookkeeping says about the database as a whole. */
export interface BookkeepingState {
  /** The number of the mirror that worked last. */
  readonly owner: number;
  /** Whether it has not given that up. */
  readonly isHeld: boolean;
  /** Rises whenever it has shown that it works. */
  readonly beat: number;
  /** Whether another one waits for it to show that. */
  readonly isAwaited: boolean;
  /** How often the database was cleared. */
  readonly clears: number;
  readonly vault: string | null;
  /** Whether the database was cleared, and nobody has looked for what that left behind. */
  readonly cleared: boolean;
  /** Whether the sentinel is there. */
  readonly inUse: boolean;
  /** The highest `seq` ever given to an entry. */
  readonly lastSeq: number;
}

/** How a delete reaches the server. */
export type Deletes = 'sealed' | 'engine';

/** Makes what is missing. Throws `UNSUPPORTED_VERSION` for what a newer version made. */
export async function createBookkeeping(tx: LockContext): Promise<void> {
  if (await hasBookkeeping(tx)) {
    const { version } = await tx.get<{ version: number }>('SELECT version FROM rowseal_state');
    if (version > BOOKKEEPING_VERSION) refuseNewer('What the mirror notes in this database');
    if (version < BOOKKEEPING_VERSION) for (const sql of UPGRADE) await tx.execute(sql);
  }
  for (const sql of TABLES) await tx.execute(sql);
}

/** Whether a mirror ever ran on this database. */
export async function hasBookkeeping(db: Pick<LockContext, 'getOptional'>): Promise<boolean> {
  const found = await db.getOptional(
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'rowseal_state'",
  );
  return found !== null;
}

/** The mirror's choice; before there is one, nobody deletes. */
export async function readDeletes(db: Pick<LockContext, 'get' | 'getOptional'>): Promise<Deletes> {
  if (!(await hasBookkeeping(db))) return 'sealed';
  return (await db.get<{ deletes: Deletes }>('SELECT deletes FROM rowseal_state')).deletes;
}

/** From now on a clear is heard of. */
export async function awaitClear(tx: LockContext): Promise<void> {
  await tx.execute('INSERT OR IGNORE INTO ps_kv (key, value) VALUES (?, ?)', [SENTINEL, '']);
  await tx.execute('UPDATE rowseal_state SET cleared = 0');
}

export async function readState(tx: Pick<LockContext, 'get'>): Promise<BookkeepingState> {
  const row = await tx.get<{
    owner: number;
    isHeld: number;
    beat: number;
    isAwaited: number;
    clears: number;
    vault: string | null;
    cleared: number;
    inUse: number;
    lastSeq: number;
  }>(
    `SELECT owner, held AS isHeld, beat, awaited AS isAwaited, clears, vault, cleared,
      EXISTS (SELECT 1 FROM ps_kv WHERE key = ?) AS inUse, ${LAST_SEQ} AS lastSeq
    FROM rowseal_state, rowseal_lease, rowseal_beats`,
    [SENTINEL],
  );
  const { isHeld, isAwaited, cleared, inUse } = row;
  return {
    ...row,
    isHeld: isHeld === 1,
    isAwaited: isAwaited === 1,
    cleared: cleared === 1,
    inUse: inUse === 1,
  };
}

export const LAST_SEQ =
  "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'rowseal_queue'), 0)";

export async function readLastSeq(db: Pick<LockContext, 'get'>): Promise<number> {
  return (await db.get<{ seq: number }>(`SELECT ${LAST_SEQ} AS seq`)).seq;
}
