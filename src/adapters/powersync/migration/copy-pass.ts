/** One look at all rows that are to be compared, a few at a time. */
import type { Transaction } from '@powersync/common';
import type { Vault } from '../../../keys/vault.js';
import type { EngineRow } from '../../../sync/sync-store.js';
import { readLastSeq } from '../bookkeeping.js';
import { executeOver } from '../json-chunks.js';
import { literal } from '../mirrored-table.js';
import { type CopyPlan, type JudgeContext, type Judgement, planCopy } from './judge-row.js';
import { readMarks } from './marks.js';
import { COPY_TIME_DIVISOR, type MigratedRow, readRows } from './migrated-rows.js';
import type { MigratedTable } from './migrated-table.js';
import type { MigrationContext } from './migration-context.js';
import { noteRows } from './row-results.js';

/** Rows per transaction: the mirror seals and uploads what one transaction wrote as one. */
const BATCH = 200;

interface Planned {
  readonly row: MigratedRow;
  readonly plan: CopyPlan;
}

/** Copies what can be copied; resolves to how many rows wait. Throws `LOCKED`. */
export async function copyPass(context: MigrationContext, vault: Vault): Promise<number> {
  let waiting = 0;
  for (let after = ''; ; ) {
    const ids = await queuedAfter(context, after);
    const last = ids.at(-1);
    if (last === undefined) return waiting;
    after = last;
    waiting += await copyRows(context, vault, ids);
  }
}

async function queuedAfter({ db, migrated }: MigrationContext, after: string): Promise<string[]> {
  const rows = await db.getAll<{ id: string }>(
    'SELECT id FROM rowseal_migration_queue WHERE name = ? AND id > ? ORDER BY id LIMIT ?',
    [migrated.from.name, after, BATCH],
  );
  return rows.map(({ id }) => id);
}

/** Rows are opened outside the write lock; one that has changed meanwhile is left for the next pass. */
async function copyRows(
  { db, migrated, map, attempts }: MigrationContext,
  vault: Vault,
  ids: readonly string[],
): Promise<number> {
  const { rows, marks } = await db.readTransaction(async (tx) => ({
    rows: await readRows(tx, migrated, ids),
    marks: await readMarks(tx, migrated),
  }));
  const judge: JudgeContext = { vault, table: migrated.declared, map, marks };
  const planned = rows.map((row): Planned => {
    const plan = planCopy(judge, row);
    return { row, plan: plan.kind === 'write' && attempts.areOver(row) ? { kind: 'done' } : plan };
  });
  const settled = planned.filter(({ plan }) => plan.kind !== 'wait');
  if (settled.length === 0) return planned.length;
  const done = await db.writeTransaction(async (tx) => {
    const same = await unchanged(tx, migrated, settled);
    await writePlans(tx, migrated, same);
    return same;
  });
  for (const { row, plan } of done) if (plan.kind === 'write') attempts.note(row);
  return planned.length - done.length;
}

async function unchanged(
  tx: Transaction,
  migrated: MigratedTable,
  planned: readonly Planned[],
): Promise<readonly Planned[]> {
  const now = await readRows(
    tx,
    migrated,
    planned.map(({ row }) => row.id),
  );
  return planned.filter(({ row }, at) => JSON.stringify(row) === JSON.stringify(now[at]));
}

async function writePlans(
  tx: Transaction,
  migrated: MigratedTable,
  planned: readonly Planned[],
): Promise<void> {
  const writes = planned.flatMap(({ row, plan }) =>
    plan.kind === 'write' ? [{ id: row.id, plain: plan.plain }] : [],
  );
  if (writes.length > 0) await writeCopies(tx, migrated, writes);
  const name = literal(migrated.from.name);
  const ids = planned.map(({ row }) => row.id);
  const ofThese = `WHERE name = ${name} AND id IN (SELECT value FROM json_each(?))`;
  await executeOver(tx, `DELETE FROM rowseal_migration_queue ${ofThese}`, ids);
  await executeOver(tx, `DELETE FROM rowseal_migration_rows ${ofThese} AND result = 'unfit'`, ids);
  const unfit = planned.flatMap(({ row, plan }): [string, Judgement][] =>
    plan.kind === 'done' && plan.unfit ? [[row.id, plan.unfit]] : [],
  );
  await noteRows(tx, migrated.from.name, unfit);
}

interface Copy {
  readonly id: string;
  readonly plain: EngineRow | null;
}

/** The mirror's triggers queue them like any write; what they noted as its time is set back. */
async function writeCopies(
  tx: Transaction,
  { from, to }: MigratedTable,
  copies: readonly Copy[],
): Promise<void> {
  const name = literal(from.name);
  await tx.execute(`UPDATE rowseal_migration SET copying = 1 WHERE name = ${name}`);
  const before = await readLastSeq(tx);
  await executeOver(
    tx,
    `DELETE FROM ${to.plain.table} WHERE id IN (SELECT value FROM json_each(?))`,
    copies.flatMap(({ id, plain }) => (plain ? [] : [id])),
  );
  await executeOver(
    tx,
    `INSERT INTO ${to.plain.table} (id, data)
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?) WHERE true
    ON CONFLICT (id) DO UPDATE SET data = excluded.data`,
    copies.flatMap(({ id, plain }) =>
      plain
        ? [
            [
              id,
              Object.fromEntries(
                to.plain.columns.map((each) => [each.name, plain[each.name] ?? null]),
              ),
            ],
          ]
        : [],
    ),
  );
  await tx.execute(
    `UPDATE rowseal_queue SET at = at / ${COPY_TIME_DIVISOR}
    WHERE seq > ? AND tbl = ${literal(to.name)} AND dir = 'out'`,
    [before],
  );
  await tx.execute(`UPDATE rowseal_migration SET copying = 0 WHERE name = ${name}`);
}
