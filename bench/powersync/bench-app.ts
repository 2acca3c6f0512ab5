/** The app under the benchmark: its schemas, its database and its connector. */
import { basename } from 'node:path';
import { type ColumnsType, Schema, Table } from '@powersync/common';
import { PowerSyncDatabase } from '@powersync/node';
import { encryptedTables } from '../../dist/adapters/powersync/powersync.js';
import { syncConnector } from '../../examples/sync-server/connector.js';
import { implementation, silent } from '../../test/support/powersync-at.js';
import { type Row, transactions } from '../rows.js';
import { engineColumns } from './served-rows.js';

const tables = encryptedTables([transactions]);
const columns = Object.fromEntries(
  tables.transactions.columns.map(({ name, type }) => [name, { type }]),
) as ColumnsType;

/** The app as it was before: its table is synced as it is. */
export const plainSchema = new Schema({ transactions: new Table(columns) });
/** The sealed table alone, as if nobody looked at it. */
export const sealedSchema = new Schema({ transactions_sealed: tables.transactions_sealed });
/** The app with the mirror; `unencrypted` is there to be written beside it. */
export const mirroredSchema = new Schema({ ...tables, unencrypted: new Table(columns) });

/** Later than anything that is measured. */
const RETRY_DELAY_MS = 3_600_000;

export async function openDatabase(folder: string, schema: Schema): Promise<PowerSyncDatabase> {
  const db = new PowerSyncDatabase({
    schema,
    logger: silent,
    database: { dbFilename: `${basename(folder)}.db`, dbLocation: folder, implementation },
  });
  await db.waitForReady();
  return db;
}

/** Begins to sync. What the app writes stays where it is: an upload would be measured too. */
export function connect(db: PowerSyncDatabase, url: string, owner: string): void {
  const offline = () => () => Promise.reject(new Error('Nothing is uploaded here.'));
  const connector = syncConnector({ url, owner, device: owner }, offline);
  void db.connect(connector, { checkpointMode: 'legacy', retryDelayMs: RETRY_DELAY_MS });
}

/** A statement that inserts what {@link asJson} gives. */
export function bulkInsert(table: string): string {
  const names = ['id', ...Object.keys(columns)];
  return `INSERT INTO ${table} (${names.join(', ')})
    SELECT ${names.map((name) => `json_extract(value, '$.${name}')`).join(', ')} FROM json_each(?)`;
}

export function asJson(rows: readonly Row[]): string {
  return JSON.stringify(rows.map((row) => ({ id: row.id, ...engineColumns(row) })));
}
