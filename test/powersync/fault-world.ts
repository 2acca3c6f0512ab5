/** A device on a real PowerSync database whose mirror meets faults, and one that meets none. */
import type { PowerSyncDatabase } from '@powersync/node';
import { cleartext, defineTable, encrypted, memoryStore, openVault, rotateDataKey } from 'rowseal';
import { type Mirror, startMirror, uploadWith } from 'rowseal/powersync';
import { type EngineRow, vaultForTesting } from 'rowseal/testing';
import {
  type FaultyDatabase,
  faultyDatabase,
  StatementFault,
} from '../support/faulty-powersync.js';
import { createFeed } from '../support/fed-powersync.js';
import { mirroredWorld } from '../support/mirrored-devices.js';
import { schemaOf } from '../support/mirrored-powersync.js';
import { openPowerSync } from '../support/open-powersync.js';

export const notes = defineTable('notes', {
  title: encrypted.text(),
  body: encrypted.text().optional(),
  day: encrypted.date().optional(),
  folder: cleartext.text().optional(),
});
export const tasks = defineTable('tasks', { name: encrypted.text(), hours: encrypted.integer() });
export const tables = [notes, tasks] as const;

export type FaultWorld = Awaited<ReturnType<typeof faultWorld>>;

/** Both devices share the vault of `mirroredWorld`; its data key was rotated since. */
async function vaultHeaders() {
  const { vault, store, opener } = vaultForTesting('mirrored devices');
  const rotated = await rotateDataKey(store, vault);
  return {
    headers: { old: vault.header, current: rotated.header },
    open: (header: string) => openVault(memoryStore(header), opener),
  };
}

export async function faultWorld() {
  const { headers, open } = await vaultHeaders();
  const world = mirroredWorld(tables);
  const { server } = world;
  const db: PowerSyncDatabase = await openPowerSync(schemaOf(tables));
  const b = await world.device('b');
  b.vault = await open(headers.current);
  let feed = createFeed();
  let heard = 0;
  /** Of the server, when this run began. */
  let beginning = 0;
  let header = headers.current;
  let faulty: FaultyDatabase = faultyDatabase(db);
  let mirror: Mirror | null = null;

  /** Each process opens the vault for itself. */
  async function start(): Promise<void> {
    for (;;) {
      try {
        mirror = await startMirror({ db: faulty.db, tables, vault: await open(header) });
        return;
      } catch (error) {
        if (!isFault(error)) throw error;
        if (faulty.isDead) faulty = faultyDatabase(db);
      }
    }
  }
  /** What the app does when a call of the mirror's throws: the same again, after a kill elsewhere. */
  async function survive(work: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        if (!isFault(error)) throw error;
        if (!faulty.isDead) continue;
        await mirror?.close();
        faulty = faultyDatabase(db);
        await start();
      }
    }
  }
  const running = () => mirror as Mirror;
  return {
    db,
    b,
    server,
    headers,
    status: () => running().status,
    start,
    flush: () => survive(() => running().flush()),
    flushOnce: () => running().flush(),
    retry: () => survive(() => running().retry()),
    async unlock(given: string) {
      header = given;
      await survive(async () => running().unlock(await open(given)));
    },
    /** After a clear only rows of this run come back. */
    beginRun(): void {
      beginning = server.checkpoint('a', heard).position;
    },
    /** A mirror with this vault, to which nothing happens until a fault is armed. */
    async begin(given: string): Promise<void> {
      if (mirror && header === given) return;
      await mirror?.close();
      header = given;
      await start();
      await running().flush();
    },
    async end(): Promise<void> {
      await mirror?.close();
      mirror = null;
    },
    /** An app that was never started with a mirror, on an empty database. */
    async forget(): Promise<void> {
      await mirror?.close();
      mirror = null;
      faulty = faultyDatabase(db);
      await db.disconnectAndClear();
      await dropBookkeeping(db);
      feed = createFeed();
      heard = beginning;
    },
    async clear(): Promise<void> {
      await mirror?.close();
      mirror = null;
      await db.disconnectAndClear();
      feed = createFeed();
      heard = beginning;
    },
    arm: (step: number, kind: 'fails' | 'dies') => faulty.arm(step, kind),
    disarm: () => faulty.disarm(),
    /** Sends what waits, rows of `refused` excepted, and takes what the server has. */
    async exchange(refused: readonly string[] = []): Promise<void> {
      const upload = uploadWith({
        tables,
        async send(writes) {
          const bad = writes.filter(({ id }) => refused.includes(id));
          if (bad.length > 0) {
            return { refused: bad.map(({ table, id }) => ({ table, id, reason: 'no' })) };
          }
          const sent = writes.map(({ table, id, data }) => {
            return { op: 'put' as const, table: nameOf(table), id, row: data as EngineRow };
          });
          server.upload('a', sent);
          return { refused: [] };
        },
      });
      while (await db.getOptional('SELECT 1 FROM ps_crud LIMIT 1')) await upload(db);
      const { position, rows } = server.checkpoint('a', heard);
      heard = position;
      if (rows.length === 0) return;
      feed.add(
        rows.map(({ table, id, row }) => {
          return { table: `${table}_sealed`, id, data: row && JSON.stringify(row) };
        }),
      );
      await feed.deliver(db);
    },
  };
}

/** Log-out's own refusal has it as its cause. */
function isFault(error: unknown): boolean {
  return error instanceof StatementFault || (error as Error).cause instanceof StatementFault;
}

function nameOf(sealedTable: string): string {
  return sealedTable.replace(/_sealed$/, '');
}

async function dropBookkeeping(db: PowerSyncDatabase): Promise<void> {
  const found = await db.getAll<{ type: string; name: string }>(
    `SELECT type, name FROM sqlite_schema
    WHERE name LIKE 'rowseal%' AND type IN ('table', 'trigger') ORDER BY type DESC`,
  );
  for (const { type, name } of found) await db.execute(`DROP ${type} "${name}"`);
  await db.execute("DELETE FROM ps_kv WHERE key = 'rowseal'");
}
