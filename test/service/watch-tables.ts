/** What changes in Postgres, found by looking, as buckets and write checkpoints. */
import { setTimeout as wait } from 'node:timers/promises';
import { type Buckets, createBuckets, rowKey } from '../../examples/sync-server/buckets.js';
import { createSignal } from '../../examples/sync-server/signal.js';
import type { Connections } from './connections.js';
import { OWNER, PUBLISHED, VAULTS } from './tables.js';

export interface WatchedTables {
  readonly buckets: Buckets;
  /** Resolves when there may be something new. */
  changed(): Promise<void>;
  /** The next write checkpoint of a client; it is told once a later look has ended. */
  requestCheckpoint(client: string): string;
  checkpointOf(client: string): number | null;
  close(): Promise<void>;
}

const EVERY_MS = 20;

interface StoredRow {
  readonly table: string;
  readonly id: string;
  readonly owner: string;
  readonly version: string;
  readonly data: string;
}

/** All of it in one statement, so that a transaction over several tables is seen whole. */
const ALL_ROWS = PUBLISHED.map(
  (table) =>
    `SELECT '${table}' AS "table", id, ${table === VAULTS ? 'id' : OWNER} AS owner,
      xmin::text AS version, row_to_json(stored)::text AS data FROM ${table} AS stored`,
).join(' UNION ALL ');

export function watchTables(connections: Connections): WatchedTables {
  const buckets = createBuckets();
  const requested = new Map<string, number>();
  let told: ReadonlyMap<string, number> = new Map();
  let seen = new Map<string, StoredRow>();
  let snapshot = '';
  const signal = createSignal();
  let isClosed = false;

  async function look(): Promise<void> {
    const asked = new Map(requested);
    const [row] = (await connections.query('SELECT pg_current_snapshot()::text AS now')).rows;
    if (row?.now !== snapshot) {
      snapshot = String(row?.now);
      const { rows } = await connections.query(ALL_ROWS);
      record(rows as readonly unknown[] as readonly StoredRow[]);
    }
    told = asked;
    signal.notify();
  }

  function record(rows: readonly StoredRow[]): void {
    const now = new Map(rows.map((row) => [rowKey(row.table, row.id), row]));
    const gone = [...seen].flatMap(([key, row]) => (now.has(key) ? [] : [{ ...row, data: null }]));
    const changed = [...now].flatMap(([key, row]) =>
      seen.get(key)?.version === row.version ? [] : [row],
    );
    seen = now;
    buckets.record([...gone, ...changed]);
  }

  const watching = (async () => {
    while (!isClosed) {
      await look();
      await wait(EVERY_MS);
    }
  })();
  return {
    buckets,
    changed: signal.next,
    requestCheckpoint(client) {
      const next = (requested.get(client) ?? 0) + 1;
      requested.set(client, next);
      return `${next}`;
    },
    checkpointOf: (client) => told.get(client) ?? null,
    async close() {
      isClosed = true;
      await watching;
    },
  };
}
