/** What a server can make PowerSync devices send that refuses, replays, forgets or takes turns. */
import { defineTable, encrypted } from 'rowseal';
import { serverSql } from 'rowseal/powersync';
import { describe, expect, it } from 'vitest';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { type PowerSyncDevice, powersyncDevice } from '../support/mirrored-powersync.js';
import { syncServer, until, untilRows } from '../support/synced-devices.js';

const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text() });
const tables = [notes];
const ALL = 'SELECT title, body FROM notes';
const SEALED = 'SELECT payload, siblings FROM notes_sealed';
const LEFT = `SELECT id FROM ps_crud UNION ALL SELECT id FROM rowseal_queue WHERE held = 0
  UNION ALL SELECT id FROM rowseal_rows WHERE due IS NOT NULL`;
const ROUNDS = 8;

/** Two devices that never wait for each other, and a row that was edited three times. */
async function editedRow() {
  const server = await syncServer({ tables: serverSql(tables, { owner: 'owner_id' }) });
  const options = { mergeDelay: () => 0 };
  const laptop = await powersyncDevice('laptop', tables, options);
  const phone = await powersyncDevice('phone', tables, options);
  const devices = [laptop, phone];
  await Promise.all(devices.map((device) => device.connect(server)));
  await laptop.db.execute("INSERT INTO notes (id, title, body) VALUES ('n1', 'Title', 'Body')");
  for (const title of ['One', 'Two', 'Three']) {
    await untilInStep(devices, server);
    await laptop.db.execute('UPDATE notes SET title = ?', [title]);
  }
  await untilInStep(devices, server);
  return { server, devices, laptop };
}

/** Nothing is left to do, and every device holds what the server does. */
async function untilInStep(devices: readonly PowerSyncDevice[], server: SyncServer): Promise<void> {
  await until(async () => {
    const there = await server.query(SEALED);
    for (const { db } of devices) {
      // Both at one moment: what arrives in between would be work that is left.
      await db.readTransaction(async (tx) => {
        expect(await tx.getAll(LEFT)).toEqual([]);
        expect(await tx.getAll(SEALED)).toEqual(there);
      });
    }
  });
}

const sends = (server: SyncServer) => server.uploadsOf('notes_sealed', 'n1');

describe('a server', () => {
  it.each([
    ['replays an old payload for ever', [0], 2],
    ['alternates between two old payloads', [0, 1], 4],
  ])('that %s gets one answer to each from each device', async (_, versions, most) => {
    const { server, devices } = await editedRow();
    const before = await sends(server);
    const sent: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await server.replay('notes_sealed', 'n1', versions[round % versions.length] as number);
      await untilInStep(devices, server);
      sent.push((await sends(server)) - before);
    }
    expect(sent.at(-1)).toBeGreaterThan(0);
    expect(sent.at(-1)).toBeLessThanOrEqual(most);
    expect(sent.at(-1)).toBe(sent.at(ROUNDS / 2));
    for (const { db } of devices) await untilRows(db, ALL, [{ title: 'Three', body: 'Body' }]);
  });

  it('that acknowledges and forgets gets an edit, and one answer to what it serves', async () => {
    const { server, devices, laptop } = await editedRow();
    const before = await sends(server);
    await laptop.db.execute("UPDATE notes SET title = 'Four'");
    const sent: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await untilInStep(devices, server);
      await server.replay('notes_sealed', 'n1', 3);
      sent.push((await sends(server)) - before);
    }
    expect(sent.at(-1)).toBeLessThanOrEqual(1 + 2);
    expect(sent.at(-1)).toBe(sent.at(ROUNDS / 2));
    await untilRows(laptop.db, ALL, [{ title: 'Four', body: 'Body' }]);
  });

  it('that refuses a row for good is asked once for each edit, whatever it replays', async () => {
    const { server, devices, laptop } = await editedRow();
    const row = { table: 'notes_sealed', id: 'n1' };
    await server.failUploads({ kind: 'refused', row, device: 'laptop', times: 1000 });
    const before = await sends(server);
    for (const title of ['Four', 'Five']) {
      await laptop.db.execute('UPDATE notes SET title = ?', [title]);
      await untilInStep(devices, server);
    }
    expect(await sends(server)).toBe(before + 2);
    await until(() => expect(laptop.mirror.status.rejected).toBe(1));
    for (let round = 0; round < ROUNDS; round++) {
      await server.replay('notes_sealed', 'n1', 3 - (round % 2));
      await untilInStep(devices, server);
    }
    const answers = (await sends(server)) - before - 2;
    expect(answers).toBeLessThanOrEqual(2);
    await untilRows(laptop.db, ALL, [{ title: 'Five', body: 'Body' }]);
  });
});
