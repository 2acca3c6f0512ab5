/** The start of a mirror on a database: whose it is, what it lacks, and what was missed. */
import type { CommonPowerSyncDatabase, LockContext } from '@powersync/common';
import { RowsealError } from '../../errors.js';
import type { Standing, TakeOver } from '../../sync/lease.js';
import { emptyTables, noteTables } from './also-clear.js';
import {
  awaitClear,
  type BookkeepingState,
  createBookkeeping,
  type Deletes,
  NOW_MS,
  readState,
} from './bookkeeping.js';
import { type Hold, leaveWork, standingOf, take } from './lease.js';
import { deleteLeftRows, prepareWriter, shredDeleted } from './leftovers.js';
import { literal, type MirroredTable } from './mirrored-table.js';
import { createClearTrigger, createTriggers, forgetUser } from './triggers.js';
import { areShown, updateColumns } from './update-columns.js';

/** What a store of one database is told. */
export interface TakenTables {
  /** By name. */
  readonly mirrored: ReadonlyMap<string, MirroredTable>;
  /** Others, to be emptied when the database is cleared. */
  readonly alsoClear: readonly string[];
  readonly deletes: Deletes;
}

/** What a take-over came to. */
export interface Taken {
  readonly standing: Standing;
  /** What the store is known by from now on. */
  readonly hold: Hold | null;
}

/** The `takeOver` of a store that is known by `hold`, `null` at first. */
export async function takeOver(
  db: CommonPowerSyncDatabase,
  tables: TakenTables,
  start: TakeOver,
  hold: Hold | null,
): Promise<Taken> {
  await prepareWriter(db);
  for (let shredded: number | null = null; ; ) {
    const begun = await db.writeTransaction((tx) => begin(tx, tables, start, { hold, shredded }));
    if (typeof begun !== 'number') return begun;
    // Only when the bytes are gone is the clear forgotten: killed here, the next start does it again.
    await shredDeleted(db);
    shredded = begun;
  }
}

interface Known {
  readonly hold: Hold | null;
  /** Up to which clear the bytes were shredded. */
  readonly shredded: number | null;
}

/** Returns the number of a clear when its leavings were deleted, and their bytes are to be shredded. */
async function begin(
  tx: LockContext,
  { mirrored, alsoClear, deletes }: TakenTables,
  start: TakeOver,
  { hold, shredded }: Known,
): Promise<Taken | number> {
  await createBookkeeping(tx);
  const state = await readState(tx);
  const { vault, cleared, inUse, clears } = state;
  const isLeft = cleared || (vault !== null && !inUse);
  if (hold !== null && (isLeft || clears !== hold.clears)) return { standing: 'replaced', hold };
  if (isLeft && clears !== shredded) {
    if (!cleared) await forgetUser(tx);
    await deleteLeftRows(tx, mirrored.values());
    await emptyTables(tx);
    return (await readState(tx)).clears;
  }
  assertSameVault(vault, start.vaultId);
  if (!(await areShown(tx, mirrored.values()))) {
    if (standingOf(state, hold) === 'working') await leaveWork(tx);
    return { standing: 'standby', hold: { owner: null, clears } };
  }
  for (const table of mirrored.values()) {
    // A mirror of the former columns, which may be at work, would take the new ones for unset.
    if (await updateColumns(tx, table)) await leaveWork(tx);
    await watchTable(tx, table);
  }
  await createClearTrigger(tx);
  await noteTables(tx, alsoClear);
  await awaitClear(tx);
  await tx.execute('UPDATE rowseal_state SET vault = coalesce(?, vault), deletes = ?', [
    start.vaultId,
    deletes,
  ]);
  const owner = mayTake(state, start, hold) ? await take(tx, state, hold) : (hold?.owner ?? null);
  const next: Hold = { owner, clears };
  const standing = standingOf(await readState(tx), next);
  if (standing === 'working') {
    for (const table of mirrored.values()) {
      await noteDeclaration(tx, table, start.declarations.get(table.name) as string);
    }
  }
  return { standing, hold: next };
}

/** A locked mirror could only keep others from the work. */
function mayTake(
  state: BookkeepingState,
  { vaultId, silentSince }: TakeOver,
  hold: Hold | null,
): boolean {
  if (vaultId === null) return false;
  const isSilent = silentSince === null || silentSince === state.beat;
  return isSilent || !state.isHeld || state.owner === hold?.owner;
}

function assertSameVault(noted: string | null, given: string | null): void {
  if (noted === null || given === null || noted === given) return;
  throw new RowsealError(
    'VAULT_MISMATCH',
    'The rows of this database belong to another vault: open that one, or log out first.',
  );
}

async function watchTable(tx: LockContext, table: MirroredTable): Promise<void> {
  if (!(await createTriggers(tx, table))) return;
  if ((await notedDeclaration(tx, table)) !== null) {
    await mendQueue(tx, table);
    await showAll(tx, table);
  }
  await queueUnknown(tx, table);
}

/** Left to the mirror that works: of two versions of an app it is the one that shows the rows. */
async function noteDeclaration(
  tx: LockContext,
  table: MirroredTable,
  declaration: string,
): Promise<void> {
  const noted = await notedDeclaration(tx, table);
  if (noted !== null && noted !== declaration) await showAll(tx, table);
  await tx.execute('INSERT OR REPLACE INTO rowseal_tables (tbl, declaration) VALUES (?, ?)', [
    table.name,
    declaration,
  ]);
}

async function notedDeclaration(tx: LockContext, { name }: MirroredTable): Promise<string | null> {
  const noted = await tx.getOptional<{ declaration: string }>(
    'SELECT declaration FROM rowseal_tables WHERE tbl = ?',
    [name],
  );
  return noted?.declaration ?? null;
}

/**
 * A table that left the schema and came back has lost its plaintext and its triggers: rows are
 * missing that nobody deleted. What the app had deleted before has an entry that says so.
 */
async function mendQueue(tx: LockContext, { name, plain }: MirroredTable): Promise<void> {
  await tx.execute(
    `DELETE FROM rowseal_queue WHERE dir = 'out' AND tbl = ${literal(name)}
    AND NOT EXISTS (SELECT 1 FROM ${plain.table} AS p WHERE p.id = rowseal_queue.id)
    AND id NOT IN (
      SELECT id FROM rowseal_queue WHERE dir = 'out' AND tbl = ${literal(name)} AND gone = 1
      AND seq IN (
        SELECT max(seq) FROM rowseal_queue WHERE dir = 'out' AND tbl = ${literal(name)} GROUP BY id
      )
    )`,
  );
}

/** Every row that there is something sealed of: in place, or in its record. */
async function showAll(tx: LockContext, { name, sealed }: MirroredTable): Promise<void> {
  const tbl = literal(name);
  await tx.execute(
    `INSERT INTO rowseal_queue (dir, tbl, id, at)
    SELECT 'show', ${tbl}, id, ${NOW_MS}
    FROM (SELECT id FROM ${sealed.table} UNION SELECT id FROM rowseal_rows WHERE tbl = ${tbl}) AS row
    WHERE NOT EXISTS (
      SELECT 1 FROM rowseal_queue AS q WHERE q.tbl = ${tbl} AND q.id = row.id AND q.dir = 'show'
    )`,
  );
}

/** What was written while there were no triggers. */
async function queueUnknown(tx: LockContext, { name, plain, sealed }: MirroredTable) {
  const tbl = literal(name);
  for (const [dir, side] of [
    ['out', plain],
    ['in', sealed],
  ] as const) {
    await tx.execute(
      `INSERT INTO rowseal_queue (dir, tbl, id, at)
      SELECT ${literal(dir)}, ${tbl}, row.id, ${NOW_MS} FROM ${side.table} AS row
      WHERE NOT EXISTS (SELECT 1 FROM rowseal_rows AS r WHERE r.tbl = ${tbl} AND r.id = row.id)
      AND NOT EXISTS (
        SELECT 1 FROM rowseal_queue AS q WHERE q.tbl = ${tbl} AND q.id = row.id AND q.dir = ${literal(dir)}
      )`,
    );
  }
}
