/** How a real PowerSync database is opened on Node. */
import { mkdir } from 'node:fs/promises';
import { basename } from 'node:path';
import type { PowerSyncLogger, Schema } from '@powersync/common';
import { PowerSyncDatabase } from '@powersync/node';

/** Node has SQLite of its own from version 22 on; before that, better-sqlite3 brings it. */
const implementation =
  Number.parseInt(process.versions.node, 10) >= 22
    ? ({ type: 'node:sqlite' } as const)
    : ({ type: 'better-sqlite3' } as const);

/** The SDK logs every connection that is cut, and the examples cut some on purpose. */
const silent: PowerSyncLogger = { log: () => {} };

/**
 * Opens or makes the database in a folder of its own, which is made as well.
 *
 * The file is named after the folder: the SDK lets only one of two databases of the same file name
 * sync, even when they are in different folders.
 */
export async function openDatabase(folder: string, schema: Schema): Promise<PowerSyncDatabase> {
  await mkdir(folder, { recursive: true });
  const dbFilename = `${basename(folder)}.db`;
  const db = new PowerSyncDatabase({
    schema,
    logger: silent,
    database: { dbFilename, dbLocation: folder, readWorkerCount: 1, implementation },
  });
  await db.waitForReady();
  return db;
}
