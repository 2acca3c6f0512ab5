/** A device of the suite: a real PowerSync database, a mirror, and a line to the service. */
import type { PowerSyncDatabase } from '@powersync/node';
import { memoryStore, openVault, type Vault, type VaultStore } from 'rowseal';
import {
  type Mirror,
  powerSyncVaultStore,
  startMirror,
  uploadWith,
  type VaultSource,
} from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { onTestFinished } from 'vitest';
import { databaseFile } from '../support/open-powersync.js';
import type { ServiceBackend, User } from './service-backend.js';
import { schema, tables } from './tables.js';
import { type Line, lineOver, type Transport } from './transports.js';

/** A device whose mirror the test starts. */
export interface BareDevice {
  readonly db: PowerSyncDatabase;
  readonly line: Line;
  /** The user's vault, as the service has it. */
  readonly vaultStore: VaultStore & VaultSource;
  connect(): Promise<void>;
  startMirror(vault: Vault, vaultStore?: VaultSource): Promise<Mirror>;
}

/** With a vault that is not at the service, one for each user. */
export interface Device extends BareDevice {
  readonly mirror: Mirror;
}

export interface DeviceOptions extends User {
  readonly backend: ServiceBackend;
  readonly transport: Transport;
}

/** How long the service may take to bring a header: milliseconds. */
const HEADER_TIMEOUT = 60_000;

export async function openBareDevice(options: DeviceOptions): Promise<BareDevice> {
  const { backend, transport, owner, device } = options;
  const user = { owner, device };
  const line = lineOver(transport);
  const db = await (await databaseFile()).open(schema, line.remoteOptions);
  const connector = backend.connector(user, (send) => uploadWith({ tables, send }));
  return {
    db,
    line,
    vaultStore: powerSyncVaultStore(db, {
      user: owner,
      save: (change) => backend.saveHeader(user, change),
      timeout: HEADER_TIMEOUT,
    }),
    connect: () =>
      db.connect(connector, { ...line.syncOptions, crudUploadThrottleMs: 10, retryDelayMs: 50 }),
    async startMirror(vault, vaultStore) {
      const mirror = await startMirror({ db, tables, vault, ...(vaultStore && { vaultStore }) });
      onTestFinished(() => mirror.close());
      return mirror;
    },
  };
}

export async function openDevice(options: DeviceOptions): Promise<Device> {
  const device = await openBareDevice(options);
  return { ...device, mirror: await device.startMirror(await vaultOf(options.owner)) };
}

/** One opening of a user's vault, as each device has one. */
export function vaultOf(owner: string): Promise<Vault> {
  const { vault, opener } = vaultForTesting(owner);
  return openVault(memoryStore(vault.header), opener);
}
