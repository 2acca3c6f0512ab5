/** Whether the server has all copies. */
import type { LockContext } from '@powersync/common';
import { sealedName } from '../../../sync/sealed-name.js';
import { literal } from '../mirrored-table.js';
import { UNSENT } from './migrated-rows.js';
import type { MigratedTable } from './migrated-table.js';

/** Nothing waits to be compared or to be sealed; of the new table, nothing waits to come back. */
export async function isAllThere(
  tx: Pick<LockContext, 'get'>,
  migrated: MigratedTable,
): Promise<boolean> {
  return (await isCompared(tx, migrated)) && !(await isUnsent(tx, sealedName(migrated.to)));
}

/** Nothing waits to be compared; the mirror has nothing to do with the new table. */
export async function isCompared(
  tx: Pick<LockContext, 'get'>,
  { from, to }: MigratedTable,
): Promise<boolean> {
  const { left } = await tx.get<{ left: number }>(
    `SELECT EXISTS (SELECT 1 FROM rowseal_migration_queue WHERE name = ${literal(from.name)})
      OR EXISTS (SELECT 1 FROM rowseal_queue WHERE tbl = ${literal(to.name)} AND held = 0) AS "left"`,
  );
  return left === 0;
}

/** Whether this device wrote rows of a synced table that the server has not sent back. */
export async function isUnsent(tx: Pick<LockContext, 'get'>, name: string): Promise<boolean> {
  const { unsent } = await tx.get<{ unsent: number }>(
    `SELECT EXISTS (SELECT 1 FROM (${UNSENT}) AS u WHERE u.type = ?) AS unsent`,
    [name],
  );
  return unsent === 1;
}
