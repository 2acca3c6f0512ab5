/** The engine and the server in memory. */
import type { Vault } from 'rowseal';
import { type MemoryServerOptions, memoryEngine, memoryServer } from 'rowseal/testing';
import { declarationOf } from '../../src/sync/declaration.js';
import { type ScheduleBackend, type ScheduleDevice, tables } from './schedule-backend.js';

type Server = ReturnType<typeof memoryServer>;

export async function memoryBackend(
  vaults: readonly Vault[],
  options: MemoryServerOptions = {},
): Promise<ScheduleBackend> {
  const server = memoryServer(tables, options);
  const devices: ScheduleDevice[] = [];
  for (const [index, vault] of vaults.entries()) {
    devices.push(await memoryDevice(server, `device ${index}`, vault));
  }
  return {
    devices,
    serverRow: async ({ table, id }) => server.row(table, id),
    versions: async ({ table, id }) => server.versions(table, id),
    async replay({ table, id }, version, part) {
      server.hostile.replay(table, id, version, part === 'all' ? undefined : part);
    },
    drop: async ({ table, id }) => server.hostile.drop(table, id),
    uploads: async ({ table, id }) => server.uploadCount(table, id),
  };
}

async function memoryDevice(server: Server, name: string, vault: Vault): Promise<ScheduleDevice> {
  let now = 0;
  const engine = memoryEngine(tables, { now: () => now });
  const declarations = new Map(tables.map((table) => [table.name, declarationOf(table)]));
  const start = async () => {
    const next = engine.store();
    await next.takeOver({ vaultId: vault.vaultId, declarations, silentSince: null });
    return next;
  };
  let store = await start();
  return {
    get store() {
      return store;
    },
    vault,
    async commit(at, writes) {
      now = at;
      engine.transaction((app) => {
        for (const { table, id, columns } of writes) {
          if (!columns) app.remove(table, id);
          else if (engine.row(table, id)) app.update(table, id, columns);
          else app.insert(table, { id, ...columns });
        }
      });
    },
    plainRow: async ({ table, id }) => engine.row(table, id),
    async exchange() {
      for (let next = engine.nextUpload(); next; next = engine.nextUpload()) {
        const { position, refused } = server.upload(name, next.writes);
        engine.uploaded(position, refused);
      }
      engine.receive(server.checkpoint(name, engine.position()));
    },
    async sendUnheard() {
      const next = engine.nextUpload();
      if (next) server.upload(name, next.writes);
    },
    async lose() {
      engine.clear();
      store = await start();
    },
  };
}
