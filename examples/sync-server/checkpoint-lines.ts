/** The lines that take a device from one checkpoint to the next. */
import type { Bucket, Operation } from './buckets.js';

/** What there is to see for one device at one moment. */
export interface Sight {
  readonly lastOpId: number;
  readonly writeCheckpoint: number | null;
  /** Names of sync streams: one for each table, whether the device may see it or not. */
  readonly streams: readonly string[];
  readonly buckets: readonly SeenBucket[];
}

export interface SeenBucket extends Readonly<Bucket> {
  readonly priority: number;
}

/** How far one stream has come. */
export interface Progress {
  /** By bucket: the last operation that the device has. */
  readonly positions: Map<string, number>;
  /** By bucket: its state in the last checkpoint. */
  readonly described: Map<string, string>;
  /** The write checkpoint that was sent last; `undefined` before the first checkpoint. */
  writeCheckpoint?: number | null;
}

const OPERATIONS_PER_LINE = 1000;

/** Whether the device has yet to hear of something. */
export function isNews(sight: Sight, progress: Progress): boolean {
  return (
    sight.writeCheckpoint !== progress.writeCheckpoint ||
    updatedBuckets(sight, progress).length > 0 ||
    removedBuckets(sight, progress).length > 0
  );
}

/** What is sent was there at the checkpoint, whatever is appended or compacted meanwhile. */
export function* checkpointLines(
  sight: Sight,
  progress: Progress,
  isChecksumWrong: boolean,
): Generator<string> {
  const isFirst = progress.writeCheckpoint === undefined;
  const updated = isChecksumWrong ? sight.buckets : updatedBuckets(sight, progress);
  const pieces = updated.map((bucket) => ({ ...bucket, operations: bucket.operations.slice() }));
  const removed = removedBuckets(sight, progress);
  for (const name of removed) {
    progress.described.delete(name);
    progress.positions.delete(name); // the device forgets it, too
  }
  for (const bucket of sight.buckets) progress.described.set(bucket.name, stateOf(bucket));
  progress.writeCheckpoint = sight.writeCheckpoint;
  yield checkpointLine(sight, pieces, isFirst ? null : removed, isChecksumWrong);

  const lastOpId = `${sight.lastOpId}`;
  const priorities = [...new Set(pieces.map(({ priority }) => priority))].sort();
  for (const priority of priorities) {
    for (const piece of pieces) {
      if (piece.priority === priority) yield* dataLines(piece, progress.positions);
    }
    if (priority !== priorities.at(-1)) {
      yield JSON.stringify({ partial_checkpoint_complete: { last_op_id: lastOpId, priority } });
    }
  }
  yield JSON.stringify({ checkpoint_complete: { last_op_id: lastOpId } });
}

function checkpointLine(
  { lastOpId, writeCheckpoint, streams }: Sight,
  updated: readonly SeenBucket[],
  removed: readonly string[] | null,
  isChecksumWrong: boolean,
): string {
  const described = updated.map(({ name, table, checksum, operations, priority }) => ({
    bucket: name,
    checksum: isChecksumWrong ? (checksum ^ 1) >>> 0 : checksum,
    count: operations.length,
    priority,
    subscriptions: [{ default: streams.indexOf(table) }],
  }));
  const common = {
    last_op_id: `${lastOpId}`,
    ...(writeCheckpoint === null ? {} : { write_checkpoint: `${writeCheckpoint}` }),
  };
  const named = streams.map((name) => ({ name, is_default: true, errors: [] }));
  return JSON.stringify(
    removed === null
      ? { checkpoint: { ...common, buckets: described, streams: named } }
      : { checkpoint_diff: { ...common, updated_buckets: described, removed_buckets: removed } },
  );
}

function* dataLines(
  { name, table, operations }: SeenBucket,
  positions: Map<string, number>,
): Generator<string> {
  const from = positions.get(name) ?? 0;
  let rest: readonly Operation[] = operations.filter(({ opId }) => opId > from);
  while (rest.length > 0) {
    const part = rest.slice(0, OPERATIONS_PER_LINE);
    rest = rest.slice(part.length);
    const after = positions.get(name) ?? 0;
    const next = part.at(-1)?.opId ?? after;
    positions.set(name, next);
    const ends = { after: `${after}`, next_after: `${next}`, has_more: rest.length > 0 };
    const head = JSON.stringify({ bucket: name, ...ends });
    const entries = part.map((each) => entryOf(table, each)).join(',');
    yield `{"data":${head.slice(0, -1)},"data":[${entries}]}}`;
  }
}

function entryOf(table: string, { opId, op, id, data, checksum, forged }: Operation): string {
  const row = id === null ? {} : { object_type: table, object_id: id, data };
  return JSON.stringify({ op_id: `${opId}`, op, checksum, ...row, ...forged });
}

function updatedBuckets({ buckets }: Sight, { described }: Progress): SeenBucket[] {
  return buckets.filter((bucket) => described.get(bucket.name) !== stateOf(bucket));
}

function removedBuckets({ buckets }: Sight, { described }: Progress): string[] {
  const names = new Set(buckets.map(({ name }) => name));
  return [...described.keys()].filter((name) => !names.has(name));
}

function stateOf({ checksum, operations }: SeenBucket): string {
  return `${operations.length} ${operations.at(-1)?.opId ?? 0} ${checksum}`;
}
