/** Every committed change of every table, as the sync side needs it: who may see which row now. */
import type { Transaction } from '@electric-sql/pglite';

/** A row as it is after a transaction. */
export interface Change {
  readonly table: string;
  readonly id: string;
  /** Whose row it is; `null` where the table has no column that says so: everybody's. */
  readonly owner: string | null;
  /** The row as JSON text; `null` when it was deleted. */
  readonly data: string | null;
}

/** A table of the caller's, as Postgres describes it. */
export interface TableFacts {
  readonly name: string;
  /** Column names with their Postgres types. */
  readonly columns: ReadonlyMap<string, string>;
  /** The column that says whose row it is. */
  readonly ownerColumn: string | null;
}

/** Emptied by Postgres at every commit, so that it never grows and a rollback leaves nothing. */
export const CAPTURE_TABLE = `
  CREATE TEMP TABLE captured (
    seq bigint GENERATED ALWAYS AS IDENTITY, tbl text, id text, owner text, data text
  ) ON COMMIT DELETE ROWS`;

/**
 * Triggers for one table. Once per statement and not per row: that is several times as fast.
 *
 * `ENABLE ALWAYS`, since hostile writes switch the ordinary triggers off.
 */
export function captureTriggers(table: TableFacts, index: number): string {
  const name = quoted(table.name);
  const owner = table.ownerColumn === null ? 'NULL' : `r.${quoted(table.ownerColumn)}::text`;
  const values = [...table.columns].map(([column, type]) => columnValue(column, type)).join(', ');
  const row = `row_to_json((SELECT v FROM (SELECT ${values}) AS v))::text`;
  const events = [
    { event: 'INSERT', from: 'NEW', data: row },
    { event: 'UPDATE', from: 'NEW', data: row },
    { event: 'DELETE', from: 'OLD', data: 'NULL' },
  ];
  return events
    .map(({ event, from, data }) => {
      const capture = `capture_${index}_${event.toLowerCase()}`;
      return `
        CREATE FUNCTION sync.${capture}() RETURNS trigger LANGUAGE plpgsql AS $capture$ BEGIN
          INSERT INTO pg_temp.captured (tbl, id, owner, data)
            SELECT ${literal(table.name)}, r.id::text, ${owner}, ${data} FROM changed AS r;
          RETURN NULL;
        END $capture$;
        CREATE TRIGGER ${capture} AFTER ${event} ON ${name} REFERENCING ${from} TABLE AS changed
          FOR EACH STATEMENT EXECUTE FUNCTION sync.${capture}();
        ALTER TABLE ${name} ENABLE ALWAYS TRIGGER ${capture};`;
    })
    .join('\n');
}

/** What the open transaction has changed so far, in order. */
export async function capturedChanges(tx: Transaction): Promise<readonly Change[]> {
  const { rows } = await tx.query<Change>(
    'SELECT tbl AS "table", id, owner, data FROM pg_temp.captured ORDER BY seq',
  );
  return rows;
}

/** SQLite has text, integers and reals: the rest goes as PowerSync sends it. */
function columnValue(column: string, type: string): string {
  const value = `r.${quoted(column)}`;
  if (type === 'boolean') return `${value}::int AS ${quoted(column)}`;
  if (/^(numeric|jsonb?)/.test(type)) return `${value}::text AS ${quoted(column)}`;
  return value;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
