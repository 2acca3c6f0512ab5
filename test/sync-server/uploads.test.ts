import { expect, test } from 'vitest';
import { uploadAsIs } from '../../examples/sync-server/connector.js';
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

/** What is refused of a transaction with a good row and others, and what becomes of the good one. */
async function refusalsOf(writes: readonly string[], fault: UploadFault | null) {
  const server = await syncServer();
  if (fault) await server.failUploads(fault);
  await server.query("INSERT INTO notes (id, owner_id, body) VALUES ('b1', 'bob', 'of Bob')");
  const answers: (readonly RefusedRow[])[] = [];
  const stored: unknown[] = [];
  const laptop = await syncedDevice(server, 'laptop', {
    uploadData: (send) =>
      uploadAsIs(async (uploaded) => {
        const answer = await send(uploaded);
        answers.push(answer.refused);
        stored.push((await server.query('SELECT id FROM notes ORDER BY id')).map(({ id }) => id));
        return answer;
      }),
  });
  await laptop.writeTransaction(async (tx) => {
    await tx.execute("INSERT INTO notes (id, body) VALUES ('n1', 'Milk')");
    for (const write of writes) await tx.execute(write);
  });
  await until(() => expect(stored).toHaveLength(2));
  // Nothing of a refused transaction is applied; then all of what is left.
  expect(stored).toEqual([['b1'], ['b1', 'n1']]);
  expect(answers[1]).toEqual([]);
  return answers[0]?.map(({ table, id, code }) => `${table} ${id} ${code}`);
}

test('a refusal for good names every row that is refused', async () => {
  const row = { table: 'notes', id: 'n2' };
  const honey = "INSERT INTO notes (id, body) VALUES ('n2', 'Honey')";
  const ordered = await refusalsOf([honey], { kind: 'refused', row });
  expect(ordered).toEqual(['notes n2 refused']);
  const byPostgres = await refusalsOf(
    [
      "INSERT INTO notes (id, body, stars) VALUES ('n3', 'too good', 10)",
      "INSERT INTO notes (id, body) VALUES ('b1', 'mine now')",
      "INSERT INTO notes (id, owner_id) VALUES ('n4', 'bob')",
      "DELETE FROM notes WHERE id = 'nothing'",
      "INSERT INTO notes (id, body, stars) VALUES ('n5', 'too good', 11)",
    ],
    null,
  );
  expect(byPostgres).toEqual([
    'notes n3 23514',
    'notes b1 42501',
    'notes n4 42501',
    'notes n5 23514',
  ]);
});
