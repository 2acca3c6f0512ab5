import { type RowName, rowKey } from '../sync/row-name.js';
import type { Direction, EngineRow } from '../sync/sync-store.js';
import { columnsOf, type MemoryColumns, projected } from './memory-columns.js';
import type { MemoryDatabase } from './memory-database.js';

/** Both tables and the queue, as the app, sync and the mirror write them. */
export interface StoreSide {
  readonly database: MemoryDatabase;
  /** Whether the app has this table; what an earlier version had is left alone. */
  knows(table: string): boolean;
  /** The row of the plaintext table, with the columns that there are now. */
  plainRow(place: RowName): EngineRow | null;
  /** The row of the sealed table. */
  sealedRow(place: RowName): EngineRow | null;
  /** Writes a plaintext row and queues nothing; `null` deletes it. */
  writePlain(place: RowName, row: EngineRow | null): void;
  /** Writes a sealed row and queues nothing; `null` deletes it. */
  writeSealed(place: RowName, row: EngineRow | null): void;
  /** Queues a row for the mirror, unless there never was one. */
  enqueue(place: RowName, dir: Direction, base: EngineRow | null): void;
}

export function memorySide(
  database: MemoryDatabase,
  columns: () => MemoryColumns,
  now: () => number,
): StoreSide {
  const read = (which: keyof MemoryColumns, place: RowName) => {
    const names = columnsOf(columns()[which], place.table);
    const found = database[which].get(rowKey(place));
    return found ? projected(found.row, names) : null;
  };
  const write = (which: keyof MemoryColumns, { table, id }: RowName, row: EngineRow | null) => {
    const names = columnsOf(columns()[which], table);
    const next = row ? { table, id, row: projected(row, names) } : undefined;
    database.write(database[which], rowKey({ table, id }), next);
  };
  return {
    database,
    knows: (table) => columns().plain.has(table),
    plainRow: (place) => read('plain', place),
    sealedRow: (place) => read('sealed', place),
    writePlain: (place, row) => write('plain', place, row),
    writeSealed: (place, row) => write('sealed', place, row),
    enqueue({ table, id }, dir, base) {
      if (!database.numbers.has('owner')) return;
      const seq = database.next('seq');
      database.write(database.queue, seq, { table, id, seq, dir, at: now(), base });
      // What was held is handed out again, together with this.
      database.write(database.held, rowKey({ table, id }), undefined);
    },
  };
}
