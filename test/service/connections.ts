/** As much of a pool of `pg` as the suite uses, so that a Postgres in memory can stand in for it. */

import { emptyPostgres } from '../../examples/sync-server/empty-postgres.js';
import type { PostgresRow } from './service-backend.js';

export interface Answer {
  readonly rows: PostgresRow[];
  readonly rowCount: number | null;
}

export interface Connection {
  query(sql: string, params?: unknown[]): Promise<Answer>;
  release(): void;
}

export interface Connections {
  query(sql: string, params?: unknown[]): Promise<Answer>;
  connect(): Promise<Connection>;
  end(): Promise<void>;
}

/** It has one connection, so whoever takes it keeps the others waiting. */
export async function inMemory(): Promise<Connections> {
  const db = await emptyPostgres();
  let last: Promise<void> = Promise.resolve();
  const ask = async (sql: string, params?: unknown[]): Promise<Answer> => {
    if (params) {
      const { rows, affectedRows = 0 } = await db.query<PostgresRow>(sql, params);
      return { rows, rowCount: Math.max(rows.length, affectedRows) };
    }
    const results = await db.exec(sql);
    return { rows: results.at(-1)?.rows ?? [], rowCount: null };
  };
  const connect = async (): Promise<Connection> => {
    const before = last;
    let release = () => {};
    last = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    return { query: ask, release };
  };
  return {
    connect,
    async query(sql, params) {
      const { query, release } = await connect();
      return query(sql, params).finally(release);
    },
    end: () => db.close(),
  };
}
