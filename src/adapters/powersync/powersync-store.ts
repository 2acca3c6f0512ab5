/** PowerSync's side of a mirror, put together: each duty has a file of its own. */
import type { CommonPowerSyncDatabase, Transaction } from '@powersync/common';
import type { Table } from '../../rows/table.js';
import type { SyncStore } from '../../sync/sync-store.js';
import { type Deletes, readState } from './bookkeeping.js';
import { beat, giveUp, type Hold, readLease, standingOf, unlessCleared } from './lease.js';
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
import { anyRow, keyUse, renewRows, uploadsWaiting } from './renew-rows.js';
import { holdUploads, lookUnder, notedHeaders, sealUnder } from './seal-under.js';
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
  let hold: Hold | null = null;
  // What was read before the work was lost is outdated, though it came back meanwhile.
  let readAs: Hold | null = null;
  const asRead = () => readAs ?? hold;
  // One at a time: each goes by what the one before came to.
  let takingOver: Promise<unknown> = Promise.resolve();
  const request = (work: (tx: Transaction) => Promise<void>) =>
    db.writeTransaction((tx) => unlessCleared(tx, hold, () => work(tx)));
  const ifWorking = async <T>(tx: Transaction, work: () => Promise<T>) => {
    const standing = standingOf(await readState(tx), hold);
    return standing === 'working' ? work() : standing;
  };
  return {
    takeOver(start) {
      const begun = takingOver.then(() =>
        takeOver(db, { mirrored: tables, alsoClear, deletes }, start, hold),
      );
      const done = begun.then((taken) => {
        hold = taken.hold;
        return taken.standing;
      });
      takingOver = done.catch(() => {});
      return done;
    },
    lease: (awaits) => readLease(db, hold, awaits),
    beat: () => beat(db, hold),
    giveUp: () => db.writeTransaction((tx) => giveUp(tx, hold)),
    readWork(limit, now, ends) {
      readAs = hold;
      return db.readTransaction((tx) => readWork(tx, tables, { limit, now, ends }));
    },
    writeOutcomes: (outcomes, snapshot) =>
      db.writeTransaction((tx) => writeOutcomes(tx, tables, asRead(), outcomes, snapshot)),
    rehearse: (outcomes, snapshot) =>
      db.writeTransaction(async (tx) => {
        await writeOutcomes(tx, tables, asRead(), outcomes, snapshot);
        await tx.rollback();
      }),
    lastSeq: () => observeEnd(db),
    release: (kind) => request((tx) => release(tx, kind)),
    retryRejected: () => request(retryRejected),
    retryWithdrawn: (rows) => request((tx) => retryWithdrawn(tx, rows)),
    async sealUnder(sealing) {
      const names = [...tables.keys()];
      // Mostly there is nothing to do, and to find that takes long where much waits for upload.
      const found = await db.readTransaction((tx) =>
        ifWorking(tx, () => lookUnder(tx, names, sealing, () => null)),
      );
      return (
        found ?? db.writeTransaction((tx) => ifWorking(tx, () => sealUnder(tx, names, sealing)))
      );
    },
    notedHeaders: () => notedHeaders(db),
    async holdUploads() {
      await db.writeTransaction((tx) => ifWorking(tx, () => holdUploads(tx)));
    },
    renewRows: (prefix, after, limit) => renewRows(db, tables, { prefix, after, limit }, request),
    anyRow: () => db.readTransaction((tx) => anyRow(tx, tables)),
    keyUse: () => db.readTransaction((tx) => keyUse(tx, tables)),
    uploadsWaiting: () => db.readTransaction(uploadsWaiting),
    counts: () => db.readTransaction((tx) => counts(tx, tables.keys())),
    tallies: () => db.readTransaction(tallies),
    findingCount: () => db.readTransaction(findingCount),
    troubled: (limit) => db.readTransaction((tx) => troubled(tx, limit)),
    findings: (limit) => db.readTransaction((tx) => findings(tx, limit)),
    onWork: (listener) => watchQueue(db, listener),
  };
}
