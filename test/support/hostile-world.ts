/** A server that does what it likes, a laptop that wrote rows, and a phone that has them all. */
import { cleartext, defineTable, encrypted, type Vault } from 'rowseal';
import { serverSql } from 'rowseal/powersync';
import { expect } from 'vitest';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import {
  openUserVault,
  type PowerSyncDevice,
  powersyncDevice,
  untilUploaded,
} from './mirrored-powersync.js';
import { syncServer, until } from './synced-devices.js';

export const notes = defineTable('notes', {
  title: encrypted.text(),
  folder: cleartext.text().optional(),
  list_id: cleartext.text().bound(),
});
export const tasks = defineTable('tasks', { title: encrypted.text() });
export const TABLES = [notes, tasks];
export const NOTES = 'notes_sealed';
export const TASKS = 'tasks_sealed';
const WITNESS = 'witness';

export interface HostileWorld {
  readonly server: SyncServer;
  readonly laptop: PowerSyncDevice;
  readonly phone: PowerSyncDevice;
  /** The payload of a note as the server has it. */
  payloadOf(id: string): Promise<string>;
  /** Writes an honest row, and waits until the phone has it: whatever came before was looked at. */
  untilLookedAt(): Promise<void>;
  /** How many rows were uploaded since the attack began, the honest one left out. */
  uploads(): Promise<number>;
}

/** Both devices are connected, and show a note for each id, and one task. */
export async function hostileWorld(
  ids: readonly string[],
  open: () => Promise<Vault> = openUserVault,
): Promise<HostileWorld> {
  const server = await syncServer({ tables: serverSql(TABLES, { owner: 'owner_id' }) });
  await server.dropChecks();
  const mergeDelay = () => 0;
  const laptop = await powersyncDevice('laptop', TABLES, { mergeDelay, vault: await open() });
  const phone = await powersyncDevice('phone', TABLES, { mergeDelay, vault: await open() });
  await Promise.all([laptop.connect(server), phone.connect(server)]);
  await laptop.db.writeTransaction(async (tx) => {
    const insert =
      "INSERT INTO notes (id, title, folder, list_id) VALUES (?, 'of ' || ?, 'in', 'l1')";
    for (const id of ids) await tx.execute(insert, [id, id]);
    await tx.execute("INSERT INTO tasks (id, title) VALUES ('t1', 'Task')");
  });
  await untilUploaded(laptop.db);
  await until(async () => expect(await rowsOf(phone)).toHaveLength(ids.length));
  const before = await uploadedRows(server);
  let witnesses = 0;
  return {
    server,
    laptop,
    phone,
    async payloadOf(id) {
      const [row] = await server.query(`SELECT payload FROM ${NOTES} WHERE id = $1`, [id]);
      return String(row?.payload);
    },
    async untilLookedAt() {
      const id = `${WITNESS}-${++witnesses}`;
      await laptop.db.execute("INSERT INTO tasks (id, title) VALUES (?, 'honest')", [id]);
      await untilUploaded(laptop.db);
      await until(async () => {
        const [row] = await phone.db.getAll('SELECT title FROM tasks WHERE id = ?', [id]);
        expect(row).toEqual({ title: 'honest' });
      });
      await Promise.all([laptop.mirror.flush(), phone.mirror.flush()]);
    },
    uploads: async () => (await uploadedRows(server)) - before,
  };
}

async function uploadedRows(server: SyncServer): Promise<number> {
  const writes = (await server.uploads()).flatMap((upload) => upload.writes);
  return writes.filter(({ id }) => !id.startsWith(WITNESS)).length;
}

export function rowsOf({ db }: PowerSyncDevice): Promise<readonly object[]> {
  return db.getAll('SELECT * FROM notes ORDER BY id');
}

/** What is wrong with notes, by id. */
export async function troublesOf({ mirror }: PowerSyncDevice): Promise<Record<string, string>> {
  const troubled = await mirror.troubledRows();
  return Object.fromEntries(troubled.map(({ id, kind, code }) => [id, `${kind} ${code}`]));
}

export async function findingsOf({ mirror }: PowerSyncDevice): Promise<readonly string[]> {
  return (await mirror.findings()).map(({ id, finding }) => `${id} ${finding}`).sort();
}

/** After an attack, and when all rows were sent once more: the same is shown, and nothing is uploaded. */
export async function expectUnmoved(w: HostileWorld, before: readonly object[]): Promise<void> {
  for (let time = 0; time < 2; time++) {
    await w.untilLookedAt();
    for (const device of [w.laptop, w.phone]) {
      expect(await rowsOf(device)).toEqual(before);
      expect(device.mirror.status.state).toBe('running');
    }
    expect(await w.uploads()).toBe(0);
    await w.server.touchAll();
  }
}
