/** Sealed rows on their way to the server. */
import type { Transaction } from '@powersync/common';
import type { EngineRow } from '../../sync/sync-store.js';
import { executeOver } from './json-chunks.js';
import { type MirroredTable, quoted } from './mirrored-table.js';

/** A sealed row to be sent; `null` sends a delete, `undefined` nothing. */
export interface SealedWrite {
  readonly table: string;
  readonly id: string;
  readonly sealed?: EngineRow | null;
}

/**
 * Writes through the views, which queue each row for upload, in the order given: what the app
 * wrote in one transaction reaches the server in its order.
 */
export async function writeSealedRows(
  tx: Transaction,
  tables: ReadonlyMap<string, MirroredTable>,
  writes: readonly SealedWrite[],
): Promise<void> {
  for (const { table, rows } of runsOf(writes)) {
    const mirrored = tables.get(table) as MirroredTable;
    const isPut = rows[0]?.sealed !== null;
    await (isPut ? put(tx, mirrored, rows) : remove(tx, mirrored, rows));
  }
}

/** Neighbours of one table and one kind: they share statements. */
function runsOf(writes: readonly SealedWrite[]): { table: string; rows: SealedWrite[] }[] {
  const runs: { table: string; isPut: boolean; rows: SealedWrite[] }[] = [];
  for (const write of writes) {
    if (write.sealed === undefined) continue;
    const { table } = write;
    const isPut = write.sealed !== null;
    const run = runs.at(-1);
    if (run?.table === table && run.isPut === isPut) run.rows.push(write);
    else runs.push({ table, isPut, rows: [write] });
  }
  return runs;
}

/** One PUT for each row: REPLACE is the only upsert that a view knows. */
async function put(
  tx: Transaction,
  { sealed }: MirroredTable,
  rows: readonly SealedWrite[],
): Promise<void> {
  const names = sealed.columns.map(({ name }) => name);
  await executeOver(
    tx,
    `INSERT OR REPLACE INTO ${sealed.view} (id, ${names.map(quoted).join(', ')})
    SELECT json_extract(value, '$[0]'),
      ${names.map((_, at) => `json_extract(value, '$[1][${at}]')`).join(', ')}
    FROM json_each(?)`,
    rows.map(({ id, sealed: row }) => [id, names.map((name) => row?.[name] ?? null)]),
  );
}

async function remove(
  tx: Transaction,
  { sealed }: MirroredTable,
  rows: readonly SealedWrite[],
): Promise<void> {
  await executeOver(
    tx,
    `DELETE FROM ${sealed.view} WHERE id IN (SELECT value FROM json_each(?))`,
    rows.map(({ id }) => id),
  );
}
