/** Carried edits of a switch that was not made: back in the old table, and in the upload queue. */
import type { LockContext } from '@powersync/common';
import type { EngineRow } from '../../../sync/sync-store.js';
import { quoted } from '../mirrored-table.js';
import { type Edit, readEdits } from './carried-edits.js';
import type { MigratedTable } from './migrated-table.js';

/** Writes them as the app did. */
export async function giveBackEdits(tx: LockContext, migrated: MigratedTable): Promise<void> {
  for (const [id, edit] of await readEdits(tx, migrated)) await giveBack(tx, migrated, id, edit);
  await tx.execute('DELETE FROM rowseal_migration_edits WHERE name = ?', [migrated.from.name]);
}

/**
 * PowerSync queues what an edit changes, so the row is first made one that the edit changes, below the
 * view. One that is gone elsewhere stays so, as anywhere.
 */
async function giveBack(
  tx: LockContext,
  { from }: MigratedTable,
  id: string,
  { kind, columns, row }: Edit,
): Promise<void> {
  if (row === null) {
    await tx.execute(`INSERT OR IGNORE INTO ${from.table} (id, data) VALUES (?, '{}')`, [id]);
    await tx.execute(`DELETE FROM ${from.view} WHERE id = ?`, [id]);
    return;
  }
  const names = kind === 'put' ? from.columns.map(({ name }) => name) : columns;
  if (names.length === 0) return;
  const values = names.map((name) => row[name] ?? null);
  const list = names.map(quoted);
  if (kind === 'put') {
    const places = names.map(() => '?').join(', ');
    await tx.execute(
      `INSERT OR REPLACE INTO ${from.view} (id, ${list.join(', ')}) VALUES (?, ${places})`,
      [id, ...values],
    );
    return;
  }
  await tx.execute(`UPDATE ${from.table} SET data = json_patch(data, ?) WHERE id = ?`, [
    JSON.stringify(others(row, names)),
    id,
  ]);
  const set = list.map((name) => `${name} = ?`).join(', ');
  await tx.execute(`UPDATE ${from.view} SET ${set} WHERE id = ?`, [...values, id]);
}

/** For each of these columns, another value than it is to have. */
function others(row: EngineRow, names: readonly string[]): Readonly<Record<string, string | null>> {
  return Object.fromEntries(names.map((name) => [name, (row[name] ?? null) === null ? '' : null]));
}
