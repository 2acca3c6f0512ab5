/**
 * Columns that an update of the app renamed: what was written before it has them under the former
 * name, and would be read as if they had been unset.
 */
import type { LockContext } from '@powersync/common';
import { literal, type MirroredTable } from './mirrored-table.js';

/** Names by the ids that columns have in payloads; kept by a clear, since it says nothing of rows. */
const NAMES = `CREATE TABLE IF NOT EXISTS rowseal_columns (
  tbl TEXT NOT NULL,
  id INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (tbl, id)
) WITHOUT ROWID`;

interface Renaming {
  /** Former and present name of each column that there was. */
  readonly names: readonly (readonly [former: string, now: string])[];
  /** Those of which the name is another one. */
  readonly changed: readonly (readonly [former: string, now: string])[];
  /** SQL for whether a row, as JSON text, was written before the update. */
  isFormer(json: string): string;
}

/** Gives what waits to be sealed, and what is shown, the columns' present names, and notes them. */
export async function renameColumns(tx: LockContext, table: MirroredTable): Promise<void> {
  const tbl = literal(table.name);
  await tx.execute(NAMES);
  const noted = await tx.getAll<{ id: number; name: string }>(
    `SELECT id, name FROM rowseal_columns WHERE tbl = ${tbl}`,
  );
  const names = new Map(noted.map(({ id, name }) => [id, name]));
  const now = new Map(table.columnIds.map(([name, id]) => [id, name]));
  if (isEqual(names, now)) return;
  const renaming = renamingOf(table, names);
  if (renaming) await rename(tx, table, renaming);
  await tx.execute(`DELETE FROM rowseal_columns WHERE tbl = ${tbl}`);
  await tx.execute(
    `INSERT INTO rowseal_columns (tbl, id, name)
    SELECT ${tbl}, json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)`,
    [JSON.stringify([...now])],
  );
}

function isEqual(a: ReadonlyMap<number, string>, b: ReadonlyMap<number, string>): boolean {
  return a.size === b.size && [...a].every(([id, name]) => b.get(id) === name);
}

async function rename(tx: LockContext, table: MirroredTable, renaming: Renaming): Promise<void> {
  await tx.execute('UPDATE rowseal_state SET writing = 1');
  await fillRowsWrittenSince(tx, table, renaming);
  const { names, isFormer } = renaming;
  const pairs = JSON.stringify(names);
  const queued = `dir = 'out' AND tbl = ${literal(table.name)}`;
  for (const [from, json, where] of [
    [table.plain.table, 'data', 'true'],
    ['rowseal_queue', 'base', queued],
  ] as const) {
    await tx.execute(
      `UPDATE ${from} SET ${json} = (
        SELECT json_group_object(json_extract(n.value, '$[1]'), json(json_quote(e.atom)))
        FROM json_each(${from}.${json}) AS e
        CROSS JOIN json_each(?) AS n ON json_extract(n.value, '$[0]') = e.key
      ) WHERE ${where} AND ${isFormer(json)}`,
      [pairs],
    );
  }
  await tx.execute('UPDATE rowseal_state SET writing = 0');
}

function renamingOf(
  { columnIds }: MirroredTable,
  before: ReadonlyMap<number, string>,
): Renaming | null {
  const names = columnIds.flatMap(([name, id]) => {
    const former = before.get(id);
    return former === undefined ? [] : [[former, name] as const];
  });
  const changed = names.filter(([former, now]) => former !== now);
  const present = new Set(columnIds.map(([name]) => name));
  const gone = [...before.values()].filter((name) => !present.has(name));
  // Where the names are the same in another order, nothing tells what was written when.
  if (changed.length === 0 || gone.length === 0) return null;
  const has = (json: string) =>
    gone.map((name) => `json_type(${json}, ${pathOf(name)}) IS NOT NULL`);
  return { names, changed, isFormer: (json) => `(${has(json).join(' OR ')})` };
}

/**
 * The app may write before the mirror starts, while the view shows what stands under the present
 * name, which is nothing or another column's: a row that still says so says nothing of the column.
 */
async function fillRowsWrittenSince(
  tx: LockContext,
  { name, plain }: MirroredTable,
  { changed, isFormer }: Renaming,
): Promise<void> {
  for (const [former, now] of changed) {
    const last = `SELECT q.base FROM rowseal_queue AS q
      WHERE q.dir = 'out' AND q.tbl = ${literal(name)} AND q.id = p.id AND ${isFormer('q.base')}
      ORDER BY q.seq DESC LIMIT 1`;
    const at = (json: string, column: string) => `json_extract(${json}, ${pathOf(column)})`;
    await tx.execute(
      `UPDATE ${plain.table} AS p
      SET data = json_set(p.data, ${pathOf(now)}, ${at(`(${last})`, former)})
      WHERE NOT ${isFormer('p.data')} AND (${last}) IS NOT NULL
        AND ${at('p.data', now)} IS ${at(`(${last})`, now)}`,
    );
  }
}

function pathOf(column: string): string {
  return literal(`$."${column}"`);
}
