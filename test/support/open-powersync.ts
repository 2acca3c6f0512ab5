import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Schema } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import { onTestFinished } from 'vitest';
import { databaseFileIn, powersyncAt, type RemoteOptions } from './powersync-at.js';

/** A database file that is removed when the test is over, and may be opened again and again. */
export interface DatabaseFile {
  /** The folder that holds the file, its WAL and nothing else. */
  readonly folder: string;
  /** Where the file is; its WAL is beside it, with `-wal` behind the name. */
  readonly path: string;
  /** Opens it once more; it is closed when the test is over, if the test did not do so. */
  open(schema: Schema, remoteOptions?: RemoteOptions): Promise<PowerSyncDatabase>;
}

/** A real PowerSync database on a file of its own. */
export async function openPowerSync(schema: Schema): Promise<PowerSyncDatabase> {
  return (await databaseFile()).open(schema);
}

/** A place for a real PowerSync database. */
export async function databaseFile(): Promise<DatabaseFile> {
  const folder = await mkdtemp(join(tmpdir(), 'rowseal-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return {
    folder,
    path: join(folder, databaseFileIn(folder)),
    async open(schema, remoteOptions) {
      const db = powersyncAt(folder, schema, remoteOptions);
      onTestFinished(() => db.close());
      await db.waitForReady();
      return db;
    },
  };
}
