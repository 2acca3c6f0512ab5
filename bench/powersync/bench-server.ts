/**
 * Serves canned rows over the sync protocol, in a process of its own: a database behind it would
 * take longer to fill than everything that is measured, and its time is nobody's here.
 *
 * The owner in a token says what a device gets: `plain 1000` or `sealed 100000`.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Buckets, createBuckets } from '../../examples/sync-server/buckets.js';
import { createDevices } from '../../examples/sync-server/devices.js';
import { answer, answerError, type Backend } from '../../examples/sync-server/http.js';
import { createRecorder } from '../../examples/sync-server/recorder.js';
import { serveStream } from '../../examples/sync-server/stream.js';
import { makeRows } from '../rows.js';
import { openBenchVault } from './bench-vault.js';
import { ownerOf } from './owners.js';
import { type Kind, servedData, TABLE_OF } from './served-rows.js';

/** What the parent sends. */
export interface ServedCounts {
  /** How many rows, for each owner that there is to be. */
  readonly counts: readonly number[];
}

const KINDS: readonly Kind[] = ['plain', 'sealed'];
const TOKEN_LIFETIME = 3_600_000;
const KEEPALIVE_EVERY = 20_000;

process.once('disconnect', () => process.exit());
process.once('message', async ({ counts }: ServedCounts) => {
  const url = await serve(await filledBuckets(counts));
  process.send?.({ url });
});

/** By owner. Each has a history of its own: in one, a row that got another owner would move. */
async function filledBuckets(counts: readonly number[]): Promise<ReadonlyMap<string, Buckets>> {
  const vault = await openBenchVault();
  const rows = makeRows(Math.max(...counts));
  const filled = new Map<string, Buckets>();
  for (const kind of KINDS) {
    const served = rows.map((row) => ({ id: row.id, data: servedData(kind, vault, row) }));
    for (const count of counts) {
      const owned = { table: TABLE_OF[kind], owner: ownerOf(kind, count) };
      const buckets = createBuckets();
      buckets.record(served.slice(0, count).map((row) => ({ ...owned, ...row })));
      filled.set(owned.owner, buckets);
    }
  }
  return filled;
}

async function serve(filled: ReadonlyMap<string, Buckets>): Promise<string> {
  const devices = createDevices(TOKEN_LIFETIME);
  const tables = Object.values(TABLE_OF);
  const backend: Backend = {
    devices,
    recorder: createRecorder(),
    writeCheckpoint: () => '1',
    upload: async () => 'answer',
    saveVault: async () => null,
    closeKeys: async () => [],
    stream(res, token, request) {
      const { owner = '', expiresAt = 0 } = devices.sessionOf(token) ?? {};
      const buckets = filled.get(owner) ?? createBuckets();
      return serveStream(res, request, {
        look: () => ({
          lastOpId: buckets.lastOpId(),
          writeCheckpoint: null,
          streams: tables,
          buckets: tables.map((table) => ({ ...buckets.bucketOf(table, owner), priority: 3 })),
        }),
        changed: () => new Promise(() => {}),
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
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}
