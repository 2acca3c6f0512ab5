/** `uploadWith` in PowerSync's own hands, with a server behind it that is not always willing. */
import { column, Schema, Table } from '@powersync/common';
import { cleartext, defineTable, encrypted, encryptRow } from 'rowseal';
import { vaultForTesting } from 'rowseal/testing';
import { describe, expect, it } from 'vitest';
import type { Send } from '../../examples/sync-server/connector.js';
import {
  serverSql,
  type UploadOptions,
  uploadWith,
} from '../../src/adapters/powersync/powersync.js';
import { openPowerSync } from '../support/open-powersync.js';
import { connect, syncServer, until, untilRows } from '../support/synced-devices.js';

const notes = defineTable('notes', { body: encrypted.text(), folder: cleartext.text() });
const { vault } = vaultForTesting('uploads');
const { text } = column;
const sealed = new Table({ folder: text, payload: text, parents: text, siblings: text });
const schema = new Schema({ notes_sealed: sealed });

const uploadNotes =
  (options: Partial<UploadOptions> = {}) =>
  (send: Send) =>
    uploadWith({ tables: [notes], send, ...options });

const startServer = () => syncServer({ tables: serverSql([notes], { owner: 'owner_id' }) });

async function startDevice(
  server: Awaited<ReturnType<typeof startServer>>,
  { schema: ofApp = schema, device = 'laptop', ...options } = {} as Partial<UploadOptions> & {
    schema?: Schema;
    device?: string;
  },
) {
  const db = await openPowerSync(ofApp);
  return {
    db,
    connect: () => connect(db, server, device, { uploadData: uploadNotes(options) }),
    async put(...ids: readonly string[]) {
      await db.writeTransaction(async (tx) => {
        for (const id of ids) {
          const { payload } = encryptRow(vault, notes, { id, body: `of ${id}`, folder: 'inbox' });
          const sql = 'INSERT INTO notes_sealed (id, folder, payload) VALUES (?, ?, ?)';
          await tx.execute(sql, [id, 'inbox', payload]);
        }
      });
    },
    async queued() {
      const { count } = await db.get<{ count: number }>('SELECT count(*) AS count FROM ps_crud');
      return count;
    },
  };
}

const IDS = 'SELECT id FROM notes_sealed ORDER BY id';
const rows = (...ids: readonly string[]) => ids.map((id) => ({ id }));

describe('uploads to a server', () => {
  it('arrive on another device, after a failure, a lost answer and a server that applied half', async () => {
    const server = await startServer();
    await server.failUploads({ kind: 'unavailable' }, { kind: 'lost-answer' }, { kind: 'partly' });
    const laptop = await startDevice(server);
    const phone = await startDevice(server, { device: 'phone' });
    await laptop.put('a', 'b');
    await Promise.all([laptop.connect(), phone.connect()]);
    await untilRows(phone.db, IDS, rows('a', 'b'));
    await until(async () => expect(await laptop.queued()).toBe(0));
    expect(await server.uploadsOf('notes_sealed', 'a')).toBe(4);
    expect(await server.query("SELECT id FROM notes_sealed WHERE siblings <> ''")).toEqual([]);
  });

  it('go on past a row that is refused, which stays noted on the device', async () => {
    const server = await startServer();
    await server.failUploads({ kind: 'refused', row: { table: 'notes_sealed', id: 'b' } });
    const laptop = await startDevice(server);
    await laptop.put('a', 'b', 'c');
    await laptop.put('d');
    await laptop.connect();
    await until(async () => expect(await server.query(IDS)).toEqual(rows('a', 'c', 'd')));
    expect(await laptop.db.getAll('SELECT tbl, id, reason FROM rowseal_rejected')).toEqual([
      { tbl: 'notes', id: 'b', reason: 'The server does not want this row.' },
    ]);
    expect(await server.uploadsOf('notes_sealed', 'b')).toBe(1);
  });

  it('stop where they would show plaintext, and PowerSync says so', async () => {
    const server = await startServer();
    const body = 'a canary that nobody may hear';
    const exposing = new Schema({ notes_sealed: sealed, notes: new Table({ body: text }) });
    const laptop = await startDevice(server, { schema: exposing });
    await laptop.put('a');
    await laptop.db.execute('INSERT INTO notes (id, body) VALUES (?, ?)', ['a', body]);
    await laptop.connect();
    await until(() => {
      const { uploadError } = laptop.db.currentStatus.dataFlowStatus;
      expect(uploadError).toMatchObject({ code: 'EXPOSURE_REFUSED' });
    });
    expect(await server.query(IDS)).toEqual(rows('a'));
    expect(await laptop.queued()).toBe(1);
    expect(await laptop.db.getAll('SELECT body FROM notes')).toEqual([{ body }]);
    expect(await server.findReceived([body])).toEqual([]);
  });

  it('never delete a sealed row; sync brings it back', async () => {
    const server = await startServer();
    const strays: string[] = [];
    const laptop = await startDevice(server, { onStrayDelete: ({ id }) => strays.push(id) });
    await laptop.put('a', 'b');
    await laptop.connect();
    await until(async () => expect(await server.query(IDS)).toEqual(rows('a', 'b')));
    await laptop.db.execute('DELETE FROM notes_sealed');
    await until(() => expect(strays).toEqual(['a', 'b']));
    await untilRows(laptop.db, IDS, rows('a', 'b'));
    expect(await server.query(IDS)).toEqual(rows('a', 'b'));
  });

  it('end with the transaction in hand when the device disconnects', async () => {
    const server = await startServer();
    let sent = 0;
    let disconnected: Promise<void> | undefined;
    const laptop = await startDevice(server, {
      async send() {
        sent += 1;
        disconnected ??= laptop.db.disconnect();
        return undefined;
      },
    });
    for (const id of ['a', 'b', 'c']) await laptop.put(id);
    void laptop.connect();
    await until(() => expect(disconnected).toBeDefined());
    await disconnected;
    expect(sent).toBe(1);
    expect(await laptop.queued()).toBe(2);
  });
});
