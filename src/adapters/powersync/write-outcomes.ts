/** What becomes of a batch, written in one transaction by a few statements. */
import type { Transaction } from '@powersync/common';
import { type RowName, rowKey } from '../../sync/row-name.js';
import type { RowOutcome, WriteResult } from '../../sync/sync-store.js';
import { readState } from './bookkeeping.js';
import { executeOver, jsonChunks } from './json-chunks.js';
import { type Hold, standingOf } from './lease.js';
import { BEAT } from './lease-tables.js';
import type { MirroredTable } from './mirrored-table.js';
import { NOTE_COLUMNS, noteOf } from './row-notes.js';
import { takeBack } from './superseded-uploads.js';
import { writeSealedRows } from './write-sealed-rows.js';

/** What was queued for rows of the batch after it was read. */
interface LaterEntries {
  /** Whether the app wrote the row. */
  isEdited(outcome: RowOutcome): boolean;
  /** Whether sync wrote the row. */
  isOvertaken(outcome: RowOutcome): boolean;
}

/** The `writeOutcomes` of a store that read the work while it was known by `hold`. */
export async function writeOutcomes(
  tx: Transaction,
  tables: ReadonlyMap<string, MirroredTable>,
  hold: Hold | null,
  outcomes: readonly RowOutcome[],
  snapshot: number,
): Promise<WriteResult> {
  const state = await readState(tx);
  const standing = standingOf(state, hold);
  if (standing !== 'working') return standing;
  const later = await laterEntries(tx, outcomes, state.lastSeq > snapshot ? snapshot : null);
  if (outcomes.some((each) => each.sealed !== undefined && later.isOvertaken(each))) return 'moved';
  const current = outcomes.filter((each) => !later.isOvertaken(each));
  await tx.execute('UPDATE rowseal_state SET writing = 1');
  for (const table of tables.values()) {
    const ofTable = current.filter((each) => each.table === table.name && !later.isEdited(each));
    await writePlain(tx, table, ofTable);
  }
  await writeSealedRows(tx, tables, await takeBack(tx, current));
  await writeNotes(tx, current);
  await settleEntries(tx, current, later);
  await tx.execute('UPDATE rowseal_state SET writing = 0');
  await tx.execute(BEAT);
  return 'written';
}

async function laterEntries(
  tx: Transaction,
  outcomes: readonly RowOutcome[],
  snapshot: number | null,
): Promise<LaterEntries> {
  const edited = new Set<string>();
  const overtaken = new Set<string>();
  if (snapshot !== null) {
    for (const chunk of jsonChunks(placesOf(outcomes))) {
      for (const { table, id, isOut } of await entriesAfter(tx, snapshot, chunk)) {
        (isOut === 1 ? edited : overtaken).add(rowKey({ table, id }));
      }
    }
  }
  return {
    isEdited: (row) => edited.has(rowKey(row)),
    isOvertaken: (row) => overtaken.has(rowKey(row)),
  };
}

function entriesAfter(tx: Transaction, snapshot: number, places: string) {
  return tx.getAll<RowName & { readonly isOut: number }>(
    `SELECT DISTINCT q.tbl AS "table", q.id, q.dir = 'out' AS isOut
    FROM json_each(?) AS w
    CROSS JOIN rowseal_queue AS q
      ON q.tbl = json_extract(w.value, '$[0]') AND q.id = json_extract(w.value, '$[1]')
    WHERE q.seq > ?`,
    [places, snapshot],
  );
}

/** Below the view, where an upsert is one statement; no one listens there but our own triggers. */
async function writePlain(
  tx: Transaction,
  { plain }: MirroredTable,
  outcomes: readonly RowOutcome[],
): Promise<void> {
  await executeOver(
    tx,
    `DELETE FROM ${plain.table} WHERE id IN (SELECT value FROM json_each(?))`,
    outcomes.filter((each) => each.plain === null).map(({ id }) => id),
  );
  await executeOver(
    tx,
    `INSERT INTO ${plain.table} (id, data)
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?) WHERE true
    ON CONFLICT (id) DO UPDATE SET data = excluded.data`,
    outcomes.flatMap(({ id, plain: row }) =>
      row
        ? [[id, Object.fromEntries(plain.columns.map(({ name }) => [name, row[name] ?? null]))]]
        : [],
    ),
  );
}

async function writeNotes(tx: Transaction, outcomes: readonly RowOutcome[]): Promise<void> {
  const columns = ['tbl', 'id', ...NOTE_COLUMNS];
  await executeOver(
    tx,
    `INSERT OR REPLACE INTO rowseal_rows (${columns.join(', ')})
    SELECT ${columns.map((_, at) => `json_extract(value, '$[${at}]')`).join(', ')}
    FROM json_each(?)`,
    outcomes.flatMap(({ table, id, record }) => (record ? [[table, id, ...noteOf(record)]] : [])),
  );
  await deletePlaces(
    tx,
    'rowseal_rows',
    outcomes.filter(({ record }) => record === null),
  );
  const retried = outcomes.filter(({ clearsRejection }) => clearsRejection);
  await deletePlaces(tx, 'rowseal_rejected', retried);
}

async function deletePlaces(
  tx: Transaction,
  from: 'rowseal_rows' | 'rowseal_rejected',
  outcomes: readonly RowOutcome[],
): Promise<void> {
  await executeOver(
    tx,
    `DELETE FROM ${from} WHERE (tbl, id) IN (
      SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)
    )`,
    placesOf(outcomes),
  );
}

/** A row that the app wrote meanwhile has a new entry, so nothing of it is held. */
async function settleEntries(
  tx: Transaction,
  outcomes: readonly RowOutcome[],
  later: LaterEntries,
): Promise<void> {
  const done = outcomes.flatMap((each) => each.done);
  const held = outcomes.flatMap((each) => (later.isEdited(each) ? [] : (each.held ?? [])));
  const ofThese = 'WHERE seq IN (SELECT value FROM json_each(?))';
  await executeOver(tx, `DELETE FROM rowseal_queue ${ofThese}`, done);
  await executeOver(tx, `UPDATE rowseal_queue SET held = 1 ${ofThese}`, held);
}

function placesOf(outcomes: readonly RowOutcome[]): [table: string, id: string][] {
  return outcomes.map(({ table, id }) => [table, id]);
}
