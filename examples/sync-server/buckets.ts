/**
 * The history of every bucket. A bucket is what one user may see of one table; devices take its
 * operations in order and remember how far they have come.
 */
import type { Change } from './changes.js';

/** One operation, written once and never changed: whoever is sending it keeps what it began. */
export interface Operation {
  readonly opId: number;
  readonly op: 'PUT' | 'REMOVE' | 'MOVE' | 'CLEAR';
  /** The row of a PUT or REMOVE. */
  readonly id: string | null;
  /** The row's columns of a PUT, as JSON text. */
  readonly data: string | null;
  readonly checksum: number;
  /** What a hostile server says in place of an operation's fields. */
  readonly forged?: object;
}

export interface Bucket {
  readonly name: string;
  readonly table: string;
  operations: readonly Operation[];
  /** Sum of all checksums, modulo 2^32. */
  checksum: number;
}

export interface Buckets {
  lastOpId(): number;
  /** The bucket of a table for one user, empty if it has never held anything. */
  bucketOf(table: string, owner: string | null): Bucket;
  /** Takes in what a transaction changed. */
  record(changes: readonly Change[]): void;
  /** Adds a PUT with these fields, whatever they are. */
  forge(table: string, owner: string | null, fields: object): void;
  /** Sends every row anew, as the service does after its configuration changed. */
  touchAll(): void;
  /** Replaces operations that a later one outdated: by MOVE, and by CLEAR at the beginning. */
  compact(): void;
}

export function createBuckets(): Buckets {
  let lastOpId = 0;
  const buckets = new Map<string, Bucket & { operations: Operation[] }>();
  const places = new Map<string, Bucket & { operations: Operation[] }>();

  function bucketOf(table: string, owner: string | null) {
    const name = owner === null ? `${table}[]` : `${table}[${JSON.stringify(owner)}]`;
    const found = buckets.get(name) ?? { name, table, operations: [], checksum: 0 };
    buckets.set(name, found);
    return found;
  }

  function append(
    bucket: Bucket & { operations: Operation[] },
    operation: Omit<Operation, 'opId' | 'checksum'>,
  ) {
    const opId = ++lastOpId;
    const checksum = Math.imul(opId, 0x9e3779b1) >>> 0; // any number will do, if it keeps to it
    bucket.operations.push({ ...operation, opId, checksum });
    bucket.checksum = (bucket.checksum + checksum) >>> 0;
  }

  return {
    lastOpId: () => lastOpId,
    bucketOf,
    record(changes) {
      for (const { table, id, owner, data } of changes) {
        const key = rowKey(table, id);
        const before = places.get(key);
        const now = data === null ? undefined : bucketOf(table, owner);
        if (before && before !== now) append(before, { op: 'REMOVE', id, data: null });
        if (now) {
          append(now, { op: 'PUT', id, data });
          places.set(key, now);
        } else {
          places.delete(key);
        }
      }
    },
    forge(table, owner, forged) {
      append(bucketOf(table, owner), { op: 'PUT', id: null, data: null, forged });
    },
    touchAll() {
      for (const bucket of buckets.values()) {
        for (const { op, id, data } of liveOperations(bucket.operations)) {
          if (op === 'PUT' && id !== null) append(bucket, { op, id, data });
        }
      }
    },
    compact() {
      for (const bucket of buckets.values()) bucket.operations = compacted(bucket.operations);
    },
  };
}

export function rowKey(table: string, id: string): string {
  return JSON.stringify([table, id]);
}

/** The last operation of each row. */
function liveOperations(operations: readonly Operation[]): Operation[] {
  const last = new Map<string, Operation>();
  for (const operation of operations) if (operation.id !== null) last.set(operation.id, operation);
  return [...last.values()];
}

function compacted(operations: readonly Operation[]): Operation[] {
  const live = new Set(liveOperations(operations));
  const moved = operations.map((each) => (live.has(each) ? each : withoutRow(each, 'MOVE')));
  const firstPut = moved.findIndex(({ op }) => op === 'PUT');
  const dead = moved.slice(0, firstPut < 0 ? moved.length : firstPut);
  const last = dead.at(-1);
  if (!last) return moved;
  const checksum = dead.reduce((sum, each) => (sum + each.checksum) >>> 0, 0);
  return [withoutRow({ ...last, checksum }, 'CLEAR'), ...moved.slice(dead.length)];
}

function withoutRow({ opId, checksum }: Operation, op: 'MOVE' | 'CLEAR'): Operation {
  return { opId, op, id: null, data: null, checksum };
}
