import { expect, test } from 'vitest';
import { UploadFailed, uploadAsIs } from '../../examples/sync-server/connector.js';
import type { RefusedRow, UploadFault } from '../../examples/sync-server/sync-server.js';
import { syncedDevice, syncServer, until, untilRows } from '../support/synced-devices.js';

const BOTH = [
  { id: 'n1', body: 'Milk' },
  { id: 'n2', body: 'Honey' },
];
const NOTES = 'SELECT id, body FROM notes ORDER BY id';

async function uploadDespite(fault: UploadFault) {
  const server = await syncServer();
  await server.failUploads(fault);
  const laptop = await syncedDevice(server, 'laptop');
  const phone = await syncedDevice(server, 'phone');
  await laptop.writeTransaction(async (tx) => {
    await tx.execute("INSERT INTO notes (id, body) VALUES ('n1', 'Milk')");
    await tx.execute("INSERT INTO notes (id, body) VALUES ('n2', 'Honey')");
  });
  return { server, laptop, phone };
}

for (const { kind, uploads, states } of [
  { kind: 'lost-request', uploads: 2, states: 1 },
  { kind: 'lost-answer', uploads: 2, states: 2 },
  { kind: 'twice', uploads: 1, states: 2 },
  { kind: 'partly', uploads: 2, states: 2 },
  { kind: 'unavailable', uploads: 2, states: 1 },
] as const) {
  test(`an upload arrives in spite of ${kind}`, async () => {
    const { server, laptop, phone } = await uploadDespite({ kind });
    await untilRows(phone, NOTES, BOTH);
    await until(async () => expect(await laptop.getNextCrudTransaction()).toBeNull());
    expect(await server.uploads()).toHaveLength(uploads);
    expect(await server.uploadsOf('notes', 'n1')).toBe(uploads);
    expect(await server.versions('notes', 'n1')).toHaveLength(states);
    expect(await laptop.getAll(NOTES)).toEqual(BOTH);
  });
}

test('a fault is for one device and one row, as often as it says', async () => {
  const server = await syncServer();
  const row = { table: 'notes', id: 'n2' };
  await server.failUploads({ kind: 'unavailable', device: 'laptop', row, times: 3 });
  const laptop = await syncedDevice(server, 'laptop');
  const phone = await syncedDevice(server, 'phone');
  await laptop.execute("INSERT INTO notes (id, body) VALUES ('n1', 'Milk')");
  await laptop.execute("INSERT INTO notes (id, body) VALUES ('n2', 'Honey')");
  await untilRows(phone, NOTES, BOTH);
  await phone.execute("UPDATE notes SET body = 'Bread' WHERE id = 'n2'");
  await untilRows(laptop, "SELECT body FROM notes WHERE id = 'n2'", [{ body: 'Bread' }]);
  const uploads = (await server.uploads()).map(
    ({ device, writes }) => `${device} ${writes[0]?.id}`,
  );
  expect(uploads).toEqual(['laptop n1', ...Array(4).fill('laptop n2'), 'phone n2']);
});

test('a forgotten fault does not come true', async () => {
  const server = await syncServer();
  await server.failUploads({ kind: 'unavailable', times: Number.POSITIVE_INFINITY });
  await server.clearFaults();
  const laptop = await syncedDevice(server, 'laptop');
  await laptop.execute("INSERT INTO notes (id, body) VALUES ('n1', 'Milk')");
  await until(async () => expect(await server.query('SELECT id FROM notes')).toHaveLength(1));
  expect(await server.uploads()).toHaveLength(1);
});

/** Leaves out what the server refuses, and keeps what it said. */
async function refusalsOf(write: string, fault: UploadFault | null) {
  const server = await syncServer();
  if (fault) await server.failUploads(fault);
  await server.query("INSERT INTO notes (id, owner_id, body) VALUES ('b1', 'bob', 'of Bob')");
  const refusals: RefusedRow[] = [];
  const laptop = await syncedDevice(server, 'laptop', {
    uploadData: (send) => async (db) => {
      try {
        await uploadAsIs(send)(db);
      } catch (error) {
        if (!(error instanceof UploadFailed) || error.status !== 422) throw error;
        refusals.push(...error.refused);
        await (await db.getNextCrudTransaction())?.complete();
      }
    },
  });
  await laptop.writeTransaction(async (tx) => {
    await tx.execute("INSERT INTO notes (id, body) VALUES ('n1', 'Milk')");
    await tx.execute(write);
  });
  await until(() => expect(refusals).not.toHaveLength(0));
  const rows = await server.query('SELECT id, body FROM notes');
  expect(rows).toEqual([{ id: 'b1', body: 'of Bob' }]); // nothing of the transaction is there
  return refusals.map(({ table, id, code }) => ({ table, id, code }));
}

test('a refusal for good names the row, and nothing of its transaction is applied', async () => {
  const ordered = { kind: 'refused', row: { table: 'notes', id: 'n2' } } as const;
  const honey = "INSERT INTO notes (id, body) VALUES ('n2', 'Honey')";
  expect(await refusalsOf(honey, ordered)).toEqual([{ table: 'notes', id: 'n2', code: 'refused' }]);
  const check = "INSERT INTO notes (id, body, stars) VALUES ('n2', 'Honey', 10)";
  expect(await refusalsOf(check, null)).toEqual([{ table: 'notes', id: 'n2', code: '23514' }]);
  const foreignRow = "INSERT INTO notes (id, body) VALUES ('b1', 'mine now')";
  expect(await refusalsOf(foreignRow, null)).toEqual([{ table: 'notes', id: 'b1', code: '42501' }]);
  const foreignOwner = "INSERT INTO notes (id, owner_id) VALUES ('n2', 'bob')";
  expect(await refusalsOf(foreignOwner, null)).toEqual([
    { table: 'notes', id: 'n2', code: '42501' },
  ]);
});
