/**
 * The history of every bucket. A bucket is what one user may see of one table; devices take its
 * operations in order and remember how far they have come.
 */
import type { Change } from './changes.js';

/** One operation, written once and never changed: whoever is sending it keeps what it began. */
export interface Operation {
  readonly opId: number;
  readonly op: 'PUT' | 'REMOVE' | 'MOVE' | 'CLEAR';
  /** Table and id; `null` for MOVE and CLEAR. */
  readonly row: string | null;
  readonly checksum: number;
  /** As it goes over the line: JSON. */
  readonly json: string;
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

  function append(bucket: Bucket & { operations: Operation[] }, id: string, data: string | null) {
    const operation = rowOperation(++lastOpId, bucket.table, id, data);
    bucket.operations.push(operation);
    bucket.checksum = (bucket.checksum + operation.checksum) >>> 0;
  }

  return {
    lastOpId: () => lastOpId,
    bucketOf,
    record(changes) {
      for (const { table, id, owner, data } of changes) {
        const key = rowKey(table, id);
        const before = places.get(key);
        const now = data === null ? undefined : bucketOf(table, owner);
        if (before && before !== now) append(before, id, null);
        if (now) {
          append(now, id, data);
          places.set(key, now);
        } else {
          places.delete(key);
        }
      }
    },
    touchAll() {
      for (const bucket of buckets.values()) {
        for (const { op, json } of liveOperations(bucket.operations)) {
          const { object_id: id, data } = JSON.parse(json) as { object_id: string; data: string };
          if (op === 'PUT') append(bucket, id, data);
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

function rowOperation(opId: number, table: string, id: string, data: string | null): Operation {
  const op = data === null ? 'REMOVE' : 'PUT';
  const checksum = Math.imul(opId, 0x9e3779b1) >>> 0; // any number will do, if it keeps to it
  const entry = { op_id: `${opId}`, op, object_type: table, object_id: id, checksum, data };
  return { opId, op, row: rowKey(table, id), checksum, json: JSON.stringify(entry) };
}

/** The last operation of each row. */
function liveOperations(operations: readonly Operation[]): Operation[] {
  const last = new Map<string, Operation>();
  for (const operation of operations) if (operation.row) last.set(operation.row, operation);
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
  const json = JSON.stringify({ op_id: `${opId}`, op, checksum });
  return { opId, op, row: null, checksum, json };
}
