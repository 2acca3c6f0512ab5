/** What a sync engine does between its own tables and the server. */
import { type RowName, rowKey } from '../sync/row-name.js';
import type { EngineRow } from '../sync/sync-store.js';
import type { MemoryDatabase, MemoryUpload } from './memory-database.js';
import { isHeld } from './memory-sealing.js';
import type { StoreSide } from './memory-side.js';

/** What the server says at a moment: the rows that changed since the device heard last. */
export interface MemoryCheckpoint {
  /** A rising number: how far the server has come. */
  readonly position: number;
  /** Those rows as they are now; `null` for one that the device is no longer sent. */
  readonly rows: readonly ServedRow[];
}

/** A sealed row as the server has it. */
export interface ServedRow {
  /** The table's name as declared. */
  readonly table: string;
  /** The row's id: text of 1 to 256 bytes. */
  readonly id: string;
  /** Its columns, or `null`. */
  readonly row: EngineRow | null;
}

/** Nothing while the first waits to be sealed again. */
export function nextUpload(side: StoreSide): MemoryUpload | null {
  const [first] = side.database.uploads.values();
  return first && !isHeld(side, first) ? first : null;
}

export function uploaded(
  database: MemoryDatabase,
  position: number,
  refused: readonly RowName[],
): void {
  const [number] = database.uploads.keys();
  if (number === undefined) throw new TypeError('There is nothing to send.');
  database.write(database.uploads, number, undefined);
  database.write(database.numbers, 'awaited', position);
  const waiting = new Set(
    [...database.uploads.values()].flatMap(({ writes }) => writes.map(rowKey)),
  );
  for (const { table, id } of refused) {
    const key = rowKey({ table, id });
    if (!waiting.has(key)) database.write(database.rejected, key, { table, id });
  }
}

/** What was written here stands until the server has seen it; then the server's word counts. */
export function receive(side: StoreSide, { position, rows }: MemoryCheckpoint): boolean {
  const { database } = side;
  for (const { table, id, row } of rows) {
    const key = rowKey({ table, id });
    database.write(database.received, key, row ? { table, id, row: { ...row } } : undefined);
    database.write(database.unapplied, key, { table, id });
  }
  database.write(database.numbers, 'position', position);
  const isHeldBack = database.uploads.size > 0 || position < (database.numbers.get('awaited') ?? 0);
  if (isHeldBack) return false;
  for (const [key, place] of [...database.unapplied]) {
    database.write(database.unapplied, key, undefined);
    const base = side.sealedRow(place);
    const row = database.received.get(key)?.row ?? null;
    if (!base && !row) continue;
    side.writeSealed(place, row);
    side.enqueue(place, 'in', base);
  }
  return true;
}

/** Numbers that were given out are never given out again. */
export function clear(database: MemoryDatabase): void {
  const { plain, sealed, queue, held, records, rejected } = database;
  const { uploads, received, unapplied, declarations, vault, sealing } = database;
  const tables = [plain, sealed, held, records, rejected, received, unapplied, declarations, vault];
  for (const map of tables) empty<string>(database, map);
  empty(database, queue);
  empty(database, uploads);
  empty(database, sealing);
  for (const name of ['owner', 'position', 'awaited'] as const) {
    database.write(database.numbers, name, undefined);
  }
  database.next('clears');
}

function empty<K>(database: MemoryDatabase, map: Map<K, unknown>): void {
  for (const key of [...map.keys()]) database.write(map, key, undefined);
}
