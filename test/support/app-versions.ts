/** One device before and after an update of the app, and the server's SQL of each version. */
import type { Schema } from '@powersync/common';
import type { Table } from 'rowseal';
import { serverSql } from 'rowseal/powersync';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { type PowerSyncDevice, powersyncDevice } from './mirrored-powersync.js';
import { syncServer } from './synced-devices.js';

const OWNER = { owner: 'owner_id' };

/** A server with the tables of one version. */
export function serverOf(tables: readonly Table[]): Promise<SyncServer> {
  return syncServer({ tables: serverSql(tables, OWNER) });
}

/** Runs the SQL of the next version, and once more, as a careful migration tool would. */
export async function migrate(server: SyncServer, tables: readonly Table[], extra = '') {
  await server.migrate(serverSql(tables, OWNER) + extra);
  await server.migrate(serverSql(tables, OWNER));
}

/** The app is closed, and its next version opens the same database. */
export async function updated(
  { mirror, db, file }: PowerSyncDevice,
  tables: readonly Table[],
  schema?: Schema,
): Promise<PowerSyncDevice> {
  await mirror.close();
  await db.close();
  return powersyncDevice('updated', tables, { file, ...(schema && { schema }) });
}
