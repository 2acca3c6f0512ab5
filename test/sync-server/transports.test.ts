/** Streams in BSON and over WebSockets, and what goes wrong with them. */
import { once } from 'node:events';
import type { PowerSyncCredentials } from '@powersync/common';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { syncConnector } from '../../examples/sync-server/connector.js';
import { startSyncServer } from '../../examples/sync-server/start-sync-server.js';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { lineOver, type Transport } from '../service/transports.js';
import { databaseFile } from '../support/open-powersync.js';
import { notesSchema, syncServer, until, untilRows } from '../support/synced-devices.js';

const COUNT = 'SELECT count(*) AS n FROM notes';
const TRANSPORTS: readonly Transport[] = ['BSON over HTTP', 'BSON over WebSocket'];

function addNotes(server: SyncServer, from: number, to: number) {
  const rows = `SELECT 'n' || i, 'ada', 'Note ' || i FROM generate_series($1::int, $2::int) AS i`;
  return server.query(`INSERT INTO notes (id, owner_id, body) ${rows}`, [from, to]);
}

/** `first` are the credentials that it begins with. */
async function deviceOver(
  transport: Transport,
  server: SyncServer,
  first: PowerSyncCredentials[] = [],
) {
  const { remoteOptions, syncOptions } = lineOver(transport);
  const db = await (await databaseFile()).open(notesSchema, remoteOptions);
  const connector = syncConnector({ url: server.url, owner: 'ada', device: 'phone' });
  const fetchCredentials = async () => first.shift() ?? connector.fetchCredentials();
  const options = { ...syncOptions, crudUploadThrottleMs: 10, retryDelayMs: 50 };
  void db.connect({ ...connector, fetchCredentials }, options);
  return db;
}

async function requestsTo(server: SyncServer, path: string) {
  return (await server.received()).filter(({ url }) => url === path);
}

describe.each(TRANSPORTS)('%s', (transport) => {
  it.each(['cut', 'torn'] as const)(
    'a stream that is %s goes on where it stopped',
    async (kind) => {
      const server = await syncServer({ bson: true });
      await addNotes(server, 1, 1500);
      // Over a WebSocket, the SDK waits for ever on a stream that ends before its first line.
      await server.failStreams({ kind, afterLines: 1 }, { kind, afterLines: 2 });
      const phone = await deviceOver(transport, server);
      await untilRows(phone, COUNT, [{ n: 1500 }]);
      await addNotes(server, 1501, 1501);
      await untilRows(phone, COUNT, [{ n: 1501 }]);
      expect(await requestsTo(server, '/sync/stream')).toHaveLength(3);
    },
  );

  it('a token that ends in mid-stream is replaced', async () => {
    const server = await syncServer({ bson: true });
    const phone = await deviceOver(transport, server);
    await until(() => expect(phone.currentStatus.hasSynced).toBe(true));
    const before = (await requestsTo(server, '/token')).length;
    await server.expireTokens();
    await until(async () => {
      expect((await requestsTo(server, '/token')).length).toBeGreaterThan(before);
    });
    await addNotes(server, 1, 1);
    await untilRows(phone, COUNT, [{ n: 1 }]);
  });

  it('a token of nobody is replaced', async () => {
    const server = await syncServer({ bson: true });
    await addNotes(server, 1, 1);
    const credentials = [{ endpoint: server.url, token: 'of nobody' }];
    const phone = await deviceOver(transport, server, credentials);
    await untilRows(phone, COUNT, [{ n: 1 }]);
    expect(credentials).toEqual([]);
    expect(await requestsTo(server, '/sync/stream')).toHaveLength(2);
  });

  it('a device that is cut off catches up when it is let in', async () => {
    const server = await syncServer({ bson: true });
    const phone = await deviceOver(transport, server);
    await until(() => expect(phone.currentStatus.hasSynced).toBe(true));
    await server.cutOff('phone');
    await until(() => expect(phone.currentStatus.connected).toBe(false));
    await addNotes(server, 1, 1);
    await server.letIn('phone');
    await untilRows(phone, COUNT, [{ n: 1 }]);
  });
});

it('a server that does not speak BSON answers in JSON', async () => {
  const server = await syncServer();
  const phone = await deviceOver('BSON over HTTP', server);
  await addNotes(server, 1, 1);
  await untilRows(phone, COUNT, [{ n: 1 }]);
});

describe('a WebSocket', () => {
  const open = async (server: SyncServer) => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/sync/stream`);
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    return socket;
  };
  const KEEPALIVE = [0, 0, 0, 0, 0x0c];

  it('answers whoever asks whether it is alive', async () => {
    const socket = await open(await syncServer());
    const asked = Buffer.from([
      ...KEEPALIVE,
      0x80,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      9,
      ...Buffer.from('hello'),
    ]);
    const answered = Buffer.from([
      ...KEEPALIVE,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...Buffer.from('hello'),
    ]);
    socket.send(asked);
    expect((await once(socket, 'message'))[0]).toEqual(answered);
  });

  it('breaks at what is no frame, and when the server closes', async () => {
    const server = await startSyncServer({ tables: '' });
    const [torn, left] = [await open(server), await open(server)];
    const tornEnd = once(torn, 'close');
    torn.send('no');
    await tornEnd;
    const leftEnd = once(left, 'close');
    await server.close();
    await leftEnd;
  });
});
