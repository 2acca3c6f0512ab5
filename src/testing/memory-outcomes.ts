/** What a mirror's outcomes do to the tables, the queue and its notes. */
import { type RowName, rowKey } from '../sync/row-name.js';
import type { RowTrouble } from '../sync/row-trouble.js';
import type { RowOutcome, RowRecord, WriteResult } from '../sync/sync-store.js';
import type { MemoryDatabase, SealedUpload } from './memory-database.js';
import { takenBack } from './memory-sealing.js';
import type { StoreSide } from './memory-side.js';
import type { ServedRow } from './memory-sync.js';
import { entriesByRow } from './memory-work.js';

export function writeOutcomes(
  side: StoreSide,
  outcomes: readonly RowOutcome[],
  snapshot: number,
): WriteResult {
  const { database } = side;
  const later = entriesByRow([...database.queue.values()].filter(({ seq }) => seq > snapshot));
  const isOvertaken = (outcome: RowOutcome) =>
    (later.get(rowKey(outcome)) ?? []).some(({ dir }) => dir !== 'out');
  if (outcomes.some((each) => each.sealed !== undefined && isOvertaken(each))) return 'moved';
  const current = outcomes.filter((each) => !isOvertaken(each));
  const sent = current.map((outcome) => takenBack(side, outcome));
  for (const outcome of current) {
    const { plain } = outcome;
    if (plain !== undefined && !later.has(rowKey(outcome))) side.writePlain(outcome, plain);
    note(database, outcome);
  }
  send(
    side,
    sent.flatMap(({ table, id, sealed }) =>
      sealed === undefined ? [] : [{ table, id, row: sealed }],
    ),
  );
  return 'written';
}

/** Writes sealed rows here, and queues them for the server as one transaction. */
function send(side: StoreSide, rows: readonly ServedRow[]): void {
  const { database } = side;
  const writes = rows.map(({ table, id, row }): SealedUpload => {
    side.writeSealed({ table, id }, row);
    database.write(database.unapplied, rowKey({ table, id }), { table, id });
    const written = side.sealedRow({ table, id });
    return { op: written ? 'put' : 'delete', table, id, row: written };
  });
  if (writes.length > 0) database.write(database.uploads, database.next('upload'), { writes });
}

function note(database: MemoryDatabase, outcome: RowOutcome): void {
  const { table, id, record, done } = outcome;
  const key = rowKey(outcome);
  if (record !== undefined) {
    const noted = record && { table, id, record: copyOf(record) };
    database.write(database.records, key, noted ?? undefined);
  }
  for (const seq of done) database.write(database.queue, seq, undefined);
  const held = [...(database.held.get(key) ?? []), ...(outcome.held ?? [])].filter((seq) =>
    database.queue.has(seq),
  );
  database.write(database.held, key, held.length > 0 ? held : undefined);
  if (outcome.clearsRejection) database.write(database.rejected, key, undefined);
}

export function release(side: StoreSide, kind: RowTrouble['kind'] | undefined): void {
  const { database } = side;
  const queued = new Set([...database.queue.values()].map(rowKey));
  for (const [key, place] of database.records) {
    const { trouble, findings } = place.record;
    const isAny = trouble ? trouble.kind !== 'withdrawn' : findings.length > 0;
    const isShown = kind === undefined ? isAny : trouble?.kind === kind;
    if (isShown && !queued.has(key)) side.enqueue(place, 'show', null);
  }
  for (const key of [...database.held.keys()]) {
    const trouble = database.records.get(key)?.record.trouble?.kind;
    if (kind === undefined || kind === trouble) database.write(database.held, key, undefined);
  }
}

export function retryRejected(side: StoreSide): void {
  const { records, rejected, write } = side.database;
  const retried = retriedRows(side);
  for (const [key, place] of [...rejected]) {
    // What there is no record of has nothing to be sent again.
    if (!records.has(key)) write(rejected, key, undefined);
    else if (!retried.has(key)) side.enqueue(place, 'retry', null);
  }
}

export function retryWithdrawn(side: StoreSide, rows: readonly RowName[]): void {
  const { records } = side.database;
  const retried = retriedRows(side);
  const wanted = new Set(rows.map(rowKey));
  for (const [key, place] of records) {
    const isGone = place.record.trouble?.kind === 'withdrawn';
    if (isGone && wanted.has(key) && !retried.has(key)) side.enqueue(place, 'retry', null);
  }
}

function retriedRows({ database }: StoreSide): ReadonlySet<string> {
  const entries = [...database.queue.values()];
  return new Set(entries.filter(({ dir }) => dir === 'retry').map(rowKey));
}

/** As text and back: what a store on disk would do with it. */
function copyOf(record: RowRecord): RowRecord {
  return JSON.parse(JSON.stringify(record)) as RowRecord;
}
