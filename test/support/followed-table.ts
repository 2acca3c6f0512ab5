/** A sealed table without a mirror on a real PowerSync database, fed by hand, and its diffs. */
import { Schema } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import type { Table, Vault } from 'rowseal';
import { type DecryptedDiff, sealedTables, trackDecryptedDiff } from 'rowseal/powersync';
import { expect, onTestFinished } from 'vitest';
import { createFeed } from './fed-powersync.js';
import { openPowerSync } from './open-powersync.js';
import { until } from './synced-devices.js';

/** A sealed row to be synced; `null` takes one away, and text stands for its JSON, whatever it is. */
export type Served =
  | Readonly<Record<string, unknown>>
  | { readonly id: string; readonly data: string | null };

export interface FedTable<T extends Table> {
  readonly db: PowerSyncDatabase;
  readonly table: T;
  /** Brings these in one checkpoint. */
  sync(...rows: readonly Served[]): Promise<void>;
}

export async function fedTable<T extends Table>(table: T): Promise<FedTable<T>> {
  const db = await openPowerSync(new Schema(sealedTables<readonly Table[]>([table])));
  const feed = createFeed();
  return {
    db,
    table,
    async sync(...rows) {
      feed.add(rows.map((row) => ({ table: `${table.name}_sealed`, ...servedRow(row) })));
      await feed.deliver(db);
    },
  };
}

function servedRow(row: Served): { id: string; data: string | null } {
  if (Object.hasOwn(row, 'data')) return row as { id: string; data: string | null };
  const { id, ...columns } = row as { id: string };
  return { id, data: JSON.stringify({ parents: '', siblings: '', ...columns }) };
}

export interface FollowOptions<T extends Table> {
  readonly vault?: () => Vault | null;
  /** Before a diff is noted; what it throws is the handler's failure. */
  readonly handle?: (diff: DecryptedDiff<T>) => Promise<void> | void;
  readonly acceptRetired?: boolean;
}

export interface Followed<T extends Table> {
  /** What was handed over, in order. */
  readonly diffs: DecryptedDiff<T>[];
  readonly errors: unknown[];
  stop(): Promise<void>;
  /** Waits until there are so many diffs, and returns the last. */
  untilDiff(count: number): Promise<DecryptedDiff<T>>;
}

/** Follows a table until the test is over. */
export async function follow<T extends Table>(
  { db, table }: Pick<FedTable<T>, 'db' | 'table'>,
  options: FollowOptions<T> & { readonly vault: () => Vault | null },
): Promise<Followed<T>> {
  const { vault, handle, acceptRetired = false } = options;
  const diffs: DecryptedDiff<T>[] = [];
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const stop = await trackDecryptedDiff(
    db,
    { table, vault, onError, acceptRetired },
    async (diff) => {
      await handle?.(diff);
      diffs.push(diff);
    },
  );
  onTestFinished(() => stop());
  return {
    diffs,
    errors,
    stop,
    async untilDiff(count) {
      await until(() => expect(diffs.length).toBeGreaterThanOrEqual(count));
      return diffs[count - 1] as DecryptedDiff<T>;
    },
  };
}
