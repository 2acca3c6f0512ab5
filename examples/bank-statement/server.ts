/**
 * The server: PowerSync's protocol over HTTP with a real Postgres behind it, in a process of its
 * own. Its tables are those that rowseal ships.
 */
import { serverSql } from 'rowseal/powersync';
import { spawnSyncServer } from '../sync-server/spawn-sync-server.js';
import type { SyncServer, SyncServerOptions } from '../sync-server/sync-server.js';
import { OWNER_COLUMN } from './column-names.js';
import { VAULTS_SQL } from './postgres-vault-store.js';
import type { SealedStatementRow, Statement } from './statement-table.js';

export interface Server {
  readonly sync: SyncServer;
  /** The columns of a row on the server. */
  readonly columns: readonly string[];
}

/** Where Postgres keeps a row, and the transaction that wrote it: both change with any write. */
export interface RowVersion {
  readonly id: string;
  readonly xmin: string;
  readonly ctid: string;
}

export const SEALED_TABLE = 'statement_rows_sealed';

export async function startServer(
  { table }: Statement,
  start: (options: SyncServerOptions) => Promise<SyncServer> = spawnSyncServer,
): Promise<Server> {
  const tables = `${serverSql([table], { owner: OWNER_COLUMN })}\n${VAULTS_SQL}`;
  const sync = await start({ tables, ownerColumn: OWNER_COLUMN });
  const columns = await sync.query(
    'SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position',
    [SEALED_TABLE],
  );
  return { sync, columns: columns.map(({ name }) => String(name)) };
}

export async function downloadRows({ sync }: Server): Promise<SealedStatementRow[]> {
  const rows = await sync.query(`SELECT * FROM ${SEALED_TABLE} ORDER BY id`);
  return rows as unknown as SealedStatementRow[];
}

export async function countRows({ sync }: Server): Promise<number> {
  const [row] = await sync.query(`SELECT count(*)::int AS rows FROM ${SEALED_TABLE}`);
  return Number(row?.rows);
}

export async function rowVersions({ sync }: Server): Promise<RowVersion[]> {
  const rows = await sync.query(
    `SELECT id, xmin::text, ctid::text FROM ${SEALED_TABLE} ORDER BY id`,
  );
  return rows as unknown as RowVersion[];
}

/** Every field of every row of every table, as text. */
export async function allFields({ sync }: Server): Promise<string[]> {
  const tables = await sync.query(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  const fields: string[] = [];
  for (const { name } of tables) {
    const rows = await sync.query(`SELECT * FROM "${name}"`);
    for (const row of rows) fields.push(...Object.values(row).map(String));
  }
  return fields;
}
