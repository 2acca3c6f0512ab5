import { PGlite } from '@electric-sql/pglite';

/** A Postgres in memory; a query that is refused gives its SQLSTATE instead of rows. */
export interface Postgres {
  run(text: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  refusal(text: string, values?: readonly unknown[]): Promise<string | null>;
  exec(text: string): Promise<unknown>;
  close(): Promise<void>;
}

export async function openPostgres(): Promise<Postgres> {
  const db = await PGlite.create();
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
