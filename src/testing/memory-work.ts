/** What there is to do: what a mirror missed, and the oldest entries of the queue. */

import { RowsealError } from '../errors.js';
import type { TakeOver } from '../sync/lease.js';
import { type RowName, rowKey } from '../sync/row-name.js';
import type { RowWork, Work } from '../sync/sync-store.js';
import { isDue } from '../sync/when-to-send.js';
import type { MemoryDatabase, StoredEntry, StoredRecord } from './memory-database.js';
import { clearsOf, type MemoryHold, standingOf, takenBy } from './memory-lease.js';
import type { StoreSide } from './memory-side.js';

export function takeOver(
  side: StoreSide,
  { vaultId, declarations, silentSince }: TakeOver,
  hold: MemoryHold | null,
): MemoryHold {
  const { database } = side;
  const { numbers, vault, write } = database;
  const before = vault.get('id');
  if (vaultId !== null && before !== undefined && before !== vaultId) {
    throw new RowsealError(
      'VAULT_MISMATCH',
      'The rows of this database belong to another vault: open that one, or log out first.',
    );
  }
  if (!numbers.has('owner')) write(numbers, 'owner', 0);
  queueMissed(side, declarations);
  if (vaultId === null) return hold ?? { owner: null, clears: clearsOf(numbers) };
  write(vault, 'id', vaultId);
  const next = takenBy(database, hold, silentSince);
  if (standingOf(database, next) === 'working') showChanged(side, declarations);
  return next;
}

function queueMissed(side: StoreSide, declarations: TakeOver['declarations']): void {
  const { database } = side;
  const queued = new Set([...database.queue.values()].map(rowKey));
  const isMissed = (place: RowName) =>
    declarations.has(place.table) &&
    !database.records.has(rowKey(place)) &&
    !queued.has(rowKey(place));
  for (const place of [...database.plain.values()].filter(isMissed)) {
    side.enqueue(place, 'out', null);
  }
  for (const place of [...database.sealed.values()].filter(isMissed)) {
    side.enqueue(place, 'in', null);
  }
}

/** Left to the mirror that works: of two versions of an app it is the one that shows the rows. */
function showChanged(side: StoreSide, declarations: TakeOver['declarations']): void {
  const { database } = side;
  for (const [table, declaration] of declarations) {
    const earlier = database.declarations.get(table);
    database.write(database.declarations, table, declaration);
    if (earlier === undefined || earlier === declaration) continue;
    for (const place of rowsOf(database, table)) side.enqueue(place, 'show', null);
  }
}

/** Every row of a table that there is something of. */
function rowsOf(database: MemoryDatabase, table: string): RowName[] {
  const places = new Map<string, RowName>();
  for (const map of [database.sealed, database.records, database.plain]) {
    for (const [key, place] of map) if (place.table === table) places.set(key, place);
  }
  return [...places.values()];
}

export function readWork(
  side: StoreSide,
  limit: number,
  now: number,
  ends: readonly number[],
): Work {
  const resealed = resealedRows(side);
  if (resealed.size > 0) return workOf(side, resealed, 0);
  const active = activeEntries(side);
  const places = new Map<string, RowName>();
  let taken = 0;
  for (const entry of active) {
    const isNew = !places.has(rowKey(entry));
    if (isNew && places.size >= limit && mayEnd(active[taken - 1], entry, ends)) break;
    places.set(rowKey(entry), entry);
    taken++;
  }
  const due = notedRows(side).filter(
    (each) => isDue(each.record, now) && !places.has(rowKey(each)),
  );
  const room = Math.max(0, limit - places.size);
  for (const each of due.slice(0, room)) places.set(rowKey(each), each);
  const isDivided = taken < active.length;
  return workOf(side, places, isDivided ? (active[taken - 1] as StoredEntry).seq : null);
}

/** All at once: so each upload stays whole. */
function resealedRows(side: StoreSide): ReadonlyMap<string, RowName> {
  const wanted = activeEntries(side).filter(({ dir }) => dir === 'reseal');
  return new Map(wanted.map((place) => [rowKey(place), place]));
}

/** `end`: the last entry in hand, `null` when there is none behind. */
function workOf(side: StoreSide, places: ReadonlyMap<string, RowName>, end: number | null): Work {
  const snapshot = lastSeq(side.database);
  const entries = entriesByRow(inOrder(side.database));
  return {
    upTo: end ?? snapshot,
    snapshot,
    rows: [...places].map(([key, place]) => rowWork(side, place, entries.get(key) ?? [])),
  };
}

/** Only the app's transactions have parts that belong together. */
function mayEnd(
  last: StoredEntry | undefined,
  next: StoredEntry,
  ends: readonly number[],
): boolean {
  if (last?.dir !== 'out' || next.dir !== 'out') return true;
  return ends.some((end) => last.seq <= end && end < next.seq);
}

function rowWork(side: StoreSide, place: RowName, entries: readonly StoredEntry[]): RowWork {
  const { table, id } = place;
  const key = rowKey(place);
  return {
    table,
    id,
    entries: entries.map(({ seq, dir, at, base }) => ({ seq, dir, at, base })),
    plain: side.plainRow(place),
    sealed: side.sealedRow(place),
    record: side.database.records.get(key)?.record ?? null,
    rejected: side.database.rejected.has(key),
  };
}

/** What is handed out, in rising order. */
export function activeEntries({ database, knows }: StoreSide): StoredEntry[] {
  const { held } = database;
  return inOrder(database).filter(
    (entry) => knows(entry.table) && !held.get(rowKey(entry))?.includes(entry.seq),
  );
}

/** The records of tables that there are. */
export function notedRows({ database, knows }: StoreSide): StoredRecord[] {
  return [...database.records.values()].filter(({ table }) => knows(table));
}

/** A transaction that was undone has put its entries back at the end. */
function inOrder({ queue }: MemoryDatabase): StoredEntry[] {
  return [...queue.values()].sort((a, b) => a.seq - b.seq);
}

export function entriesByRow(entries: Iterable<StoredEntry>): Map<string, StoredEntry[]> {
  const byRow = new Map<string, StoredEntry[]>();
  for (const entry of entries) {
    const key = rowKey(entry);
    byRow.set(key, [...(byRow.get(key) ?? []), entry]);
  }
  return byRow;
}

export function lastSeq({ numbers }: MemoryDatabase): number {
  return numbers.get('seq') ?? 0;
}
