/**
 * Columns that an update of the app renamed or added: what was written before it has the former
 * names, or nothing, and would be read as if the app had unset them.
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

/** How a column is found in a row from before the update. */
interface ReadColumn {
  readonly name: string;
  /** JSON path of what stands for it there; `null` for a column that did not exist. */
  readonly path: string | null;
  /** What it says where nothing stands for it, as JSON. */
  readonly fallback: string;
}

interface Update {
  readonly columns: readonly ReadColumn[];
  /** SQL for whether a row, as JSON text, was written before the update. */
  isFormer(json: string): string;
}

/**
 * Whether the views are those of this version of the app: whichever opens the database last makes
 * them, and what it writes has columns that another version would lose.
 */
export async function areShown(tx: LockContext, tables: Iterable<MirroredTable>): Promise<boolean> {
  for (const { plain } of tables) {
    const shown = await tx.getAll<{ name: string }>('SELECT name FROM pragma_table_info(?)', [
      plain.name,
    ]);
    if (namesOf(shown) !== namesOf([{ name: 'id' }, ...plain.columns])) return false;
  }
  return true;
}

/**
 * Takes what waits to be sealed, and what is shown, to the present columns, and notes these; tells
 * whether they were others before.
 */
export async function updateColumns(tx: LockContext, table: MirroredTable): Promise<boolean> {
  const tbl = literal(table.name);
  await tx.execute(NAMES);
  const noted = await tx.getAll<{ id: number; name: string }>(
    `SELECT id, name FROM rowseal_columns WHERE tbl = ${tbl}`,
  );
  const before = new Map(noted.map(({ id, name }) => [id, name]));
  const now = new Map(table.declared.map(({ id, name }) => [id, name]));
  if (isEqual(before, now)) return false;
  const update = before.size > 0 && updateFrom(table, before);
  if (update) await updateRows(tx, table, update);
  await tx.execute(`DELETE FROM rowseal_columns WHERE tbl = ${tbl}`);
  await tx.execute(
    `INSERT INTO rowseal_columns (tbl, id, name)
    SELECT ${tbl}, json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)`,
    [JSON.stringify([...now])],
  );
  return before.size > 0;
}

function namesOf(columns: readonly { readonly name: string }[]): string {
  return columns
    .map(({ name }) => name)
    .sort()
    .join(' ');
}

function isEqual(a: ReadonlyMap<number, string>, b: ReadonlyMap<number, string>): boolean {
  return a.size === b.size && [...a].every(([id, name]) => b.get(id) === name);
}

/** `null` where no name came or went: nothing tells then what was written when. */
function updateFrom(
  { declared }: MirroredTable,
  before: ReadonlyMap<number, string>,
): Update | null {
  const columns = declared.map(({ name, id, fallback }) => {
    const former = before.get(id);
    return {
      name,
      path: former === undefined ? null : pathOf(former),
      fallback: JSON.stringify(fallback),
    };
  });
  const names = new Set(declared.map(({ name }) => name));
  const formerNames = new Set(before.values());
  const isThere = (name: string) => (json: string) =>
    `json_type(${json}, ${literal(pathOf(name))}) IS NOT NULL`;
  const marks = [
    ...[...formerNames].filter((name) => !names.has(name)).map(isThere),
    ...[...names]
      .filter((name) => !formerNames.has(name))
      .map((name) => (json: string) => `NOT ${isThere(name)(json)}`),
  ];
  if (marks.length === 0) return null;
  return { columns, isFormer: (json) => `(${marks.map((mark) => mark(json)).join(' OR ')})` };
}

/** A table may be large: where no value would be shown otherwise, only rows that wait are touched. */
async function updateRows(tx: LockContext, table: MirroredTable, update: Update): Promise<void> {
  await tx.execute('UPDATE rowseal_state SET writing = 1');
  await fillRowsWrittenSince(tx, table, update);
  const queued = `dir = 'out' AND tbl = ${literal(table.name)}`;
  const rows = update.columns.some(showsOtherwise)
    ? 'true'
    : `id IN (SELECT id FROM rowseal_queue WHERE ${queued})`;
  await rewrite(tx, update, { from: table.plain.table, json: 'data', where: rows });
  await rewrite(tx, update, {
    from: 'rowseal_queue',
    json: 'base',
    where: `${queued} AND base IS NOT NULL`,
  });
  await tx.execute('UPDATE rowseal_state SET writing = 0');
}

/** Whether a row from before the update has another value of it than the view would give. */
function showsOtherwise({ name, path, fallback }: ReadColumn): boolean {
  return path === null ? fallback !== 'null' : path !== pathOf(name);
}

interface Place {
  readonly from: string;
  readonly json: string;
  readonly where: string;
}

/** Rows have every column from now on, so that the next update can tell which it has not seen. */
async function rewrite(tx: LockContext, update: Update, { from, json, where }: Place) {
  const row = `${from}.${json}`;
  await tx.execute(
    `UPDATE ${from} SET ${json} = (
      SELECT json_group_object(
        json_extract(c.value, '$[0]'),
        json(iif(
          json_type(${row}, json_extract(c.value, '$[1]')) IS NULL,
          json_extract(c.value, '$[2]'),
          json_quote(json_extract(${row}, json_extract(c.value, '$[1]')))
        ))
      ) FROM json_each(?) AS c
    ) WHERE ${where} AND ${update.isFormer(json)}`,
    [JSON.stringify(update.columns.map(({ name, path, fallback }) => [name, path, fallback]))],
  );
}

/**
 * The app may write before the mirror starts, while the view shows what stands under the present
 * name, which is nothing or another column's: a row that still says so says nothing of the column.
 */
async function fillRowsWrittenSince(
  tx: LockContext,
  { name: table, plain }: MirroredTable,
  { columns, isFormer }: Update,
): Promise<void> {
  const last = `(SELECT q.base FROM rowseal_queue AS q
    WHERE q.dir = 'out' AND q.tbl = ${literal(table)} AND q.id = p.id AND ${isFormer('q.base')}
    ORDER BY q.seq DESC LIMIT 1)`;
  const isWrittenSince = `NOT ${isFormer('p.data')} AND ${last} IS NOT NULL`;
  for (const { name, path, fallback } of columns.filter(showsOtherwise)) {
    const at = literal(pathOf(name));
    await tx.execute(
      `UPDATE ${plain.table} AS p SET data = json_set(p.data, ${at}, coalesce(
        json_extract(${last}, ?), json_extract(?, '$')
      )) WHERE json_extract(p.data, ${at}) IS json_extract(${last}, ${at}) AND ${isWrittenSince}`,
      [path, fallback],
    );
  }
}

function pathOf(column: string): string {
  return `$."${column}"`;
}
