/** An app that moves a plaintext table into an encrypted one, and its server. Programs use it, too. */
import { column, Schema, Table } from '@powersync/common';
import type { Send } from '../../examples/sync-server/connector.js';
import { startSyncServer } from '../../examples/sync-server/start-sync-server.js';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import {
  encryptedTables,
  migrationSql,
  migrations,
  type OldRow,
  serverSql,
  uploadWith,
  type VerifiedRow,
} from '../../src/adapters/powersync/powersync.js';
import { defineTable, encrypted, memoryStore, openVault, type Vault } from '../../src/index.js';
import { vaultForTesting } from '../../src/testing/testing.js';

export const entries = defineTable('entries', {
  cents: encrypted.integer(),
  merchant: encrypted.text(),
  note: encrypted.text().optional(),
});
export const tables = [entries, migrations] as const;

export const map = {
  cents: ({ amount }: OldRow) => Math.round(Number(amount) * 100),
};

const transactions = new Table({ amount: column.real, merchant: column.text, note: column.text });
/** As it was released. */
export const oldSchema = new Schema({ transactions });
/** Of the version that moves the rows. */
export const newSchema = new Schema({ transactions, ...encryptedTables(tables) });

export const MIGRATION_SQL = migrationSql({
  from: 'transactions',
  table: entries,
  owner: 'owner_id',
});
export const SERVER_SQL = `
  CREATE TABLE transactions (
    id text PRIMARY KEY, owner_id text, amount float8, merchant text, note text
  );
  ${serverSql(tables, { owner: 'owner_id' })}
  ${MIGRATION_SQL}`;

const { vault, opener } = vaultForTesting('migrating devices');

export function openUserVault(): Promise<Vault> {
  return openVault(memoryStore(vault.header), opener);
}

export interface MigratingServer {
  readonly server: SyncServer;
  /** Refuses old versions' writes, or takes them again. */
  refuse(refused: boolean): Promise<void>;
  /** What an app gives to `removePlaintext`. */
  remove(rows: readonly VerifiedRow[]): Promise<string[]>;
  /** Forgets all rows, so that tests can share it. */
  empty(): Promise<void>;
}

export async function migratingServer(): Promise<MigratingServer> {
  const server = await startSyncServer({ tables: SERVER_SQL });
  return migratingSide(server);
}

export function migratingSide(server: SyncServer): MigratingServer {
  const refuse = async (refused: boolean) => {
    const verb = refused ? 'ENABLE' : 'DISABLE';
    await server.query(`ALTER TABLE transactions ${verb} TRIGGER rowseal_refuse_old`);
  };
  return {
    server,
    refuse,
    async remove(rows) {
      const removed = await server.query(
        "SELECT * FROM rowseal_remove_transactions('ada', $1, $2) AS id",
        [rows.map(({ id }) => id), rows.map(({ payloadId }) => payloadId)],
      );
      return removed.map(({ id }) => String(id));
    },
    async empty() {
      await refuse(false);
      await server.clearFaults();
      for (const table of ['transactions', 'entries_sealed', 'rowseal_migrations_sealed']) {
        await server.query(`DELETE FROM ${table}`);
      }
    },
  };
}

export function uploads(send: Send) {
  return uploadWith({ tables, send });
}

export const OLD_ROWS = 'SELECT id, amount, merchant, note FROM transactions ORDER BY id';
export const NEW_ROWS = 'SELECT id, cents, merchant, note FROM entries ORDER BY id';
