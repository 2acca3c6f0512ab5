/** What the devices of a user have told each other, as this one has it. */
import type { LockContext } from '@powersync/common';
import { sealedName } from '../../../sync/sealed-name.js';
import { literal } from '../mirrored-table.js';
import { UNSENT } from './migrated-rows.js';
import type { MigratedTable } from './migrated-table.js';
import { marksOf } from './migrations.js';

export interface Marks {
  /** Whether all that arrived of them is open. */
  readonly areKnown: boolean;
  /** Whether a device of the user reads and writes the new table. */
  readonly isSwitched: boolean;
  /** Whether nothing is copied any more. */
  readonly isEnded: boolean;
}

export async function readMarks(
  tx: Pick<LockContext, 'get'>,
  { from, marks }: MigratedTable,
): Promise<Marks> {
  const names = marksOf(from.name);
  const [switched, ended] = [literal(names.switched), literal(names.ended)];
  const row = await tx.get<Record<'isUnopened' | 'isSwitched' | 'isEnded', number>>(
    `SELECT EXISTS (
        SELECT 1 FROM ${marks.sealed.table} AS s WHERE s.id IN (${switched}, ${ended})
        AND NOT EXISTS (SELECT 1 FROM rowseal_migration_marks AS m WHERE m.id = s.id)
      ) AS isUnopened,
      EXISTS (SELECT 1 FROM rowseal_migration_marks WHERE id = ${switched}) AS isSwitched,
      EXISTS (SELECT 1 FROM rowseal_migration_marks WHERE id = ${ended}) AS isEnded`,
  );
  return {
    areKnown: row.isUnopened === 0,
    isSwitched: row.isSwitched === 1,
    isEnded: row.isEnded === 1,
  };
}

/** Adds a mark, or writes it anew: then it is sealed and sent once more. */
export async function setMark(
  tx: Pick<LockContext, 'execute'>,
  { marks }: MigratedTable,
  id: string,
): Promise<void> {
  await tx.execute(`INSERT OR REPLACE INTO ${marks.plain.view} (id, mark) VALUES (?, uuid())`, [
    id,
  ]);
}

/** Whether the server has sent it back, and with it all that it had before. */
export async function isMarkConfirmed(
  tx: Pick<LockContext, 'get'>,
  { marks }: MigratedTable,
  id: string,
): Promise<boolean> {
  const { isUnsent } = await tx.get<{ isUnsent: number }>(
    `SELECT EXISTS (SELECT 1 FROM rowseal_queue WHERE tbl = ${literal(marks.name)} AND id = ${literal(id)})
      OR EXISTS (SELECT 1 FROM (${UNSENT}) AS u WHERE u.type = ${literal(sealedName(marks))} AND u.id = ${literal(id)})
      OR NOT EXISTS (SELECT 1 FROM ${marks.sealed.table} WHERE id = ${literal(id)}) AS isUnsent`,
  );
  return isUnsent === 0;
}
