/** Devices of one user on real PowerSync databases, each with a running mirror. */
import { Schema } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import { memoryStore, openVault, type Table, type Vault } from 'rowseal';
import { encryptedTables, type Mirror, startMirror, uploadWith } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { onTestFinished } from 'vitest';
import type { Send } from '../../examples/sync-server/connector.js';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { createPowerSyncStore } from '../../src/adapters/powersync/powersync-store.js';
import { runMirror } from '../../src/sync/run-mirror.js';
import { type DatabaseFile, databaseFile } from './open-powersync.js';
import { connect, until } from './synced-devices.js';

const { vault, opener } = vaultForTesting('mirrored powersync');

/** One opening of the user's vault, as each device has one. */
export function openUserVault(): Promise<Vault> {
  return openVault(memoryStore(vault.header), opener);
}

export interface PowerSyncDevice {
  readonly file: DatabaseFile;
  readonly db: PowerSyncDatabase;
  readonly mirror: Mirror;
  connect(server: SyncServer): Promise<void>;
}

export interface DeviceOptions {
  readonly file?: DatabaseFile;
  readonly vault?: Vault | null;
  readonly deletes?: 'sealed' | 'engine';
  /** Made of the tables unless given. */
  readonly schema?: Schema;
  /** How long a merge is left to another device: milliseconds. */
  readonly mergeDelay?: () => number;
}

export function schemaOf(tables: readonly Table[]): Schema {
  return new Schema(encryptedTables(tables));
}

export async function powersyncDevice(
  name: string,
  tables: readonly Table[],
  options: DeviceOptions = {},
): Promise<PowerSyncDevice> {
  const { file = await databaseFile(), deletes = 'sealed', schema = schemaOf(tables) } = options;
  const db = await file.open(schema);
  const opened = options.vault === undefined ? await openUserVault() : options.vault;
  const mirror = options.mergeDelay
    ? await runMirror(createPowerSyncStore(db, tables, { deletes }), {
        ...{ vault: opened, tables, deletes, mergeDelay: options.mergeDelay },
        firstSync: db.waitForFirstSync(),
      })
    : await startMirror({ db, tables, vault: opened, deletes });
  onTestFinished(() => mirror.close());
  return {
    file,
    db,
    mirror,
    connect: (server) => connect(db, server, name, { uploadData: uploadsOf(tables) }),
  };
}

/** What an app gives to its connector. */
export function uploadsOf(tables: readonly Table[]) {
  return (send: Send) => uploadWith({ tables, send });
}

/** Waits until all that the app wrote is sealed and uploaded. */
export function untilUploaded(db: PowerSyncDatabase): Promise<void> {
  return until(async () => {
    const left = await db.getAll(
      "SELECT id FROM rowseal_queue WHERE dir = 'out' AND held = 0 UNION ALL SELECT id FROM ps_crud",
    );
    if (left.length > 0) throw new Error(`There are ${left.length} left.`);
  });
}
