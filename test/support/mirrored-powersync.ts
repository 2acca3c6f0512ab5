/** Devices of one user on real PowerSync databases, each with a running mirror. */
import { Schema } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import { memoryStore, openVault, type Table, type Vault } from 'rowseal';
import { encryptedTables, type Mirror, startMirror, uploadWith } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { onTestFinished } from 'vitest';
import type { Send } from '../../examples/sync-server/connector.js';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { type DatabaseFile, databaseFile } from './open-powersync.js';
import { connect } from './synced-devices.js';

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
}

export function schemaOf(tables: readonly Table[]): Schema {
  return new Schema(encryptedTables(tables));
}

export async function powersyncDevice(
  name: string,
  tables: readonly Table[],
  options: DeviceOptions = {},
): Promise<PowerSyncDevice> {
  const { file = await databaseFile(), deletes = 'sealed' } = options;
  const db = await file.open(schemaOf(tables));
  const opened = options.vault === undefined ? await openUserVault() : options.vault;
  const mirror = await startMirror({ db, tables, vault: opened, deletes });
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
