/** Backups of the server for tests, of which some tables are restored and others are not. */
import type { ServerRow, SyncServer } from '../../examples/sync-server/sync-server.js';

export interface Backup {
  /** Puts back what was in these tables, row by row and past the triggers. */
  restore(...tables: readonly string[]): Promise<void>;
}

const ALL = (table: string) => `SELECT * FROM ${table} ORDER BY id`;

export async function backUp(server: SyncServer, ...tables: readonly string[]): Promise<Backup> {
  const kept = new Map<string, readonly ServerRow[]>();
  for (const table of tables) kept.set(table, await server.query(ALL(table)));
  return {
    async restore(...restored) {
      for (const table of restored) {
        const rows = kept.get(table) ?? [];
        for (const { id } of await server.query(ALL(table))) {
          if (!rows.some((row) => row.id === id)) await server.dropRow(table, String(id));
        }
        for (const row of rows) await server.setColumns(table, String(row.id), row);
      }
    },
  };
}
