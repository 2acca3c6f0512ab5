/** Devices of one user whose app moves a plaintext table into an encrypted one, and older versions of it. */
import type { PowerSyncDatabase } from '@powersync/node';
import { onTestFinished } from 'vitest';
import { uploadAsIs } from '../../examples/sync-server/connector.js';
import {
  type Migration,
  type Mirror,
  migrateTable,
  startMirror,
} from '../../src/adapters/powersync/powersync.js';
import type { Vault } from '../../src/index.js';
import {
  entries,
  type MigratingServer,
  map,
  newSchema,
  oldSchema,
  openUserVault,
  tables,
  uploads,
} from './migrating-app.js';
import { type DatabaseFile, databaseFile } from './open-powersync.js';
import { connect, until } from './synced-devices.js';

export interface OldDevice {
  readonly file: DatabaseFile;
  readonly db: PowerSyncDatabase;
  connect(): Promise<void>;
  /** Ends this version of the app, for the next one on the same file. */
  quit(): Promise<void>;
}

export interface NewDevice extends OldDevice {
  readonly mirror: Mirror;
  readonly migration: Migration;
}

/** A version of the app from before. */
export async function oldDevice(
  { server }: MigratingServer,
  name: string,
  file?: DatabaseFile,
): Promise<OldDevice> {
  const own = file ?? (await databaseFile());
  const db = await own.open(oldSchema);
  return {
    file: own,
    db,
    connect: () => connect(db, server, name, { uploadData: uploadAsIs }),
    quit: () => db.close(),
  };
}

/** The version of the app that moves the rows. */
export async function newDevice(
  { server }: MigratingServer,
  name: string,
  file?: DatabaseFile,
  vault?: Vault | null,
): Promise<NewDevice> {
  const own = file ?? (await databaseFile());
  const db = await own.open(newSchema);
  const opened = vault === undefined ? await openUserVault() : vault;
  const mirror = await startMirror({ db, vault: opened, tables });
  const migration = await migrateTable({ db, mirror, from: 'transactions', table: entries, map });
  onTestFinished(async () => {
    await migration.close();
    await mirror.close();
  });
  return {
    file: own,
    db,
    mirror,
    migration,
    connect: () => connect(db, server, name, { uploadData: uploads }),
    async quit() {
      await migration.close();
      await mirror.close();
      await db.close();
    },
  };
}

/** Waits until all of a device's writes are on the server and back. */
export function untilSent(db: PowerSyncDatabase): Promise<void> {
  return until(async () => {
    const left = await db.getAll(
      'SELECT id FROM ps_crud UNION ALL SELECT row_id FROM ps_updated_rows',
    );
    if (left.length > 0) throw new Error(`${left.length} are not back.`);
  });
}
