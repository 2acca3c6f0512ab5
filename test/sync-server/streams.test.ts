import { expect, test } from 'vitest';
import type { StreamRequest } from '../../examples/sync-server/stream.js';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { syncedDevice, syncServer, until, untilRows } from '../support/synced-devices.js';

const COUNT = 'SELECT count(*) AS n FROM notes';

function addNotes(server: SyncServer, from: number, to: number) {
  const rows = `SELECT 'n' || i, 'ada', 'Note ' || i FROM generate_series($1::int, $2::int) AS i`;
  return server.query(`INSERT INTO notes (id, owner_id, body) ${rows}`, [from, to]);
}

async function streamRequests(server: SyncServer, clientId: string) {
  const requests = await server.received();
  return requests
    .filter(({ url }) => url === '/sync/stream')
    .map(({ body }) => JSON.parse(Buffer.from(body).toString()) as StreamRequest)
    .filter(({ client_id }) => client_id === clientId);
}

// A checkpoint, three lines of operations, its end, and the checkpoint of a row that comes later.
for (const kind of ['cut', 'torn'] as const) {
  test(`a stream that is ${kind} after any line goes on where it stopped`, async () => {
    const server = await syncServer();
    await addNotes(server, 1, 2500);
    const resumedAt: unknown[] = [];
    for (const afterLines of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const device = `phone ${afterLines}`;
      await server.failStreams({ kind, afterLines, device });
      const phone = await syncedDevice(server, device);
      const first = 2500 + afterLines;
      await untilRows(phone, COUNT, [{ n: first }]);
      await addNotes(server, first + 1, first + 1);
      await untilRows(phone, COUNT, [{ n: first + 1 }]);
      const requests = await streamRequests(server, await phone.getClientId());
      expect(requests).toHaveLength(2);
      resumedAt.push(requests[1]?.buckets?.find(({ name }) => name === 'notes["ada"]')?.after);
      await phone.close();
    }
    // A broken connection may take lines with it that had come.
    if (kind === 'torn') return;
    const [allOperations, rowAnnounced, rowSent] = ['2505', '2506', '2508'];
    expect(resumedAt.slice(0, 5)).toEqual([undefined, undefined, '1000', '2000', '2504']);
    expect(resumedAt.slice(5)).toEqual([allOperations, rowAnnounced, rowSent]);
  });
}

test('a wrong checksum makes a device start its buckets again', async () => {
  const server = await syncServer();
  await addNotes(server, 1, 3);
  await server.failStreams({ kind: 'checksum' });
  const phone = await syncedDevice(server, 'phone');
  await untilRows(phone, COUNT, [{ n: 3 }]);
  await server.failStreams({ kind: 'checksum' });
  await addNotes(server, 4, 4);
  await untilRows(phone, COUNT, [{ n: 4 }]);
  const requests = await streamRequests(server, await phone.getClientId());
  expect(requests.map(({ buckets }) => buckets?.length)).toEqual([0, 0, 0]);
});

test('a token that ends in mid-stream is replaced, and a row arrives after it', async () => {
  const server = await syncServer();
  const phone = await syncedDevice(server, 'phone');
  await until(() => expect(phone.currentStatus.hasSynced).toBe(true));
  const tokens = async () => (await server.received()).filter(({ url }) => url === '/token');
  const before = (await tokens()).length;
  await server.expireTokens('phone');
  await until(async () => expect((await tokens()).length).toBeGreaterThan(before));
  await addNotes(server, 1, 1);
  await untilRows(phone, COUNT, [{ n: 1 }]);
});

test('a token that is over, or of nobody, is answered with 401', async () => {
  const server = await syncServer();
  const phone = await syncedDevice(server, 'phone');
  await until(() => expect(phone.currentStatus.hasSynced).toBe(true));
  const token = JSON.parse(Buffer.from((await server.received())[0]?.body ?? []).toString());
  expect(token).toEqual({ device: 'phone', owner: 'ada' });
  for (const path of ['/upload', '/sync/stream', '/write-checkpoint2.json']) {
    const headers = { authorization: 'Token of nobody' };
    const response = await fetch(`${server.url}${path}`, { method: 'POST', headers });
    expect(response.status).toBe(401);
  }
  await server.expireTokens();
  await phone.execute("INSERT INTO notes (id, body) VALUES ('n1', 'Milk')");
  await until(async () => {
    expect(await server.query('SELECT id FROM notes')).toEqual([{ id: 'n1' }]);
  });
});

test('an idle stream says how long its token lasts, and outlives it', async () => {
  const server = await syncServer({ keepaliveEvery: 20, tokenLifetime: 1000 });
  const phone = await syncedDevice(server, 'phone');
  await until(async () => {
    const tokens = (await server.received()).filter(({ url }) => url === '/token');
    expect(tokens.length).toBeGreaterThan(3);
  });
  await addNotes(server, 1, 1);
  await untilRows(phone, COUNT, [{ n: 1 }]);
});

test('a device that is cut off gets nothing, and catches up when it is let in', async () => {
  const server = await syncServer();
  const phone = await syncedDevice(server, 'phone');
  await until(() => expect(phone.currentStatus.hasSynced).toBe(true));
  await server.cutOff('phone');
  await until(() => expect(phone.currentStatus.connected).toBe(false));
  await addNotes(server, 1, 1);
  await phone.execute("INSERT INTO notes (id, body) VALUES ('n2', 'offline')");
  const asked = (await server.received()).length;
  await until(async () => expect((await server.received()).length).toBeGreaterThan(asked + 2));
  expect(await server.uploads()).toEqual([]);
  expect(await phone.getAll(COUNT)).toEqual([{ n: 1 }]);
  await server.letIn('phone');
  await untilRows(phone, COUNT, [{ n: 2 }]);
});
