/** The oldest work, read in one transaction by a few statements, however many rows there are. */
import type { Transaction } from '@powersync/common';
import { type RowName, rowKey } from '../../sync/row-name.js';
import type { Direction, EngineRow, QueueEntry, RowWork, Work } from '../../sync/sync-store.js';
import { readLastSeq } from './bookkeeping.js';
import {
  literal,
  type MirroredTable,
  projectedRow,
  projection,
  servedProjection,
} from './mirrored-table.js';
import { nextRows, type WorkRequest } from './next-rows.js';
import { NOTE_COLUMNS, type NotedRow, recordOf } from './row-notes.js';

interface StoredRow extends NotedRow {
  readonly id: string;
  readonly plain: string | null;
  readonly sealed: string | null;
  readonly isRejected: number;
}

interface StoredEntry {
  readonly id: string;
  readonly seq: number;
  readonly dir: Direction;
  readonly at: number;
  readonly plainBase: string | null;
  readonly sealedBase: string | null;
}

/** The `readWork` of a store; `tables` by name. */
export async function readWork(
  tx: Transaction,
  tables: ReadonlyMap<string, MirroredTable>,
  request: WorkRequest,
): Promise<Work> {
  const snapshot = await readLastSeq(tx);
  const { places, end } = await nextRows(tx, tables, request);
  return { upTo: end ?? snapshot, snapshot, rows: await workOf(tx, tables, places) };
}

/** All that is known of each row, in the order of `places`. */
async function workOf(
  tx: Transaction,
  tables: ReadonlyMap<string, MirroredTable>,
  places: readonly RowName[],
): Promise<readonly RowWork[]> {
  const found = new Map<string, RowWork>();
  for (const table of tables.values()) {
    const ids = places.filter((row) => row.table === table.name).map(({ id }) => id);
    if (ids.length === 0) continue;
    const entries = await entriesOf(tx, table, ids);
    for (const row of await rowsOf(tx, table, ids)) {
      const work = rowWork(table, row, entries.get(row.id) ?? []);
      found.set(rowKey(work), work);
    }
  }
  return places.map((place) => found.get(rowKey(place)) as RowWork);
}

function rowsOf(tx: Transaction, table: MirroredTable, ids: readonly string[]) {
  const { name, plain, sealed } = table;
  return tx.getAll<StoredRow>(
    `SELECT w.value AS id,
      ${projection(plain.columns, 'p.data')} AS plain,
      ${servedProjection(sealed.columns, 's.data')} AS sealed,
      ${NOTE_COLUMNS.map((column) => `r.${column}`).join(', ')},
      x.id IS NOT NULL AND coalesce(x.payload_id = r.own, 1) AS isRejected
    FROM json_each(?) AS w
    LEFT JOIN ${plain.table} AS p ON p.id = w.value
    LEFT JOIN ${sealed.table} AS s ON s.id = w.value
    LEFT JOIN rowseal_rows AS r ON r.tbl = ${literal(name)} AND r.id = w.value
    LEFT JOIN rowseal_rejected AS x ON x.tbl = ${literal(name)} AND x.id = w.value`,
    [JSON.stringify(ids)],
  );
}

/** Every entry of these rows, held or not, in rising order. */
async function entriesOf(
  tx: Transaction,
  { name, plain, sealed }: MirroredTable,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly QueueEntry[]>> {
  const stored = await tx.getAll<StoredEntry>(
    `SELECT q.id, q.seq, q.dir, q.at,
      iif(q.dir = 'out', ${projection(plain.columns, 'q.base')}, NULL) AS plainBase,
      iif(q.dir = 'in', ${servedProjection(sealed.columns, 'q.base')}, NULL) AS sealedBase
    FROM json_each(?) AS w
    CROSS JOIN rowseal_queue AS q ON q.tbl = ${literal(name)} AND q.id = w.value
    ORDER BY q.seq`,
    [JSON.stringify(ids)],
  );
  const entries = new Map<string, QueueEntry[]>();
  for (const { id, seq, dir, at, plainBase, sealedBase } of stored) {
    const base: EngineRow | null =
      dir === 'out'
        ? projectedRow(plain.columns, plainBase)
        : projectedRow(sealed.columns, sealedBase);
    const ofRow = entries.get(id) ?? [];
    ofRow.push({ seq, dir, at, base });
    entries.set(id, ofRow);
  }
  return entries;
}

function rowWork(
  { name, plain, sealed }: MirroredTable,
  row: StoredRow,
  entries: readonly QueueEntry[],
): RowWork {
  return {
    table: name,
    id: row.id,
    entries,
    plain: projectedRow(plain.columns, row.plain),
    sealed: projectedRow(sealed.columns, row.sealed),
    record: recordOf(row),
    rejected: row.isRejected === 1,
  };
}
