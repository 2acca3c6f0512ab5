/** All that one snapshot says about rows that are to be moved. */
import type { LockContext } from '@powersync/common';
import { sealedName } from '../../../sync/sealed-name.js';
import type { EngineRow } from '../../../sync/sync-store.js';
import { literal, projectedRow, projection, servedProjection } from '../mirrored-table.js';
import type { MigratedTable } from './migrated-table.js';

/**
 * Copies are stamped with a 64th of the time: later for a later copy, and earlier than anything that
 * a person writes, until the year 2109.
 */
export const COPY_TIME_DIVISOR = 64;
/** Milliseconds since 1970: what is stamped from here on was written by somebody. */
export const COPY_TIME_LIMIT = 2 ** 36;

export interface MigratedRow {
  readonly id: string;
  /** The row of the old table. */
  readonly old: EngineRow | null;
  /** The plaintext row of the new table. */
  readonly plain: EngineRow | null;
  /** Its sealed row. */
  readonly sealed: EngineRow | null;
  /** The sealed row that holds all this device knows, where that is not the one in place. */
  readonly known: EngineRow | null;
  /** Whether the server has this old row just as it is here. */
  readonly isOldConfirmed: boolean;
  /** Whether the server has this sealed row just as it is here. */
  readonly isSealedConfirmed: boolean;
  /** Whether the mirror has work with it, or keeps an edit of the user's that it can't seal. */
  readonly isBusy: boolean;
  /** Why the mirror has it not in step. */
  readonly trouble: string | null;
  readonly code: string | null;
  readonly detail: string | null;
}

interface StoredRow {
  readonly id: string;
  readonly old: string | null;
  readonly plain: string | null;
  readonly sealed: string | null;
  readonly known: string | null;
  readonly isOldUnsent: number;
  readonly isSealedUnsent: number;
  readonly isBusy: number;
  readonly trouble: string | null;
  readonly code: string | null;
  readonly detail: string | null;
}

/**
 * What this device wrote and the server has not sent back: PowerSync notes a row until a checkpoint
 * has it as the server does.
 */
export const UNSENT = `SELECT data ->> '$.type' AS type, data ->> '$.id' AS id FROM ps_crud
  UNION SELECT row_type, row_id FROM ps_updated_rows`;

/** In the order of `ids`. */
export async function readRows(
  tx: Pick<LockContext, 'getAll'>,
  { from, to }: MigratedTable,
  ids: readonly string[],
): Promise<readonly MigratedRow[]> {
  const rows = await tx.getAll<StoredRow>(
    `WITH unsent (type, id) AS MATERIALIZED (${UNSENT})
    SELECT w.value AS id,
      ${projection(from.columns, 'o.data')} AS old,
      ${projection(to.plain.columns, 'p.data')} AS plain,
      ${servedProjection(to.sealed.columns, 's.data')} AS sealed,
      r.note ->> '$.known' AS known,
      EXISTS (SELECT 1 FROM unsent WHERE type = ${literal(from.name)} AND id = w.value) AS isOldUnsent,
      EXISTS (SELECT 1 FROM unsent WHERE type = ${literal(sealedName(to))} AND id = w.value) AS isSealedUnsent,
      EXISTS (
        SELECT 1 FROM rowseal_queue AS q WHERE q.tbl = ${literal(to.name)} AND q.id = w.value
        AND (q.held = 0 OR (q.dir = 'out' AND q.at >= ${COPY_TIME_LIMIT}))
      ) AS isBusy,
      r.trouble, r.code, r.detail
    FROM json_each(?) AS w
    LEFT JOIN ${from.table} AS o ON o.id = w.value
    LEFT JOIN ${to.plain.table} AS p ON p.id = w.value
    LEFT JOIN ${to.sealed.table} AS s ON s.id = w.value
    LEFT JOIN rowseal_rows AS r ON r.tbl = ${literal(to.name)} AND r.id = w.value
    ORDER BY w.key`,
    [JSON.stringify(ids)],
  );
  return rows.map(({ isOldUnsent, isSealedUnsent, isBusy, known, ...row }) => ({
    ...row,
    old: projectedRow(from.columns, row.old),
    plain: projectedRow(to.plain.columns, row.plain),
    sealed: projectedRow(to.sealed.columns, row.sealed),
    known: known === null ? null : (JSON.parse(known) as EngineRow),
    isOldConfirmed: isOldUnsent === 0,
    isSealedConfirmed: isSealedUnsent === 0,
    isBusy: isBusy === 1,
  }));
}
