/**
 * What a service does, over any Postgres: it takes the suite's tokens, and sends what the suite's
 * upserts have stored. It looks at the tables again and again, where a service reads their log.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDevices } from '../../examples/sync-server/devices.js';
import { answer, answerError, type Backend } from '../../examples/sync-server/http.js';
import { createRecorder } from '../../examples/sync-server/recorder.js';
import { serveStream } from '../../examples/sync-server/stream.js';
import { serveWebSockets } from '../../examples/sync-server/web-socket.js';
import type { Connections } from './connections.js';
import type { Service } from './environment.js';
import { sessionIn } from './service-session.js';
import { PUBLISHED, VAULTS } from './tables.js';
import { watchTables } from './watch-tables.js';

const KEEPALIVE_EVERY = 20_000;

export interface StandIn {
  readonly service: Service;
  close(): Promise<void>;
}

export async function startStandIn(
  connections: Connections,
  key: Omit<Service, 'url'>,
): Promise<StandIn> {
  const tables = watchTables(connections);
  const sessionOf = (token: string | undefined) => sessionIn(token ?? '', key);
  const unused = () => Promise.reject(new Error('This is no backend of an app.'));
  const backend: Backend = {
    devices: { ...createDevices(0), sessionOf, holderOf: sessionOf },
    recorder: createRecorder(),
    speaksBson: true,
    upload: unused,
    saveVault: unused,
    closeKeys: unused,
    writeCheckpoint: ({ owner }, clientId) => tables.requestCheckpoint(`${owner} ${clientId}`),
    stream(outlet, token, request) {
      const { owner = '', expiresAt = 0 } = sessionOf(token) ?? {};
      const { client_id: clientId } = request;
      return serveStream(outlet, request, {
        look: () => ({
          lastOpId: tables.buckets.lastOpId(),
          writeCheckpoint: tables.checkpointOf(`${owner} ${clientId}`),
          streams: PUBLISHED,
          buckets: PUBLISHED.map((table) => ({
            ...tables.buckets.bucketOf(table, owner),
            priority: table === VAULTS ? 1 : 3,
          })),
        }),
        changed: tables.changed,
        expiresAt: () => expiresAt,
        takeFault: () => null,
        keepaliveEvery: KEEPALIVE_EVERY,
        onLine: () => {},
      });
    },
  };
  const http = createServer((req, res) => {
    answer(req, res, backend).catch((error) => answerError(res, error));
  });
  const breakWebSockets = serveWebSockets(http, backend);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    service: { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, ...key },
    async close() {
      http.close();
      http.closeAllConnections();
      breakWebSockets();
      await tables.close();
    },
  };
}
