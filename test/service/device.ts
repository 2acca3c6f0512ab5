/** A device of the suite: a real PowerSync database, a mirror, and a line to the service. */
import type { PowerSyncDatabase } from '@powersync/node';
import { memoryStore, openVault, type Vault } from 'rowseal';
import { type Mirror, startMirror, uploadWith } from 'rowseal/powersync';
import { vaultForTesting } from 'rowseal/testing';
import { onTestFinished } from 'vitest';
import { databaseFile } from '../support/open-powersync.js';
import type { ServiceBackend, User } from './service-backend.js';
import { schema, tables } from './tables.js';
import { type Line, lineOver, type Transport } from './transports.js';

export interface Device {
  readonly db: PowerSyncDatabase;
  readonly line: Line;
  /** The one that was started last. */
  readonly mirror: Mirror;
  /** Starts another mirror, as the app does at its next start. */
  startMirror(): Promise<Mirror>;
  connect(): Promise<void>;
}

export interface DeviceOptions extends User {
  readonly backend: ServiceBackend;
  readonly transport: Transport;
}

/** One opening of a user's vault, as each device has one. */
function vaultOf(owner: string): Promise<Vault> {
  const { vault, opener } = vaultForTesting(owner);
  return openVault(memoryStore(vault.header), opener);
}

export async function openDevice(options: DeviceOptions): Promise<Device> {
  const { backend, transport, owner, device } = options;
  const line = lineOver(transport);
  const db = await (await databaseFile()).open(schema, line.remoteOptions);
  const start = async () => {
    const mirror = await startMirror({ db, tables, vault: await vaultOf(owner) });
    onTestFinished(() => mirror.close());
    return mirror;
  };
  const connector = backend.connector({ owner, device }, (send) => uploadWith({ tables, send }));
  let mirror = await start();
  return {
    db,
    line,
    get mirror() {
      return mirror;
    },
    async startMirror() {
      mirror = await start();
      return mirror;
    },
    connect: () =>
      db.connect(connector, { ...line.syncOptions, crudUploadThrottleMs: 10, retryDelayMs: 50 }),
  };
}
