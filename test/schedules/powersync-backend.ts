/** Real PowerSync databases, and the sync server with the shipped SQL. */
import type { PowerSyncDatabase } from '@powersync/node';
import type { Vault } from 'rowseal';
import { serverSql } from 'rowseal/powersync';
import { vi } from 'vitest';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { createPowerSyncStore } from '../../src/adapters/powersync/powersync-store.js';
import { declarationOf } from '../../src/sync/declaration.js';
import type { EngineRow } from '../../src/sync/sync-store.js';
import { schemaOf, uploadsOf } from '../support/mirrored-powersync.js';
import { openPowerSync } from '../support/open-powersync.js';
import { connect, syncServer } from '../support/synced-devices.js';
import {
  type AppWrite,
  type RowPlace,
  type ScheduleBackend,
  type ScheduleDevice,
  tables,
} from './schedule-backend.js';

export async function powersyncBackend(vaults: readonly Vault[]): Promise<ScheduleBackend> {
  const server = await syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
  const devices: ScheduleDevice[] = [];
  for (const [index, vault] of vaults.entries()) {
    devices.push(await powersyncDevice(server, `device ${index}`, vault));
  }
  return {
    devices,
    serverRow: (place) => servedRow(server, place),
    versions: ({ table, id }) => server.versions(sealed(table), id),
    async replay({ table, id }, version, part) {
      if (part === 'all') return server.replay(sealed(table), id, version);
      const state = (await server.versions(sealed(table), id))[version];
      await server.setColumns(sealed(table), id, { [part]: state?.[part] });
    },
    drop: ({ table, id }) => server.dropRow(sealed(table), id),
    uploads: ({ table, id }) => server.uploadsOf(sealed(table), id),
  };
}

async function powersyncDevice(
  server: SyncServer,
  name: string,
  vault: Vault,
): Promise<ScheduleDevice> {
  const db = await openPowerSync(schemaOf(tables));
  const declarations = new Map(tables.map((table) => [table.name, declarationOf(table)]));
  const start = async () => {
    const next = createPowerSyncStore(db, tables);
    await next.takeOver({ vaultId: vault.vaultId, declarations, silentSince: null });
    return next;
  };
  let store = await start();
  const online = async (condition: () => Promise<boolean>) => {
    await connect(db, server, name, { uploadData: uploadsOf(tables) });
    await vi.waitUntil(condition, { timeout: 60_000, interval: 5 });
    await db.disconnect();
  };
  return {
    get store() {
      return store;
    },
    vault,
    async commit(at, writes) {
      const before = await store.lastSeq();
      await db.writeTransaction(async (tx) => {
        for (const write of writes) {
          const sql = `SELECT 1 FROM ${write.table} WHERE id = ?`;
          const isThere = (await tx.getOptional(sql, [write.id])) !== null;
          await tx.execute(...statementOf(write, isThere));
        }
        // The triggers take SQLite's clock; the schedule has one of its own for each device.
        await tx.execute('UPDATE rowseal_queue SET at = ? WHERE seq > ?', [at, before]);
      });
    },
    plainRow: ({ table, id }) =>
      db.getOptional<EngineRow>(`SELECT * FROM ${table} WHERE id = ?`, [id]),
    async exchange() {
      if (!(await isInStep(db, server))) await online(() => isInStep(db, server));
    },
    async sendUnheard() {
      const next = await db.getOptional<{ data: string }>('SELECT data FROM ps_crud LIMIT 1');
      if (!next) return;
      const { type, id, data } = JSON.parse(next.data);
      await server.failUploads({ kind: 'lost-answer', device: name, times: 1000 });
      const sql = `SELECT 1 FROM ${type} WHERE id = $1 AND payload = $2`;
      await online(async () => (await server.query(sql, [id, data.payload])).length > 0);
      await server.clearFaults();
    },
    async lose() {
      await db.disconnectAndClear();
      store = await start();
    },
  };
}

/** One app write as plain SQL; `isThere` says whether it finds the row. */
function statementOf(
  { table, id, columns }: AppWrite,
  isThere: boolean,
): [sql: string, params: unknown[]] {
  if (!columns) return [`DELETE FROM ${table} WHERE id = ?`, [id]];
  const [names, values] = [Object.keys(columns), Object.values(columns)];
  if (isThere) {
    const set = names.map((name) => `${name} = ?`).join(', ');
    return [`UPDATE ${table} SET ${set} WHERE id = ?`, [...values, id]];
  }
  const marks = names.map(() => '?').join(', ');
  return [`INSERT INTO ${table} (id, ${names.join(', ')}) VALUES (?, ${marks})`, [id, ...values]];
}

const ALL = ['notes_sealed', 'tasks_sealed'].map(
  (table) => `SELECT id, payload, siblings FROM ${table} ORDER BY id`,
);

/** Whether nothing waits to be sent, and the device has what the server has. */
async function isInStep(db: PowerSyncDatabase, server: SyncServer): Promise<boolean> {
  if (await db.getOptional('SELECT 1 FROM ps_crud LIMIT 1')) return false;
  for (const sql of ALL) {
    const [here, there] = await Promise.all([db.getAll(sql), server.query(sql)]);
    if (JSON.stringify(here) !== JSON.stringify(there)) return false;
  }
  return true;
}

async function servedRow(server: SyncServer, { table, id }: RowPlace): Promise<EngineRow | null> {
  const [row] = await server.query(`SELECT * FROM ${sealed(table)} WHERE id = $1`, [id]);
  return row ?? null;
}

function sealed(table: string): string {
  return `${table}_sealed`;
}
