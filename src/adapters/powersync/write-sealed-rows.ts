/** Sealed rows on their way to the server. */
import type { Transaction } from '@powersync/common';
import type { EngineRow } from '../../sync/sync-store.js';
import { executeOver } from './json-chunks.js';
import { literal, type MirroredTable, quoted } from './mirrored-table.js';

/** A sealed row to be sent; `null` sends a delete, `undefined` nothing. */
export interface SealedWrite {
  readonly table: string;
  readonly id: string;
  readonly sealed?: EngineRow | null;
}

/** More than these would hold the lock for longer than one statement over all of them. */
const MOST_RUNS = 3;

/**
 * Writes through the views, which queue each row for upload, in the order given: what the app
 * wrote in one transaction reaches the server in its order.
 */
export async function writeSealedRows(
  tx: Transaction,
  tables: ReadonlyMap<string, MirroredTable>,
  writes: readonly SealedWrite[],
): Promise<void> {
  const runs = runsOf(writes);
  if (runs.length > MOST_RUNS) return writeByTurns(tx, tables, runs);
  for (const { table, rows } of runs) {
    const mirrored = tables.get(table) as MirroredTable;
    const isPut = rows[0]?.sealed !== null;
    await (isPut ? put(tx, mirrored, rows) : remove(tx, mirrored, rows));
  }
}

interface Run {
  readonly table: string;
  readonly rows: SealedWrite[];
}

/** Neighbours of one table and one kind: they share statements. */
function runsOf(writes: readonly SealedWrite[]): readonly Run[] {
  const runs: (Run & { readonly isPut: boolean })[] = [];
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

const TURNS = 'rowseal_turns';

/**
 * Tables by turns: one statement into a view that is there for the moment, whose trigger hands each
 * row on to the view of its table.
 */
async function writeByTurns(
  tx: Transaction,
  tables: ReadonlyMap<string, MirroredTable>,
  runs: readonly Run[],
): Promise<void> {
  const names = new Set(runs.map(({ table }) => table));
  const targets = [...names].map((name) => tables.get(name) as MirroredTable);
  await tx.execute(`CREATE TEMP VIEW ${TURNS} AS SELECT NULL AS tbl, NULL AS id, NULL AS "row"`);
  await tx.execute(
    `CREATE TEMP TRIGGER ${TURNS}_insert INSTEAD OF INSERT ON ${TURNS} BEGIN
      ${targets.map(handOn).join('\n')}
    END`,
  );
  const rows = runs.flatMap((run) => run.rows);
  await executeOver(
    tx,
    `INSERT INTO ${TURNS} SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),
      json_extract(value, '$[2]') FROM json_each(?)`,
    rows.map(({ table, id, sealed: row }) => {
      const { columns } = (tables.get(table) as MirroredTable).sealed;
      return [table, id, row ? columns.map(({ name }) => row[name] ?? null) : null];
    }),
  );
  await tx.execute(`DROP VIEW ${TURNS}`);
}

function handOn({ name, sealed: { view, columns } }: MirroredTable): string {
  const values = columns.map((_, at) => `json_extract(NEW."row", '$[${at}]')`);
  return `INSERT OR REPLACE INTO ${view} (id, ${columns.map((each) => quoted(each.name)).join(', ')})
        SELECT NEW.id, ${values.join(', ')} WHERE NEW.tbl = ${literal(name)} AND NEW."row" IS NOT NULL;
      DELETE FROM ${view} WHERE id = NEW.id AND NEW.tbl = ${literal(name)} AND NEW."row" IS NULL;`;
}
