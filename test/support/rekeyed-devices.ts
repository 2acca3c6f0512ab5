/** Devices of one user whose vault changes while they hold rows that wait for upload. */
import type { PowerSyncDatabase } from '@powersync/node';
import { cleartext, defineTable, encrypted, type Vault, type VaultStore } from 'rowseal';
import {
  type Mirror,
  powerSyncVaultStore,
  serverSql,
  startMirror,
  type UploadWrite,
  uploadWith,
  type VaultSource,
} from 'rowseal/powersync';
import { expect, onTestFinished } from 'vitest';
import { vaultSaver } from '../../examples/sync-server/connector.js';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { schemaOf } from './mirrored-powersync.js';
import { type DatabaseFile, databaseFile } from './open-powersync.js';
import { connect, syncServer, until } from './synced-devices.js';

export const notes = defineTable('notes', {
  title: encrypted.text(),
  body: encrypted.text().optional(),
  day: encrypted.date().optional(),
  folder: cleartext.text().optional(),
});
export const tasks = defineTable('tasks', { name: encrypted.text() });
export const tables = [notes, tasks];
export const VAULTS = 'rowseal_vaults';

export function rekeyingServer(): Promise<SyncServer> {
  return syncServer({
    tables: serverSql(tables, { owner: 'owner_id', vault: true }),
    ownerColumns: { [VAULTS]: 'id' },
    priorities: { [VAULTS]: 1 },
  });
}

export interface RekeyedDevice {
  readonly db: PowerSyncDatabase;
  readonly store: VaultStore & VaultSource;
  /** The uploads that left, each with its writes. */
  readonly sent: (readonly UploadWrite[])[];
  /** What uploads wait for before they leave. */
  until: Promise<unknown>;
  /** Stops those that come before it is opened again. */
  mayUpload: boolean;
  mirror(): Mirror;
  start(vault: Vault | null): Promise<Mirror>;
  connect(): void;
  /** What waits for upload: type and id, payload and parents, in order. */
  waiting(): Promise<readonly Waiting[]>;
}

export interface Waiting {
  readonly tx: number;
  readonly op: string;
  readonly type: string;
  readonly id: string;
  readonly payload: string | null;
  readonly parents: string | null;
}

/** A device, or one again whose database file is given. */
export async function rekeyedDevice(
  server: SyncServer,
  name: string,
  file?: DatabaseFile,
): Promise<RekeyedDevice> {
  const { open } = file ?? (await databaseFile());
  const db = await open(schemaOf(tables));
  const save = vaultSaver({ url: server.url, owner: 'ada', device: name });
  let running: Mirror | null = null;
  const device: RekeyedDevice = {
    db,
    store: powerSyncVaultStore(db, { user: 'ada', save, timeout: 60_000 }),
    sent: [],
    until: Promise.resolve(),
    mayUpload: true,
    mirror: () => running as Mirror,
    async start(vault) {
      const mirror = await startMirror({ db, tables, vault, vaultStore: device.store });
      running = mirror;
      onTestFinished(() => mirror.close());
      return mirror;
    },
    connect() {
      void connect(db, server, name, {
        uploadData: (send) => {
          const upload = uploadWith({
            tables,
            async send(writes) {
              device.sent.push(writes);
              await device.until;
              return send(writes);
            },
          });
          return async (through) => {
            if (!device.mayUpload) throw new Error('Not now.');
            await upload(through);
          };
        },
      });
    },
    waiting: () => waitingIn(db),
  };
  return device;
}

export function waitingIn(db: PowerSyncDatabase): Promise<Waiting[]> {
  return db.getAll<Waiting>(
    `SELECT tx_id AS tx, data ->> '$.op' AS op, data ->> '$.type' AS type, data ->> '$.id' AS id,
      data ->> '$.data.payload' AS payload, data ->> '$.data.parents' AS parents
    FROM ps_crud ORDER BY ps_crud.id`,
  );
}

/** How payloads begin under a vault's primary key: format byte and key id. */
export function prefixOf({ keys }: Vault): string {
  const keyId = Buffer.from(keys[0]?.id ?? '', 'base64url');
  return Buffer.concat([Uint8Array.of(1), keyId]).toString('base64url');
}

export function payloadsIn(uploads: readonly (readonly UploadWrite[])[]): readonly string[] {
  return uploads.flat().map(({ data }) => String(data?.payload));
}

/** Waits until nothing is on its way on any of these devices. */
export async function untilSettled(...devices: readonly RekeyedDevice[]): Promise<void> {
  for (const { db, mirror } of devices) {
    await until(async () => {
      expect(await db.getAll('SELECT id FROM ps_crud')).toEqual([]);
      expect(mirror().status).toMatchObject({ state: 'running', settled: true });
    });
  }
}
