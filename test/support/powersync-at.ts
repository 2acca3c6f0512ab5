/** How a real PowerSync database is opened, in a test and in programs that a test starts. */
import { basename } from 'node:path';
import type { PowerSyncLogger, Schema } from '@powersync/common';
import { type NodePowerSyncDatabaseOptions, PowerSyncDatabase } from '@powersync/node';
import { reusedThread } from './database-threads.js';

/**
 * Named after its folder: the SDK lets only one of two databases of the same file name sync, even
 * when they are in different folders.
 */
export function databaseFileIn(folder: string): string {
  return `${basename(folder)}.db`;
}

/** Node has SQLite of its own from version 22 on; before that, better-sqlite3 brings it. */
export const implementation =
  Number.parseInt(process.versions.node, 10) >= 22
    ? ({ type: 'node:sqlite' } as const)
    : ({ type: 'better-sqlite3' } as const);

/** The SDK logs what a test provokes on purpose: a cut connection, a refused upload. */
export const silent: PowerSyncLogger = { log: () => {} };

/** How a database reaches its service. */
export type RemoteOptions = NonNullable<NodePowerSyncDatabaseOptions['remoteOptions']>;

/** Opens or makes the database in a folder that exists; whoever calls this closes it. */
export function powersyncAt(
  folder: string,
  schema: Schema,
  remoteOptions: RemoteOptions = {},
): PowerSyncDatabase {
  return new PowerSyncDatabase({
    schema,
    remoteOptions,
    logger: silent,
    database: optionsAt(folder),
  });
}

/**
 * The same for one of several processes, ready.
 *
 * Node's own SQLite fails at once while another process writes, unless it is told to wait; and before
 * it can be told so, while another one opens a new file or closes one.
 */
export async function sharedPowersyncAt(
  folder: string,
  schema: Schema,
): Promise<PowerSyncDatabase> {
  for (;;) {
    const db = new PowerSyncDatabase({
      schema,
      logger: silent,
      database: {
        ...optionsAt(folder),
        initializeConnection: async (connection) => {
          await connection.execute('PRAGMA busy_timeout = 5000');
        },
      },
    });
    try {
      await db.waitForReady();
      return db;
    } catch (error) {
      if (!String(error).includes('database is locked')) throw error;
    }
  }
}

function optionsAt(folder: string) {
  return {
    dbFilename: databaseFileIn(folder),
    dbLocation: folder,
    readWorkerCount: 2, // the default of five makes opening slower, and tests open many
    openWorker: reusedThread,
    implementation,
  };
}
