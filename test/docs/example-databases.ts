/** PowerSync databases of examples: real ones, in a folder that is removed when the example ends. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type * as PowerSync from '@powersync/node';
import { reusedThread } from '../support/database-threads.js';
import { implementation, silent } from '../support/powersync-at.js';

interface Place {
  readonly folder: string;
  readonly opened: PowerSync.PowerSyncDatabase[];
}

/** Programs run at the same time. */
const places = new AsyncLocalStorage<Place>();

/** Runs a program with a folder for its databases, and closes those in the end. */
export async function withDatabases(run: () => Promise<void>): Promise<void> {
  const place: Place = { folder: await mkdtemp(join(tmpdir(), 'rowseal-')), opened: [] };
  try {
    await places.run(place, run);
  } finally {
    for (const db of place.opened) await db.close();
    await rm(place.folder, { recursive: true, force: true });
  }
}

/** The SDK as an app sees it; it says nothing, and keeps files where nobody finds them again. */
export function withOwnFolder(sdk: typeof PowerSync): typeof PowerSync {
  function PowerSyncDatabase(options: { readonly database: PowerSync.NodeSQLOpenOptions }) {
    const { folder, opened } = places.getStore() as Place;
    const database = {
      ...options.database,
      // The SDK lets only one of two databases of the same file name sync, whatever their folders.
      dbFilename: `${basename(folder)}-${options.database.dbFilename}`,
      dbLocation: folder,
      readWorkerCount: 1,
      openWorker: reusedThread,
      implementation,
    };
    const db = new sdk.PowerSyncDatabase({
      ...options,
      logger: silent,
      database,
    } as PowerSync.NodePowerSyncDatabaseOptions);
    opened.push(db);
    return db;
  }
  return { ...sdk, PowerSyncDatabase } as never;
}
