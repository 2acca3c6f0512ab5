/** The Postgres behind the sync server, which tells of every commit in the order of commits. */
import type { PGlite, Transaction } from '@electric-sql/pglite';
import { withoutFileHeaders } from '../bank-statement/tar-archive.js';
import {
  CAPTURE_TABLE,
  type Change,
  capturedChanges,
  captureTriggers,
  type TableFacts,
} from './changes.js';
import { emptyPostgres } from './empty-postgres.js';

export interface Database {
  readonly db: PGlite;
  /** As they are after the last migration. */
  readonly tables: ReadonlyMap<string, TableFacts>;
  /** Runs one transaction, and reports what it changed before the next one begins. */
  commit<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Runs statements that may change tables, and looks at these anew. */
  migrate(sql: string): Promise<void>;
  /** Every file, one behind the other. */
  disk(): Promise<Uint8Array>;
  close(): Promise<void>;
}

export async function openDatabase(
  tablesSql: string,
  ownerColumnOf: (table: string) => string,
  onCommit: (changes: readonly Change[]) => void,
): Promise<Database> {
  const db = await emptyPostgres();
  await db.exec(CAPTURE_TABLE);
  let tables: ReadonlyMap<string, TableFacts> = new Map();
  async function change(sql: string): Promise<void> {
    await db.exec(`DROP SCHEMA IF EXISTS sync CASCADE; ${sql}; CREATE SCHEMA sync`);
    tables = await tablesOf(db, ownerColumnOf);
    for (const [index, table] of [...tables.values()].entries()) {
      await db.exec(captureTriggers(table, index));
    }
  }
  await change(tablesSql);
  let last: Promise<unknown> = Promise.resolve();
  return {
    db,
    get tables() {
      return tables;
    },
    migrate(sql) {
      const result = last.then(() => change(sql));
      last = result.catch(() => {});
      return result;
    },
    commit(work) {
      const result = last.then(async () => {
        const { value, changes } = await db.transaction(async (tx) => {
          const value = await work(tx);
          return { value, changes: await capturedChanges(tx) };
        });
        onCommit(changes);
        return value;
      });
      last = result.catch(() => {}); // whoever asked for it hears of it
      return result;
    },
    async disk() {
      await db.exec('CHECKPOINT');
      const archive = await db.dumpDataDir('none');
      return withoutFileHeaders(new Uint8Array(await archive.arrayBuffer()));
    },
    async close() {
      await last;
      await db.close();
    },
  };
}

/** Tables with an `id`: what has none can't be synced. */
async function tablesOf(
  db: PGlite,
  ownerColumnOf: (table: string) => string,
): Promise<Map<string, TableFacts>> {
  const { rows } = await db.query<{ table: string; column: string; type: string }>(`
    SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
      AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY c.relname, a.attnum`);
  const columns = new Map<string, Map<string, string>>();
  for (const { table, column, type } of rows) {
    columns.set(table, (columns.get(table) ?? new Map()).set(column, type));
  }
  const tables = new Map<string, TableFacts>();
  for (const [name, ofTable] of columns) {
    const ownerColumn = ownerColumnOf(name);
    const owned = ofTable.has(ownerColumn) ? ownerColumn : null;
    if (ofTable.has('id')) tables.set(name, { name, columns: ofTable, ownerColumn: owned });
  }
  return tables;
}
