import type { RowName } from '../sync/row-name.js';
import type { EngineRow, QueueEntry, RowRecord } from '../sync/sync-store.js';

/** A row of the plaintext table or of the sealed one, where it stands. */
export interface StoredRow {
  readonly table: string;
  readonly id: string;
  readonly row: EngineRow;
}

export interface StoredEntry extends QueueEntry {
  readonly table: string;
  readonly id: string;
}

export interface StoredRecord {
  readonly table: string;
  readonly id: string;
  readonly record: RowRecord;
}

/** One write of an upload. */
export interface SealedUpload {
  /** `put` carries the whole sealed row. */
  readonly op: 'put' | 'delete';
  /** The table's name as declared. */
  readonly table: string;
  /** The row's id: text of 1 to 256 bytes. */
  readonly id: string;
  /** The row without its id; `null` for a delete. */
  readonly row: EngineRow | null;
}

/** One transaction of the mirror's, to be sent whole. */
export interface MemoryUpload {
  /** Its writes, in order. */
  readonly writes: readonly SealedUpload[];
}

/**
 * All that survives a kill. Each map is written by `write` alone, so that a transaction can be
 * undone; what stands in them is never changed in place.
 */
export interface MemoryDatabase {
  readonly plain: Map<string, StoredRow>;
  readonly sealed: Map<string, StoredRow>;
  readonly queue: Map<number, StoredEntry>;
  /** By row: the entries that are not handed out. */
  readonly held: Map<string, readonly number[]>;
  readonly records: Map<string, StoredRecord>;
  readonly rejected: Map<string, RowName>;
  /** By number, rising: transactions that wait to be sent. */
  readonly uploads: Map<number, MemoryUpload>;
  /** What the server has, as far as it has said. */
  readonly received: Map<string, StoredRow>;
  /** Rows in which the sealed table may differ from `received`. */
  readonly unapplied: Map<string, RowName>;
  readonly declarations: Map<string, string>;
  /** The id of the vault that the rows belong to, as `id`. */
  readonly vault: Map<string, string>;
  /**
   * Of a payload under the primary key: how it begins, as `prefix`; the vault's `headers`, as JSON;
   * and `held` while nothing may leave.
   */
  readonly sealing: Map<'prefix' | 'headers' | 'held', string>;
  readonly numbers: Map<NumberName, number>;
  /** Sets a value; `undefined` deletes it. */
  write<K, V>(map: Map<K, V>, key: K, value: V | undefined): void;
  /** The number after the last one of that name. */
  next(name: NumberName): number;
  /** Everything that `work` writes, or nothing when it throws. */
  transaction<T>(work: () => T): T;
}

type NumberName = 'seq' | 'upload' | 'position' | 'awaited' | LeaseNumber;

/**
 * `owner`: the mirror that works, 0 for none; absent before the first. `mirror`: the last number that
 * one got. `looks`: 1 when another one waits for a beat. `clears`: how often all was cleared.
 */
type LeaseNumber = 'owner' | 'mirror' | 'beat' | 'looks' | 'clears';

export function memoryDatabase(): MemoryDatabase {
  let undo: (() => void)[] | null = null;
  const numbers = new Map<NumberName, number>([['beat', 0]]);
  const write = <K, V>(map: Map<K, V>, key: K, value: V | undefined) => {
    const before = map.get(key);
    undo?.push(() => set(map, key, before));
    set(map, key, value);
  };
  return {
    plain: new Map(),
    sealed: new Map(),
    queue: new Map(),
    held: new Map(),
    records: new Map(),
    rejected: new Map(),
    uploads: new Map(),
    received: new Map(),
    unapplied: new Map(),
    declarations: new Map(),
    vault: new Map(),
    sealing: new Map(),
    numbers,
    write,
    next(name) {
      const number = (numbers.get(name) ?? 0) + 1;
      write(numbers, name, number);
      return number;
    },
    transaction(work) {
      if (undo) throw new TypeError('There is a transaction already: use what it was given.');
      const steps: (() => void)[] = [];
      undo = steps;
      try {
        return work();
      } catch (error) {
        for (const step of steps.reverse()) step();
        throw error;
      } finally {
        undo = null;
      }
    },
  };
}

function set<K, V>(map: Map<K, V>, key: K, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}
