/** Which rows are worked on next: those that were touched first, as many as a pass can bear. */
import type { Transaction } from '@powersync/common';
import { LONGEST_MERGE_DELAY_MS } from '../../sync/merge-delay.js';
import { type RowName, rowKey } from '../../sync/row-name.js';
import type { Direction } from '../../sync/sync-store.js';
import { literal, type MirroredTable } from './mirrored-table.js';
import { knownEnds } from './noted-ends.js';

/** A row with the characters of JSON that it will take to look at it. */
interface SizedRow extends RowName {
  readonly size: number;
}

interface ReadyEntry extends SizedRow {
  readonly seq: number;
  readonly dir: Direction;
}

/** What is asked for, as of a store's `readWork`. */
export interface WorkRequest {
  readonly limit: number;
  readonly now: number;
  readonly ends: readonly number[];
}

export interface NextRows {
  readonly places: readonly RowName[];
  /** The last entry of them; `null` when these are all that are queued. */
  readonly end: number | null;
}

/**
 * Entries per statement, at first and at most: many rows are read by few statements, and few that
 * are large are not measured in vain.
 */
const PAGES = { first: 16, last: 2048 };
/** In characters: a pass holds all of it in memory a few times over. */
const PASS_SIZE = 8 * 1024 * 1024;

const READY = 'INDEXED BY rowseal_queue_ready WHERE held = 0';
const RESEALED = "INDEXED BY rowseal_queue_reseal WHERE dir = 'reseal'";

/** `tables` by name. */
export async function nextRows(
  tx: Transaction,
  tables: ReadonlyMap<string, MirroredTable>,
  request: WorkRequest,
): Promise<NextRows> {
  const batch = createBatch(request.limit);
  const ends = await knownEnds(tx, request.ends);
  await takeQueued(tx, tables, RESEALED, batch, ends);
  if (batch.places.size > 0) return { places: [...batch.places.values()], end: 0 };
  const end = await takeQueued(tx, tables, READY, batch, ends);
  for (const due of await dueRows(tx, tables, request)) {
    if (!batch.places.has(rowKey(due)) && !batch.isFull()) batch.take(due);
  }
  return { places: [...batch.places.values()], end };
}

function createBatch(limit: number) {
  const places = new Map<string, RowName>();
  let size = 0;
  return {
    places,
    take(place: SizedRow): void {
      places.set(rowKey(place), place);
      size += place.size;
    },
    /** At least two, so that a careful pass can tell a bad row from a bad database. */
    isFull: () => places.size >= limit || (places.size > 1 && size >= PASS_SIZE),
  };
}

type Batch = ReturnType<typeof createBatch>;

/** Takes rows until it may end; returns the last entry in hand, or `null` when there is none behind. */
async function takeQueued(
  tx: Transaction,
  tables: ReadonlyMap<string, MirroredTable>,
  which: string,
  batch: Batch,
  ends: readonly number[],
): Promise<number | null> {
  const mayEnd = createDivider(ends);
  let last: ReadyEntry | null = null;
  for (let length = PAGES.first; ; length = Math.min(2 * length, PAGES.last)) {
    const page: readonly ReadyEntry[] = await readyEntries(
      tx,
      tables,
      which,
      last?.seq ?? 0,
      length,
    );
    for (const entry of page) {
      const isNew = !batch.places.has(rowKey(entry));
      if (isNew && last && batch.isFull() && mayEnd(last, entry)) return last.seq;
      batch.take(entry);
      last = entry;
    }
    if (page.length < length) return null;
  }
}

/**
 * Whether work may end between two entries, asked in rising order.
 *
 * Only a transaction of the app's has parts that belong together, and sync never writes in one.
 */
function createDivider(ends: readonly number[]) {
  let at = 0;
  const end = () => ends[at] ?? Number.POSITIVE_INFINITY;
  return (last: ReadyEntry, next: ReadyEntry): boolean => {
    const isWhole = last.dir === next.dir && (last.dir === 'out' || last.dir === 'reseal');
    if (!isWhole) return true;
    while (end() < last.seq) at++;
    return end() < next.seq;
  };
}

function readyEntries(
  tx: Transaction,
  tables: ReadonlyMap<string, MirroredTable>,
  which: string,
  after: number,
  length: number,
): Promise<ReadyEntry[]> {
  return tx.getAll<ReadyEntry>(
    `SELECT seq, dir, tbl AS "table", id, ${sizeOf(tables)} + coalesce(length(base), 0) AS size
    FROM rowseal_queue AS x ${which} AND held = 0 AND seq > ? AND tbl IN (SELECT value FROM json_each(?))
    ORDER BY seq LIMIT ?`,
    [after, namesOf(tables), length],
  );
}

/** Left to itself, SQLite goes through all rows of the tables for it. */
function dueRows(
  tx: Transaction,
  tables: ReadonlyMap<string, MirroredTable>,
  { limit, now }: WorkRequest,
): Promise<SizedRow[]> {
  return tx.getAll<SizedRow>(
    `SELECT tbl AS "table", id, ${sizeOf(tables)} AS size
    FROM rowseal_rows AS x INDEXED BY rowseal_rows_due
    WHERE due IS NOT NULL AND (due <= ? OR due > ?) AND tbl IN (SELECT value FROM json_each(?))
    ORDER BY due LIMIT ?`,
    [now, now + LONGEST_MERGE_DELAY_MS, namesOf(tables), limit],
  );
}

/** SQL for the size of the row that `x` names: plaintext, sealed row and record. */
function sizeOf(tables: ReadonlyMap<string, MirroredTable>): string {
  const sizeIn = (column: string, table: string, where = 'id = x.id') =>
    `coalesce((SELECT length(${column}) FROM ${table} WHERE ${where}), 0)`;
  const ofTables = [...tables.values()].map(
    ({ name, plain, sealed }) =>
      `iif(x.tbl = ${literal(name)}, ${sizeIn('data', plain.table)} + ${sizeIn('data', sealed.table)}, 0)`,
  );
  return [sizeIn('note', 'rowseal_rows', 'tbl = x.tbl AND id = x.id'), ...ofTables].join(' + ');
}

function namesOf(tables: ReadonlyMap<string, MirroredTable>): string {
  return JSON.stringify([...tables.keys()]);
}
