/** Starts the sync server in this process. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBuckets } from './buckets.js';
import { openDatabase } from './database.js';
import { createDevices } from './devices.js';
import { createFaults } from './faults.js';
import { createVersions, hostileSide } from './hostile.js';
import { answer, answerError, type Backend } from './http.js';
import type { Outlet } from './outlet.js';
import { createRecorder } from './recorder.js';
import { createSignal } from './signal.js';
import { serveStream } from './stream.js';
import type { OpenStream, ServerRow, SyncServer, SyncServerOptions } from './sync-server.js';
import { takeUpload } from './uploads.js';
import { closeKeys, saveVault } from './vaults.js';
import { serveWebSockets } from './web-socket.js';
import { createWriteCheckpoints } from './write-checkpoints.js';

export async function startSyncServer(options: SyncServerOptions): Promise<SyncServer> {
  const buckets = createBuckets();
  const versions = createVersions();
  const devices = createDevices(options.tokenLifetime ?? 3_600_000);
  const recorder = createRecorder();
  const faults = createFaults();
  const checkpoints = createWriteCheckpoints();
  const streams = new Map<Outlet, OpenStream>();
  const signal = createSignal();

  const database = await openDatabase(
    options.tables,
    (table) => options.ownerColumns?.[table] ?? options.ownerColumn ?? 'owner_id',
    (changes) => {
      versions.record(changes);
      buckets.record(changes);
      signal.notify();
    },
  );
  const syncedTables = () =>
    [...database.tables.values()].map(({ name, ownerColumn }) => ({
      name,
      isOwned: ownerColumn !== null,
      priority: options.priorities?.[name] ?? 3,
    }));

  const backend: Backend = {
    devices,
    recorder,
    speaksBson: options.bson ?? false,
    writeCheckpoint({ owner }, clientId, wanted) {
      const checkpoint = checkpoints.request(owner, clientId, wanted);
      signal.notify();
      return checkpoint;
    },
    upload: (session, writes) => takeUpload(database, faults, session, writes),
    saveVault: ({ owner }, change) => saveVault(database, owner, change),
    closeKeys: ({ owner }, prefixes) => closeKeys(database, owner, prefixes),
    async stream(outlet, token, request) {
      const { device, owner } = devices.holderOf(token) ?? { device: '', owner: '' };
      const clientId = request.client_id ?? '';
      let linesSent = 0;
      outlet.onClose(() => streams.delete(outlet));
      const seen = () => streams.set(outlet, { device, owner, clientId, linesSent });
      seen();
      await serveStream(outlet, request, {
        look: () => ({
          lastOpId: buckets.lastOpId(),
          writeCheckpoint: checkpoints.current(owner, clientId),
          streams: syncedTables().map(({ name }) => name),
          buckets: syncedTables()
            .filter(({ name }) => !devices.isWithheld(device, name))
            .map(({ name, isOwned, priority }) => ({
              ...buckets.bucketOf(name, isOwned ? owner : null),
              priority,
            })),
        }),
        changed: signal.next,
        expiresAt: () => devices.sessionOf(token)?.expiresAt ?? 0,
        takeFault: (kinds) => faults.takeForStream(device, kinds),
        keepaliveEvery: options.keepaliveEvery ?? 20_000,
        onLine() {
          linesSent++;
          seen();
        },
      });
    },
  };

  const http = createServer((req, res) => {
    answer(req, res, backend).catch((error) => answerError(res, error));
  });
  const breakWebSockets = serveWebSockets(http, backend);
  http.keepAliveTimeout = 60_000; // longer than the client keeps an idle connection
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');

  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async close() {
      http.close();
      http.closeAllConnections();
      breakWebSockets();
      await database.close();
    },
    query: (sql, params = []) =>
      database.commit(async (tx) => (await tx.query<ServerRow>(sql, [...params])).rows),
    async migrate(sql) {
      await database.migrate(sql);
      for (const outlet of streams.keys()) outlet.destroy(); // a stream tells of the tables at its start only
    },
    disk: database.disk,
    received: async () => recorder.requests,
    findReceived: async (texts) => recorder.find(texts),
    uploads: async () => recorder.uploads(),
    uploadsOf: async (table, id) => recorder.uploadsOf(table, id),
    streams: async () => [...streams.values()],
    failUploads: async (...uploads) => faults.add({ uploads }),
    failStreams: async (...failing) => faults.add({ streams: failing }),
    clearFaults: async () => faults.clear(),
    async cutOff(device) {
      devices.cutOff(device);
      for (const [outlet, stream] of streams) {
        if (stream.device === device) outlet.destroy();
      }
    },
    letIn: async (device) => devices.letIn(device),
    async expireTokens(device) {
      devices.expireTokens(device);
      signal.notify();
    },
    async withhold(device, table, withheld) {
      devices.withhold(device, table, withheld);
      signal.notify();
    },
    async holdWriteCheckpoints(held) {
      checkpoints.hold(held);
      signal.notify();
    },
    async compact() {
      buckets.compact();
      signal.notify();
    },
    async touchAll() {
      buckets.touchAll();
      signal.notify();
    },
    async forge(table, owner, fields) {
      buckets.forge(table, owner, fields);
      signal.notify();
    },
    ...hostileSide(database, versions),
  };
}
