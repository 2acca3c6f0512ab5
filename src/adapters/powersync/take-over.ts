/** The start of a mirror on a database: whose it is, what it lacks, and what was missed. */
import type { CommonPowerSyncDatabase, LockContext } from '@powersync/common';
import { RowsealError } from '../../errors.js';
import type { TakeOver } from '../../sync/sync-store.js';
import { emptyTables, noteTables } from './also-clear.js';
import { awaitClear, createBookkeeping, type Deletes, NOW_MS, readState } from './bookkeeping.js';
import { deleteLeftRows, deleteSecurely, shredDeleted } from './leftovers.js';
import { literal, type MirroredTable } from './mirrored-table.js';
import { renameColumns } from './renamed-columns.js';
import { createClearTrigger, createTriggers, forgetUser } from './triggers.js';

/** What a store of one database is told. */
export interface TakenTables {
  /** By name. */
  readonly mirrored: ReadonlyMap<string, MirroredTable>;
  /** Others, to be emptied when the database is cleared. */
  readonly alsoClear: readonly string[];
  readonly deletes: Deletes;
}

/**
 * The `takeOver` of a store; returns what it is known by from now on.
 *
 * `before` is what it was known by; `null` is returned when that is outdated.
 */
export async function takeOver(
  db: CommonPowerSyncDatabase,
  tables: TakenTables,
  start: TakeOver,
  before: number | null,
): Promise<number | null> {
  await deleteSecurely(db);
  for (let shredded: number | null = null; ; ) {
    const { owner, isDone } = await db.writeTransaction((tx) =>
      begin(tx, tables, start, { before, shredded }),
    );
    if (isDone) return owner;
    // Only when the bytes are gone is the clear forgotten: killed here, the next start does it again.
    await shredDeleted(db);
    shredded = owner;
  }
}

interface Owners {
  /** As which this store took the database over before. */
  readonly before: number | null;
  /** For whom the bytes of a clear were shredded; every clear makes another. */
  readonly shredded: number | null;
}

/** Takes over, or deletes what was left by a clear: then its bytes are to be shredded. */
async function begin(
  tx: LockContext,
  { mirrored, alsoClear, deletes }: TakenTables,
  { vaultId, declarations }: TakeOver,
  { before, shredded }: Owners,
): Promise<{ readonly owner: number | null; readonly isDone: boolean }> {
  await createBookkeeping(tx);
  const { owner, vault, cleared, inUse } = await readState(tx);
  if (before !== null && shredded === null && owner !== before) {
    return { owner: null, isDone: true };
  }
  const isLeft = cleared || (vault !== null && !inUse);
  if (isLeft && owner !== shredded) {
    if (!cleared) await forgetUser(tx);
    await deleteLeftRows(tx, mirrored.values());
    await emptyTables(tx);
    return { owner: (await readState(tx)).owner, isDone: false };
  }
  assertSameVault(vault, vaultId);
  for (const table of mirrored.values()) {
    await watchTable(tx, table, declarations.get(table.name) as string);
  }
  await createClearTrigger(tx);
  await noteTables(tx, alsoClear);
  await awaitClear(tx);
  // Who has it already keeps its number, so that a commit of which it never heard costs it nothing.
  const taken = owner === before ? owner : owner + 1;
  await tx.execute(
    'UPDATE rowseal_state SET owner = ?, writing = 0, vault = coalesce(?, vault), deletes = ?',
    [taken, vaultId, deletes],
  );
  return { owner: taken, isDone: true };
}

function assertSameVault(noted: string | null, given: string | null): void {
  if (noted === null || given === null || noted === given) return;
  throw new RowsealError(
    'VAULT_MISMATCH',
    'The rows of this database belong to another vault: open that one, or log out first.',
  );
}

async function watchTable(tx: LockContext, table: MirroredTable, declaration: string) {
  await renameColumns(tx, table);
  const name = literal(table.name);
  const known = await tx.getOptional<{ declaration: string }>(
    `SELECT declaration FROM rowseal_tables WHERE tbl = ${name}`,
  );
  const wasUnwatched = await createTriggers(tx, table);
  if (wasUnwatched && known) await mendQueue(tx, table);
  if (known && (wasUnwatched || known.declaration !== declaration)) await showAll(tx, table);
  if (wasUnwatched) await queueUnknown(tx, table);
  await tx.execute(`INSERT OR REPLACE INTO rowseal_tables (tbl, declaration) VALUES (${name}, ?)`, [
    declaration,
  ]);
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
