import { type RowName, rowKey } from '../sync/row-name.js';
import type { EngineRow } from '../sync/sync-store.js';
import type { AdapterHands, AppWrite, OpenAdapter } from './adapter-hands.js';
import type { SealedUpload } from './memory-database.js';
import { type MemoryEngine, type MemoryWrites, memoryEngine } from './memory-engine.js';
import type { ServedRow } from './memory-sync.js';

/** What survives a kill, and what the server has beside it. */
interface MemoryPlace {
  readonly engine: MemoryEngine;
  /** Rows that changed on the server since sync was here last. */
  news: ServedRow[];
  position: number;
}

/**
 * The engine in memory as an adapter: what {@link testAdapter} is given, as a model to copy.
 *
 * It opens a place's engine again with all that was committed there.
 *
 * @example
 * ```ts
 * import { defineTable, encrypted } from 'rowseal';
 * import { memoryAdapter } from 'rowseal/testing';
 *
 * const open = memoryAdapter();
 * const hands = await open('a place', [defineTable('notes', { body: encrypted.text() })]);
 * await hands.write([{ op: 'insert', table: 'notes', id: 'n1', row: { body: 'hello' } }]);
 * console.assert((await hands.plain('notes', 'n1'))?.body === 'hello');
 * ```
 */
export function memoryAdapter(): OpenAdapter {
  const places = new Map<string, MemoryPlace>();
  return async (name, tables) => {
    const place = places.get(name) ?? { engine: memoryEngine(tables), news: [], position: 0 };
    places.set(name, place);
    place.engine.upgrade(tables);
    return handsOf(place);
  };
}

function handsOf(place: MemoryPlace): AdapterHands {
  const { engine } = place;
  const deliver = async (rows: readonly ServedRow[]) => {
    place.position++;
    engine.receive({ position: place.position, rows: [...place.news, ...rows] });
    place.news = [];
  };
  return {
    createStore: () => engine.store(),
    write: async (writes, { rollBack = false } = {}) => run(engine, writes, rollBack),
    plain: async (table, id) => withoutId(engine.row(table, id)),
    sealed: async (table, id) => withoutId(engine.sealedRow(table, id)),
    async upload(refused = []) {
      const sent: (readonly SealedUpload[])[] = [];
      for (let next = engine.nextUpload(); next; next = engine.nextUpload()) {
        sent.push(next.writes);
        place.news.push(...accepted(next.writes, refused));
        engine.uploaded(place.position, refused);
      }
      return sent;
    },
    deliver,
    damage: (table, id) => deliver([{ table, id, row: {} }]),
    async clear() {
      engine.clear();
      place.news = [];
    },
    async close() {},
  };
}

const ROLLED_BACK = /* @__PURE__ */ Symbol('rolled back');

function run(engine: MemoryEngine, writes: readonly AppWrite[], rollBack: boolean): void {
  try {
    engine.transaction((tx) => {
      for (const write of writes) runOne(tx, write);
      if (rollBack) throw ROLLED_BACK;
    });
  } catch (error) {
    if (error !== ROLLED_BACK) throw error;
  }
}

function runOne(tx: MemoryWrites, { op, table, id, row }: AppWrite): void {
  if (op === 'insert') tx.insert(table, { ...row, id });
  else if (op === 'update') tx.update(table, id, row);
  else tx.remove(table, id);
}

function accepted(writes: readonly SealedUpload[], refused: readonly RowName[]): ServedRow[] {
  const keys = new Set(refused.map(rowKey));
  return writes
    .filter((write) => !keys.has(rowKey(write)))
    .map(({ table, id, row }) => ({ table, id, row }));
}

function withoutId(row: EngineRow | null): EngineRow | null {
  if (!row) return null;
  const { id: _, ...columns } = row;
  return columns;
}
