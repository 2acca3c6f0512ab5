/** PowerSync's side of a mirror, put together: each duty has a file of its own. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import type { Table } from '../../rows/table.js';
import type { SyncStore } from '../../sync/sync-store.js';
import type { Deletes } from './bookkeeping.js';
import { mirroredTable } from './mirrored-table.js';
import { observeEnd } from './noted-ends.js';
import {
  counts,
  findingCount,
  findings,
  release,
  retryRejected,
  retryWithdrawn,
  tallies,
  troubled,
} from './queue-queries.js';
import { readWork } from './read-work.js';
import { takeOver } from './take-over.js';
import { watchQueue } from './watch-queue.js';
import { writeOutcomes } from './write-outcomes.js';

/** As `startMirror` is told. */
export interface StoreOptions {
  readonly alsoClear?: readonly string[];
  readonly deletes?: Deletes;
}

/**
 * A mirror's store in a PowerSync database.
 *
 * @throws `TypeError` for a table that the database's schema lacks.
 */
export function createPowerSyncStore(
  db: CommonPowerSyncDatabase,
  declared: readonly Table[],
  { alsoClear = [], deletes = 'sealed' }: StoreOptions = {},
): SyncStore {
  const tables = new Map(declared.map((table) => [table.name, mirroredTable(db, table)]));
  let owner: number | null = null;
  return {
    async takeOver(start) {
      const taken = await takeOver(db, { mirrored: tables, alsoClear, deletes }, start, owner);
      if (taken === null) return 'replaced';
      owner = taken;
      return 'taken';
    },
    readWork: (limit, now, ends) =>
      db.readTransaction((tx) => readWork(tx, tables, { limit, now, ends })),
    writeOutcomes: (outcomes, snapshot) =>
      db.writeTransaction((tx) => writeOutcomes(tx, tables, owner, outcomes, snapshot)),
    rehearse: (outcomes, snapshot) =>
      db.writeTransaction(async (tx) => {
        await writeOutcomes(tx, tables, owner, outcomes, snapshot);
        await tx.rollback();
      }),
    lastSeq: () => observeEnd(db),
    release: (kind) => db.writeTransaction((tx) => release(tx, kind)),
    retryRejected: () => db.writeTransaction(retryRejected),
    retryWithdrawn: (rows) => db.writeTransaction((tx) => retryWithdrawn(tx, rows)),
    counts: () => db.readTransaction((tx) => counts(tx, tables.keys())),
    tallies: () => db.readTransaction(tallies),
    findingCount: () => db.readTransaction(findingCount),
    troubled: (limit) => db.readTransaction((tx) => troubled(tx, limit)),
    findings: (limit) => db.readTransaction((tx) => findings(tx, limit)),
    onWork: (listener) => watchQueue(db, listener),
  };
}
