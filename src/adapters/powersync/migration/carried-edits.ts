/** Edits of the old table that were taken out of the upload queue, as they are kept. */
import type { LockContext } from '@powersync/common';
import type { EngineRow } from '../../../sync/sync-store.js';
import type { MigratedTable } from './migrated-table.js';

/** What a chain of edits of one row adds up to. */
export interface Edit {
  readonly kind: 'put' | 'patch' | 'delete';
  /** Old columns that were written, for a `patch`. */
  readonly columns: readonly string[];
  /** The old row with all of the edits. */
  readonly row: EngineRow | null;
}

/** By id. */
export async function readEdits(
  tx: Pick<LockContext, 'getAll'>,
  { from }: MigratedTable,
): Promise<Map<string, Edit>> {
  const rows = await tx.getAll<{ id: string; kind: Edit['kind']; columns: string; row: string }>(
    'SELECT id, kind, columns, "row" FROM rowseal_migration_edits WHERE name = ? ORDER BY id',
    [from.name],
  );
  return new Map(
    rows.map(({ id, kind, columns, row }) => [
      id,
      { kind, columns: JSON.parse(columns) as string[], row: JSON.parse(row) as EngineRow | null },
    ]),
  );
}
