/** Which sealed rows are under a key that is not the primary, and what waits for upload. */
import { pooledRandomBytes } from '../crypto/random.js';
import { SIBLING_LIMIT } from '../rows/sibling-limit.js';
import { type RowName, rowKey } from '../sync/row-name.js';
import type { PrefixUse, RenewedRows, WaitingUploads } from '../sync/sealing.js';
import type { EngineRow } from '../sync/sync-store.js';
import type { MemoryDatabase } from './memory-database.js';
import type { StoreSide } from './memory-side.js';

const PREFIX_LENGTH = 44;

export function renewRows(
  side: StoreSide,
  prefix: string,
  after: RowName | null,
  limit: number,
): RenewedRows {
  const { queue, rejected } = side.database;
  const renewed = new Set([...queue.values()].filter(({ dir }) => dir === 'renew').map(rowKey));
  const isPassedOver = (key: string) => renewed.has(key) || rejected.has(key);
  const outdated = sealedRows(side)
    .filter((row) => after === null || isBefore(after, row))
    .filter((row) => !isPassedOver(rowKey(row)))
    .filter(({ row }) => payloadsOf(row).some((text) => !text.startsWith(prefix)))
    .slice(0, limit);
  for (const { table, id } of outdated) side.enqueue({ table, id }, 'renew', null);
  const last = outdated[limit - 1];
  return { queued: outdated.length, last: last ? { table: last.table, id: last.id } : null };
}

export function anyRow(side: StoreSide): RowName | null {
  const rows = sealedRows(side);
  const [high = 0, low = 0] = pooledRandomBytes(2);
  const row = rows[(high * 256 + low) % rows.length];
  return row ? { table: row.table, id: row.id } : null;
}

export function keyUse(side: StoreSide): readonly PrefixUse[] {
  const counts = new Map<string, number>();
  for (const payload of sealedRows(side).flatMap(({ row }) => payloadsOf(row))) {
    const prefix = payload.slice(0, PREFIX_LENGTH);
    counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  return [...counts].map(([prefix, payloads]) => ({ prefix, payloads }));
}

export function uploadsWaiting({ uploads }: MemoryDatabase): WaitingUploads {
  const numbers = [...uploads.keys()];
  return {
    writes: [...uploads.values()].reduce((sum, { writes }) => sum + writes.length, 0),
    first: numbers[0] ?? 0,
    last: numbers.at(-1) ?? 0,
  };
}

/** Of the tables that there are, in order. */
function sealedRows(side: StoreSide): (RowName & { readonly row: EngineRow })[] {
  return [...side.database.sealed.values()]
    .filter(({ table }) => side.knows(table))
    .sort((one, other) => (isBefore(one, other) ? -1 : 1));
}

function isBefore(one: RowName, other: RowName): boolean {
  return one.table === other.table ? one.id < other.id : one.table < other.table;
}

/** The one in place and its siblings; more than are opened count as one. */
function payloadsOf({ payload, siblings }: EngineRow): readonly string[] {
  const text = String(siblings ?? '');
  const beside = text === '' ? [] : text.split(' ', SIBLING_LIMIT + 1);
  return [String(payload ?? ''), ...(beside.length > SIBLING_LIMIT ? [''] : beside)];
}
