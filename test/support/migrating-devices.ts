/** Devices of one user whose app moves a plaintext table into an encrypted one, and older versions of it. */
import { column, Schema, Table } from '@powersync/common';
import type { PowerSyncDatabase } from '@powersync/node';
import { onTestFinished } from 'vitest';
import { type Send, uploadAsIs } from '../../examples/sync-server/connector.js';
import { startSyncServer } from '../../examples/sync-server/start-sync-server.js';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import {
  encryptedTables,
  type Migration,
  type Mirror,
  migrateTable,
  migrationSql,
  migrations,
  serverSql,
  startMirror,
  uploadWith,
  type VerifiedRow,
} from '../../src/adapters/powersync/powersync.js';
import { defineTable, encrypted, memoryStore, openVault, type Vault } from '../../src/index.js';
import { vaultForTesting } from '../../src/testing/testing.js';
import { type DatabaseFile, databaseFile } from './open-powersync.js';
import { connect, until } from './synced-devices.js';

export const entries = defineTable('entries', {
  cents: encrypted.integer(),
  merchant: encrypted.text(),
  note: encrypted.text().optional(),
});
export const tables = [entries, migrations] as const;

export const map = {
  cents: ({ amount }: { readonly amount?: string | number | null }) =>
    Math.round(Number(amount) * 100),
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

export interface OldDevice {
  readonly file: DatabaseFile;
  readonly db: PowerSyncDatabase;
  connect(): Promise<void>;
  /** Ends this version of the app, for the next one on the same file. */
  quit(): Promise<void>;
}

export interface NewDevice extends OldDevice {
  readonly mirror: Mirror;
  readonly migration: Migration;
}

/** A version of the app from before. */
export async function oldDevice(
  { server }: MigratingServer,
  name: string,
  file?: DatabaseFile,
): Promise<OldDevice> {
  const own = file ?? (await databaseFile());
  const db = await own.open(oldSchema);
  return {
    file: own,
    db,
    connect: () => connect(db, server, name, { uploadData: uploadAsIs }),
    quit: () => db.close(),
  };
}

/** The version of the app that moves the rows. */
export async function newDevice(
  { server }: MigratingServer,
  name: string,
  file?: DatabaseFile,
): Promise<NewDevice> {
  const own = file ?? (await databaseFile());
  const db = await own.open(newSchema);
  const mirror = await startMirror({ db, vault: await openUserVault(), tables });
  const migration = await migrateTable({ db, mirror, from: 'transactions', table: entries, map });
  onTestFinished(async () => {
    await migration.close();
    await mirror.close();
  });
  return {
    file: own,
    db,
    mirror,
    migration,
    connect: () => connect(db, server, name, { uploadData: uploads }),
    async quit() {
      await migration.close();
      await mirror.close();
      await db.close();
    },
  };
}

export function uploads(send: Send) {
  return uploadWith({ tables, send });
}

export const OLD_ROWS = 'SELECT id, amount, merchant, note FROM transactions ORDER BY id';
export const NEW_ROWS = 'SELECT id, cents, merchant, note FROM entries ORDER BY id';

/** Waits until all of a device's writes are on the server and back. */
export function untilSent(db: PowerSyncDatabase): Promise<void> {
  return until(async () => {
    const left = await db.getAll(
      'SELECT id FROM ps_crud UNION ALL SELECT row_id FROM ps_updated_rows',
    );
    if (left.length > 0) throw new Error(`${left.length} are not back.`);
  });
}
