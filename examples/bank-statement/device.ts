/** A device of the user: a PowerSync database in a file, with rowseal's mirror beside it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Schema } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import type { VaultStore } from 'rowseal';
import { encryptedTables, type Mirror, startMirror, uploadWith } from 'rowseal/powersync';
import { type Send, syncConnector } from '../sync-server/connector.js';
import { openDatabase } from '../sync-server/open-database.js';
import type { ShownRow, StatementTable } from './statement-table.js';

export const DEVICE_NAMES = ['laptop', 'phone', 'tablet', 'new-laptop'] as const;
export type DeviceName = (typeof DEVICE_NAMES)[number];

export interface Device {
  readonly name: DeviceName;
  /** Holds the database file, its WAL and nothing else. */
  readonly folder: string;
  readonly db: PowerSyncDatabase;
  readonly mirror: Mirror;
  /** The header on the server, and this device's pin. */
  readonly store: VaultStore;
  goOnline(): Promise<void>;
  goOffline(): Promise<void>;
  close(): Promise<void>;
}

export interface DeviceParts {
  readonly name: DeviceName;
  /** Where the device's folder is made. */
  readonly within: string;
  readonly table: StatementTable;
  readonly store: VaultStore;
  readonly url: string;
  readonly owner: string;
  /** Called with each random text that the device will send: its client id, its tokens. */
  onRandomText(text: string): void;
}

/** Opens a device that is locked: it syncs what is sealed, until `mirror.unlock`. */
export async function openDevice(parts: DeviceParts): Promise<Device> {
  const { name, within, table, store, url, owner, onRandomText } = parts;
  const tables = [table];
  const folder = join(within, name);
  const db = await openDatabase(folder, new Schema(encryptedTables(tables)));
  const mirror = await startMirror({ db, vault: null, tables });
  const uploads = (send: Send) => uploadWith({ tables, send });
  const { uploadData, ...login } = syncConnector({ url, owner, device: name }, uploads);
  const connector = {
    uploadData,
    async fetchCredentials() {
      const credentials = await login.fetchCredentials();
      if (credentials) onRandomText(credentials.token);
      return credentials;
    },
  };
  onRandomText(await db.getClientId());
  return {
    name,
    folder,
    db,
    mirror,
    store,
    goOnline: () => db.connect(connector, { crudUploadThrottleMs: 20, retryDelayMs: 200 }),
    goOffline: () => db.disconnect(),
    async close() {
      await mirror.close();
      await db.close();
    },
  };
}

/** All bytes of the device's files, by name. */
export async function deviceFiles({ folder }: Device): Promise<ReadonlyMap<string, Uint8Array>> {
  const names = await readdir(folder);
  const files = names.map(async (name) => [name, await readFile(join(folder, name))] as const);
  return new Map(await Promise.all(files));
}

/** What the device shows: all of it. */
export function shownRows({ db }: Device): Promise<ShownRow[]> {
  return db.getAll<ShownRow>('SELECT * FROM statement_rows');
}

export async function countShown({ db }: Device): Promise<number> {
  const { rows } = await db.get<{ rows: number }>('SELECT count(*) AS rows FROM statement_rows');
  return rows;
}
