/** What a server can do that wants to do harm: anything, with what it has. */

import { rowKey } from './buckets.js';
import type { Change } from './changes.js';
import { quoted } from './changes.js';
import type { Database } from './database.js';
import type { ServerRow, SyncServer } from './sync-server.js';

export type HostileSide = Pick<
  SyncServer,
  'setColumns' | 'addSiblings' | 'dropRow' | 'versions' | 'replay' | 'dropChecks'
>;

/** Every state that each row has had. */
export interface Versions {
  record(changes: readonly Change[]): void;
  of(table: string, id: string): ServerRow[];
}

export function createVersions(): Versions {
  const versions = new Map<string, string[]>();
  return {
    record(changes) {
      for (const { table, id, data } of changes) {
        if (data === null) continue;
        const known = versions.get(rowKey(table, id));
        if (known) known.push(data);
        else versions.set(rowKey(table, id), [data]);
      }
    },
    of(table, id) {
      const known = versions.get(rowKey(table, id)) ?? [];
      return known.map((data) => JSON.parse(data) as ServerRow);
    },
  };
}

export function hostileSide(database: Database, versions: Versions): HostileSide {
  /** Writes a row as if no trigger were there; a row that is gone comes back. */
  async function write(table: string, id: string, columns: ServerRow): Promise<void> {
    const names = Object.keys(columns).filter((name) => name !== 'id');
    const row = JSON.stringify({ ...columns, id });
    const given = `json_populate_record(NULL::${quoted(table)}, $1::json) AS given`;
    const set = names.map((name) => `${quoted(name)} = given.${quoted(name)}`).join(', ');
    const all = ['id', ...names].map(quoted);
    await database.commit(async (tx) => {
      await tx.query('SET LOCAL session_replication_role = replica');
      const update = `UPDATE ${quoted(table)} AS stored SET ${set} FROM ${given} WHERE stored.id = given.id`;
      const { affectedRows } = await tx.query(update, [row]);
      if (affectedRows === 1) return;
      // Not an upsert, which Postgres refuses for a column that may not be NULL and is not given.
      await tx.query(`INSERT INTO ${quoted(table)} (${all}) SELECT ${all} FROM ${given}`, [row]);
    });
  }

  return {
    setColumns: write,
    async addSiblings(table, id, payloads) {
      const siblings = `${versions.of(table, id).at(-1)?.siblings ?? ''} ${payloads.join(' ')}`;
      await write(table, id, { siblings: siblings.trim() });
    },
    async dropRow(table, id) {
      await database.commit(async (tx) => {
        await tx.query('SET LOCAL session_replication_role = replica');
        await tx.query(`DELETE FROM ${quoted(table)} WHERE id = $1`, [id]);
      });
    },
    versions: async (table, id) => versions.of(table, id),
    async replay(table, id, version) {
      const state = versions.of(table, id).at(version);
      if (!state) throw new RangeError('The row has had no such state.');
      await write(table, id, state);
    },
    async dropChecks() {
      const { rows } = await database.db.query<{ sql: string }>(`
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS sql
        FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace`);
      for (const { sql } of rows) await database.db.exec(sql);
    },
  };
}
