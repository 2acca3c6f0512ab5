/** Devices of one user whose vault goes through PowerSync, with real databases and the sync server. */
import { Schema } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import { onTestFinished } from 'vitest';
import { type Send, vaultSaver } from '../../examples/sync-server/connector.js';
import { startSyncServer } from '../../examples/sync-server/start-sync-server.js';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import {
  encryptedTables,
  powerSyncVaultStore,
  uploadWith,
} from '../../src/adapters/powersync/powersync.js';
import {
  defineTable,
  encrypted,
  type HeaderChange,
  type HeaderVersion,
  type VaultStore,
} from '../../src/index.js';
import { serverSql } from '../../src/sync/server/server-sql.js';
import type { VaultSource } from '../../src/sync/vault-source.js';
import { type DatabaseFile, databaseFile } from './open-powersync.js';
import { connect } from './synced-devices.js';

export const diary = defineTable('diary', { body: encrypted.text() });
export const vaultSchema = new Schema(encryptedTables([diary]));
export const VAULTS = 'rowseal_vaults';

const uploadData = (send: Send) => uploadWith({ tables: [diary], send });

/** A server that keeps vaults, closed when the test is over. */
export async function vaultServer(): Promise<SyncServer> {
  const server = await startSyncServer({
    tables: serverSql([diary], { owner: 'owner_id', vault: true }),
    ownerColumns: { [VAULTS]: 'id' },
    priorities: { [VAULTS]: 1 },
  });
  onTestFinished(() => server.close());
  return server;
}

/** The app's call of its server. */
export type Save = (change: HeaderChange) => Promise<HeaderVersion | null>;

export interface VaultDeviceOptions {
  readonly file?: DatabaseFile;
  readonly user?: string;
  /** How long its store waits for the sync, in milliseconds. */
  readonly timeout?: number;
}

export interface VaultDevice {
  readonly file: DatabaseFile;
  readonly db: PowerSyncDatabase;
  readonly store: VaultStore & VaultSource;
  /** What is between the store and the server; may be exchanged. */
  through: (save: Save) => Save;
  connect(): Promise<void>;
}

/** Nothing is in between. */
export const directly = (save: Save): Save => save;
/** The server can't be reached. */
export const offline = (): Save => () => Promise.reject(new Error('There is no network.'));

/** A device that is not connected yet. */
export async function vaultDevice(
  server: SyncServer,
  name: string,
  { file, user = 'ada', timeout = 60_000 }: VaultDeviceOptions = {},
): Promise<VaultDevice> {
  const place = file ?? (await databaseFile());
  const db = await place.open(vaultSchema);
  const atServer = vaultSaver({ url: server.url, owner: user, device: name });
  const save: Save = (change) => device.through(atServer)(change);
  const device: VaultDevice = {
    file: place,
    db,
    store: powerSyncVaultStore(db, { user, save, timeout }),
    through: directly,
    connect: () => connect(db, server, name, { owner: user, uploadData }),
  };
  return device;
}

/** The same, and it begins to sync. */
export async function connectedVaultDevice(
  ...args: Parameters<typeof vaultDevice>
): Promise<VaultDevice> {
  const device = await vaultDevice(...args);
  void device.connect();
  return device;
}
