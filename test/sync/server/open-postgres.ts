import { emptyPostgres } from '../../../examples/sync-server/empty-postgres.js';

/** A Postgres in memory; a query that is refused gives its SQLSTATE instead of rows. */
export interface Postgres {
  run(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  refusal(text: string, values?: readonly unknown[]): Promise<string | null>;
  exec(text: string): Promise<unknown>;
  close(): Promise<void>;
}

export async function openPostgres(): Promise<Postgres> {
  const db = await emptyPostgres();
  const run = async (text: string, values: readonly unknown[] = []) =>
    (await db.query<Record<string, unknown>>(text, [...values])).rows;
  return {
    run,
    refusal: async (text, values) => {
      try {
        await run(text, values);
        return null;
      } catch (error) {
        return (error as { readonly code: string }).code;
      }
    },
    exec: (text) => db.exec(text),
    close: () => db.close(),
  };
}

/** What a backend does with an upload: an upsert of all that came. */
export function upsert(row: Readonly<Record<string, unknown>>, table: string): [string, unknown[]] {
  const names = Object.keys(row).map((name) => `"${name.replaceAll('"', '""')}"`);
  const text = `INSERT INTO "${table}" (${names.join(', ')})
    VALUES (${names.map((_, at) => `$${at + 1}`).join(', ')})
    ON CONFLICT (id) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(', ')}`;
  return [text, Object.values(row)];
}
