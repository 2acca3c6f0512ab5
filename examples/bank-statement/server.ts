/** The server: a real Postgres, running in this process, which gets sealed rows and vault headers. */
import { PGlite } from '@electric-sql/pglite';
import { VAULTS_SQL } from './postgres-vault-store.js';
import type { SealedStatementRow } from './statement-table.js';
import { withoutFileHeaders } from './tar-archive.js';

export interface Server {
  readonly db: PGlite;
  /** The columns of a row on the server: id, the visible ones, payload. */
  readonly columns: readonly string[];
}

/** Where Postgres keeps a row, and the transaction that wrote it: both change with any write. */
export interface RowVersion {
  readonly id: string;
  readonly xmin: string;
  readonly ctid: string;
}

export async function startServer(visibleColumns: readonly string[]): Promise<Server> {
  const db = await PGlite.create();
  const visible = visibleColumns.map((name) => `${quoted(name)} text,`).join(' ');
  await db.exec(`CREATE TABLE statement_rows (id text PRIMARY KEY, ${visible} payload text)`);
  await db.exec(VAULTS_SQL);
  return { db, columns: ['id', ...visibleColumns, 'payload'] };
}

export async function uploadRows(
  { db, columns }: Server,
  rows: readonly SealedStatementRow[],
): Promise<void> {
  const values = columns.map((column) => rows.map((row) => row[column as keyof typeof row]));
  const arrays = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const names = columns.map(quoted).join(', ');
  await db.query(`INSERT INTO statement_rows (${names}) SELECT * FROM unnest(${arrays})`, values);
}

export async function downloadRows({ db }: Server): Promise<SealedStatementRow[]> {
  return (await db.query<SealedStatementRow>('SELECT * FROM statement_rows ORDER BY id')).rows;
}

export async function rowVersions({ db }: Server): Promise<RowVersion[]> {
  const query = 'SELECT id, xmin::text, ctid::text FROM statement_rows ORDER BY id';
  return (await db.query<RowVersion>(query)).rows;
}

export async function setPayload({ db }: Server, id: string, payload: string): Promise<void> {
  await db.query('UPDATE statement_rows SET payload = $2 WHERE id = $1', [id, payload]);
}

export async function deleteRow({ db }: Server, id: string): Promise<void> {
  await db.query('DELETE FROM statement_rows WHERE id = $1', [id]);
}

/** Every field of every row of every table, as text. */
export async function allFields({ db }: Server): Promise<string[]> {
  const tables = await db.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
  );
  const fields: string[] = [];
  for (const { name } of tables.rows) {
    const { rows } = await db.query(`SELECT * FROM ${quoted(name)}`);
    for (const row of rows) fields.push(...Object.values(row as object).map(String));
  }
  return fields;
}

/** All files of the database's data directory: heaps, indexes, write-ahead log. */
export async function dumpDisk({ db }: Server): Promise<Uint8Array> {
  await db.exec('CHECKPOINT');
  const archive = await db.dumpDataDir('none');
  return withoutFileHeaders(new Uint8Array(await archive.arrayBuffer()));
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
