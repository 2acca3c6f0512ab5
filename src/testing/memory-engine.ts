import type { Table } from '../rows/table.js';
import type { RowName } from '../sync/row-name.js';
import type { EngineRow, SyncStore } from '../sync/sync-store.js';
import {
  assertColumns,
  columnsOf,
  equalRows,
  type MemoryColumns,
  memoryColumns,
} from './memory-columns.js';
import { type MemoryUpload, memoryDatabase, type StoredRow } from './memory-database.js';
import { memorySide, type StoreSide } from './memory-side.js';
import { memoryStoreOf } from './memory-store.js';
import { withId } from './memory-stored-rows.js';
import { clear, type MemoryCheckpoint, nextUpload, receive, uploaded } from './memory-sync.js';

/** What an app can do in the plaintext tables, alone or in a transaction. */
export interface MemoryWrites {
  /** Inserts a row; columns that are left out are `null`. */
  insert(table: string, row: EngineRow): void;
  /** Sets columns of a row, if it is there. */
  update(table: string, id: string, changes: EngineRow): void;
  /** Deletes a row, if it is there. */
  remove(table: string, id: string): void;
}

/** A sync engine in memory, as one device has it. */
export interface MemoryEngine extends MemoryWrites {
  /** Runs several writes as one: all of them, or none when `work` throws. */
  transaction<T>(work: (writes: MemoryWrites) => T): T;
  /** The plaintext row with its id, or `null`. */
  row(table: string, id: string): EngineRow | null;
  /** The plaintext rows of a table. */
  rows(table: string): readonly EngineRow[];
  /** The sealed row with its id, or `null`. */
  sealedRow(table: string, id: string): EngineRow | null;
  /** The sealed rows of a table. */
  sealedRows(table: string): readonly EngineRow[];
  /** What to send next, or `null`; the same until `uploaded`. */
  nextUpload(): MemoryUpload | null;
  /**
   * Drops what `nextUpload` gave: the server has it, at `position`, or has refused rows of it for
   * good.
   */
  uploaded(position: number, refused?: readonly RowName[]): void;
  /** How far the device has heard. */
  position(): number;
  /**
   * Takes what sync delivers, and writes it in one transaction once nothing waits to be sent;
   * returns whether it did.
   */
  receive(checkpoint: MemoryCheckpoint): boolean;
  /** Log-out: forgets everything, and queues no delete. */
  clear(): void;
  /** The next version of the app: other columns, the same data. */
  upgrade(tables: readonly Table[]): void;
  /** A mirror's store over this engine; a new one after a kill. */
  store(): SyncStore;
}

/** Options of {@link memoryEngine}. */
export interface MemoryEngineOptions {
  /** The device's clock, in milliseconds since 1970; `Date.now` unless told. */
  readonly now?: () => number;
}

/**
 * A sync engine in memory: plaintext tables that an app writes, sealed tables that sync writes, an
 * upload queue of whole transactions, and the store that a mirror needs.
 *
 * The model of what an adapter has to do, and fast enough to run a thousand schedules. What is
 * committed survives a kill, which is a new `store()` over the same engine.
 *
 * @param tables as the app declares them
 *
 * @throws `TypeError` when its functions are given a table or column that there is not.
 *
 * @example
 * ```ts
 * import { defineTable, encrypted } from 'rowseal';
 * import { memoryEngine } from 'rowseal/testing';
 *
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const engine = memoryEngine([notes]);
 * const store = engine.store();
 * const declarations = new Map([['notes', 'd1']]);
 * await store.takeOver({ vaultId: 'v1', declarations, silentSince: null });
 * engine.insert('notes', { id: 'n1', body: 'hello' });
 * const { rows } = await store.readWork(100, Date.now(), []);
 * console.assert(rows[0]?.entries[0]?.dir === 'out' && rows[0].plain?.body === 'hello');
 * ```
 */
export function memoryEngine(
  tables: readonly Table[],
  { now = Date.now }: MemoryEngineOptions = {},
): MemoryEngine {
  let columns = memoryColumns(tables);
  const database = memoryDatabase();
  const listeners = new Set<() => void>();
  const commit = <T>(work: () => T): T => {
    const result = database.transaction(work);
    for (const listener of listeners) listener();
    return result;
  };
  const onCommit = (listener: () => void) => {
    const own = () => listener();
    listeners.add(own);
    return () => void listeners.delete(own);
  };
  const side = memorySide(database, () => columns, now);
  const writes = appWrites(side, () => columns);
  const plainRow = (place: RowName) => withId(place.id, side.plainRow(place));
  const sealedRow = (place: RowName) => withId(place.id, side.sealedRow(place));
  return {
    insert: (table, row) => commit(() => writes.insert(table, row)),
    update: (table, id, changes) => commit(() => writes.update(table, id, changes)),
    remove: (table, id) => commit(() => writes.remove(table, id)),
    transaction: (work) => commit(() => work(writes)),
    row: (table, id) => plainRow({ table, id }),
    rows: (table) =>
      rowsOf(database.plain, table)
        .map(plainRow)
        .filter((row) => row !== null),
    sealedRow: (table, id) => sealedRow({ table, id }),
    sealedRows: (table) =>
      rowsOf(database.sealed, table)
        .map(sealedRow)
        .filter((row) => row !== null),
    nextUpload: () => nextUpload(side),
    uploaded: (position, refused = []) =>
      database.transaction(() => uploaded(database, position, refused)),
    position: () => database.numbers.get('position') ?? 0,
    receive: (checkpoint) => commit(() => receive(side, checkpoint)),
    clear: () => commit(() => clear(database)),
    upgrade(next) {
      columns = memoryColumns(next);
    },
    store: () => memoryStoreOf(side, commit, onCommit),
  };
}

/** Each write queues its row in the transaction that it is part of. */
function appWrites(side: StoreSide, columns: () => MemoryColumns): MemoryWrites {
  const taken = (table: string, row: EngineRow) => {
    const { id, ...values } = row;
    assertColumns(table, columnsOf(columns().plain, table), values);
    return { id, values };
  };
  return {
    insert(table, row) {
      const { id, values } = taken(table, row);
      if (typeof id !== 'string') throw new TypeError('The id of a row is text.');
      const place = { table, id };
      if (side.plainRow(place)) throw new TypeError(`'${table}' has a row '${id}' already.`);
      side.writePlain(place, values);
      side.enqueue(place, 'out', null);
    },
    update(table, id, changes) {
      const place = { table, id };
      const { values } = taken(table, { ...changes, id });
      const base = side.plainRow(place);
      if (!base) return;
      side.writePlain(place, { ...base, ...values });
      const isChanged = !equalRows(base, side.plainRow(place) as EngineRow);
      if (isChanged) side.enqueue(place, 'out', base);
    },
    remove(table, id) {
      const place = { table, id };
      const base = side.plainRow(place);
      if (!base) return;
      side.writePlain(place, null);
      side.enqueue(place, 'out', base);
    },
  };
}

function rowsOf(rows: ReadonlyMap<string, StoredRow>, table: string): RowName[] {
  return [...rows.values()].filter((place) => place.table === table);
}
