/**
 * Edits of the old table that never reached the server, on their way into the new one.
 *
 * They leave the upload queue first, into a table of our own: while there are any, PowerSync applies
 * nothing that arrives, and a server that refuses them would keep a device from all that is new.
 */
import type { Transaction } from '@powersync/common';
import type { EngineRow } from '../../../sync/sync-store.js';
import { executeOver } from '../json-chunks.js';
import { literal, projectedRow, projection } from '../mirrored-table.js';
import { type Edit, readEdits } from './carried-edits.js';
import { columnsMadeOf, mappedRow, Unfit } from './column-map.js';
import { type Judgement, unfitRow } from './judge-row.js';
import type { MigratedTable } from './migrated-table.js';
import type { MigrationContext } from './migration-context.js';

interface QueuedEdit {
  readonly id: string;
  readonly op: 'PUT' | 'PATCH' | 'DELETE';
  /** Names as a JSON array. */
  readonly columns: string;
  /** The old row as it is now. */
  readonly row: string | null;
}

/** Takes them out of the upload queue; resolves to how many rows they are of. */
export async function carryEdits(tx: Transaction, migrated: MigratedTable): Promise<number> {
  const { from } = migrated;
  const name = literal(from.name);
  const queued = await tx.getAll<QueuedEdit>(
    `SELECT c.data ->> '$.id' AS id, c.data ->> '$.op' AS op,
      (SELECT json_group_array(key) FROM json_each(c.data, '$.data')) AS columns,
      ${projection(from.columns, 'o.data')} AS "row"
    FROM ps_crud AS c LEFT JOIN ${from.table} AS o ON o.id = c.data ->> '$.id'
    WHERE c.data ->> '$.type' = ${name} ORDER BY c.id`,
  );
  const edits = await readEdits(tx, migrated);
  for (const each of queued) {
    const row = projectedRow(from.columns, each.row);
    edits.set(each.id, added(edits.get(each.id), each, row));
  }
  await executeOver(
    tx,
    `INSERT OR REPLACE INTO rowseal_migration_edits (name, id, kind, columns, "row")
    SELECT ${name}, ${[0, 1, 2, 3].map((at) => `json_extract(value, '$[${at}]')`).join(', ')}
    FROM json_each(?)`,
    [...edits].map(([id, { kind, columns, row }]) => [
      id,
      kind,
      JSON.stringify(columns),
      JSON.stringify(row),
    ]),
  );
  await tx.execute(`DELETE FROM ps_crud WHERE data ->> '$.type' = ${name}`);
  return queued.length;
}

/**
 * An edit behind those that were carried before: sync may have set the row back meanwhile, so what
 * these wrote is taken from them.
 */
function added(before: Edit | undefined, { op, columns }: QueuedEdit, row: EngineRow | null): Edit {
  if (op === 'DELETE') return { kind: 'delete', columns: [], row: null };
  if (op === 'PUT' || before?.kind === 'delete') return { kind: 'put', columns: [], row };
  const written = JSON.parse(columns) as string[];
  if (!before) return { kind: 'patch', columns: written, row };
  const values = written.map((name) => [name, row?.[name] ?? null]);
  return {
    kind: before.kind,
    columns: [...new Set([...before.columns, ...written])],
    row: { ...before.row, ...Object.fromEntries(values) },
  };
}

export interface AppliedEdits {
  /** Ids of rows that are as edited now. */
  readonly applied: readonly string[];
  /** Ids of those that do not fit. */
  readonly unfit: readonly string[];
}

/** Makes them edits of the new table, like any of the app's; those that do not fit stay. */
export async function applyEdits(
  tx: Transaction,
  context: MigrationContext,
): Promise<AppliedEdits> {
  const { name } = context.migrated.from;
  const applied: string[] = [];
  const unfit: string[] = [];
  for (const [id, edit] of await readEdits(tx, context.migrated)) {
    const fits = await applyEdit(tx, context, id, edit);
    (fits ? applied : unfit).push(id);
    if (fits) {
      await tx.execute('DELETE FROM rowseal_migration_edits WHERE name = ? AND id = ?', [name, id]);
    }
  }
  return { applied, unfit };
}

/** Those that do not fit, with what stops them. */
export async function unfitEdits(
  tx: Transaction,
  { migrated, map }: MigrationContext,
): Promise<readonly (readonly [id: string, judgement: Judgement])[]> {
  return [...(await readEdits(tx, migrated))].flatMap(([id, { row }]) => {
    const values = row && mappedRow(migrated.declared, map, id, row);
    return values instanceof Unfit ? [[id, unfitRow(values)] as const] : [];
  });
}

/** Says whether it fits. A row that was deleted elsewhere meanwhile stays deleted, as anywhere. */
async function applyEdit(
  tx: Transaction,
  { migrated, map }: MigrationContext,
  id: string,
  { kind, columns, row }: Edit,
): Promise<boolean> {
  const { to, declared } = migrated;
  if (row === null) {
    await tx.execute(`DELETE FROM ${to.plain.table} WHERE id = ?`, [id]);
    return true;
  }
  const values = mappedRow(declared, map, id, row);
  if (values instanceof Unfit) return false;
  const found = await tx.getOptional<{ row: string }>(
    `SELECT ${projection(to.plain.columns, 'data')} AS "row" FROM ${to.plain.table} WHERE id = ?`,
    [id],
  );
  const isPatch = kind === 'patch' && (found !== null || !(await isUnfit(tx, migrated, id)));
  if (!found && isPatch) return true;
  const before = projectedRow(to.plain.columns, found?.row ?? null);
  const written = isPatch ? columnsMadeOf(declared, map, id, row, columns) : Object.keys(values);
  const after = to.plain.columns.map(({ name }) => [
    name,
    (written.includes(name) ? values[name] : before?.[name]) ?? null,
  ]);
  await tx.execute(
    `INSERT INTO ${to.plain.table} (id, data) VALUES (?, ?)
    ON CONFLICT (id) DO UPDATE SET data = excluded.data`,
    [id, JSON.stringify(Object.fromEntries(after))],
  );
  return true;
}

/** Whether it is not in the new table since it could not be copied without the edit. */
async function isUnfit(tx: Transaction, { from }: MigratedTable, id: string): Promise<boolean> {
  const found = await tx.getOptional(
    "SELECT 1 FROM rowseal_migration_rows WHERE name = ? AND id = ? AND result = 'unfit'",
    [from.name, id],
  );
  return found !== null;
}
