/** Devices with real PowerSync databases, and the sync server between them. */
import { column, type PowerSyncBackendConnector, Schema, Table } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import { onTestFinished, vi } from 'vitest';
import { type Send, syncConnector } from '../../examples/sync-server/connector.js';
import { startSyncServer } from '../../examples/sync-server/start-sync-server.js';
import type { SyncServer, SyncServerOptions } from '../../examples/sync-server/sync-server.js';
import { openPowerSync } from './open-powersync.js';

/** Two tables of a user's own, and one that everybody sees. */
export const NOTES_SQL = `
  CREATE TABLE notes (id text PRIMARY KEY, owner_id text, body text, stars bigint CHECK (stars < 10));
  CREATE TABLE tags (id text PRIMARY KEY, owner_id text, name text);
  CREATE TABLE news (id text PRIMARY KEY, title text)`;

export const notesSchema = new Schema({
  notes: new Table({ body: column.text, stars: column.integer, owner_id: column.text }),
  tags: new Table({ name: column.text }),
  news: new Table({ title: column.text }),
});

/** A server that is closed when the test is over. */
export async function syncServer(options: Partial<SyncServerOptions> = {}): Promise<SyncServer> {
  const server = await startSyncServer({ tables: NOTES_SQL, ...options });
  onTestFinished(() => server.close());
  return server;
}

export interface ConnectOptions {
  readonly owner?: string;
  readonly uploadData?: (send: Send) => PowerSyncBackendConnector['uploadData'];
  readonly checkpointMode?: 'legacy' | 'requests';
}

/** A device with an empty database that begins to sync. */
export async function syncedDevice(
  server: SyncServer,
  device: string,
  options: ConnectOptions = {},
): Promise<PowerSyncDatabase> {
  const db = await openPowerSync(notesSchema);
  void connect(db, server, device, options);
  return db;
}

/** Begins to sync, with delays that suit tests; resolves when it is connected. */
export function connect(
  db: PowerSyncDatabase,
  { url }: SyncServer,
  device: string,
  { owner = 'ada', uploadData, checkpointMode = 'legacy' }: ConnectOptions = {},
): Promise<void> {
  const connector = syncConnector({ url, owner, device }, uploadData);
  return db.connect(connector, { crudUploadThrottleMs: 10, retryDelayMs: 50, checkpointMode });
}

/** Waits until a query gives these rows. */
export function untilRows(
  db: PowerSyncDatabase,
  sql: string,
  rows: readonly object[],
): Promise<void> {
  return until(async () => {
    const found = JSON.stringify(await db.getAll(sql));
    if (found !== JSON.stringify(rows)) throw new Error(`There is ${found}`);
  });
}

/** Waits until it no longer throws. */
export function until<T>(condition: () => Promise<T> | T): Promise<T> {
  return vi.waitFor(condition, { timeout: 60_000, interval: 20 });
}
