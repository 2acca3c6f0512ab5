/** Under which key payloads may leave, and what waits under another one. */
import { payloadIdOf } from '../sync/payload-id.js';
import { type RowName, rowKey } from '../sync/row-name.js';
import type { Sealing } from '../sync/sealing.js';
import type { EngineRow, RowOutcome } from '../sync/sync-store.js';
import type { MemoryDatabase, MemoryUpload, SealedUpload } from './memory-database.js';
import type { StoreSide } from './memory-side.js';

export function sealUnder(side: StoreSide, { prefixes, headers }: Sealing): 'noted' | 'outdated' {
  const { uploads, queue, sealing, write } = side.database;
  const noted = sealing.get('prefix');
  if (noted !== undefined && !prefixes.includes(noted)) return 'outdated';
  write(sealing, 'prefix', prefixes[0]);
  write(sealing, 'headers', JSON.stringify(headers));
  write(sealing, 'held', undefined);
  const entries = [...queue.values()].filter(({ dir }) => dir === 'reseal');
  const queued = new Set(entries.map(rowKey));
  const waiting = [...uploads.values()].flatMap(({ writes }) => writes);
  const outdated = new Map<string, RowName>();
  for (const each of waiting) if (isOutdated(side, each)) outdated.set(rowKey(each), each);
  for (const [key, place] of outdated) if (!queued.has(key)) side.enqueue(place, 'reseal', null);
  return 'noted';
}

export function notedHeaders({ sealing }: MemoryDatabase): readonly string[] {
  return JSON.parse(sealing.get('headers') ?? '[]') as readonly string[];
}

export function holdUploads({ sealing, write }: MemoryDatabase): void {
  write(sealing, 'held', 'all');
}

export function isHeld(side: StoreSide, { writes }: MemoryUpload): boolean {
  const isAll = side.database.sealing.has('held');
  return writes.some((each) => isOutdated(side, each) || (isAll && each.op === 'put'));
}

/** What an outcome supersedes leaves the queue, and the outcome names what that has merged. */
export function takenBack(side: StoreSide, outcome: RowOutcome): RowOutcome {
  if (!outcome.supersedes) return outcome;
  const { uploads, write } = side.database;
  const isTaken = (each: SealedUpload) =>
    rowKey(each) === rowKey(outcome) && isOutdated(side, each);
  const { sealed } = outcome;
  const parents = new Set(idsIn(sealed));
  for (const [number, { writes }] of [...uploads]) {
    for (const { row } of writes.filter(isTaken)) {
      for (const id of [payloadIdOf(row as EngineRow), ...idsIn(row)]) parents.add(id);
    }
    // It stays, though it may be empty: whoever was given it says so once it is sent.
    write(uploads, number, { writes: writes.filter((each) => !isTaken(each)) });
  }
  return sealed ? { ...outcome, sealed: { ...sealed, parents: [...parents].join(' ') } } : outcome;
}

function isOutdated({ database, knows }: StoreSide, { table, row }: SealedUpload): boolean {
  const prefix = database.sealing.get('prefix') ?? '';
  return row !== null && knows(table) && !String(row.payload).startsWith(prefix);
}

function idsIn(row: EngineRow | null | undefined): readonly string[] {
  const text = row ? String(row.parents) : '';
  return text.split(' ').filter((id) => id !== '');
}
