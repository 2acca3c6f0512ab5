/** A PowerSync service and its Postgres, with the suite itself as the app's backend. */
import { Pool } from 'pg';
import type { Connections } from './connections.js';
import type { Service } from './environment.js';
import type { ServiceBackend } from './service-backend.js';
import { serviceToken } from './service-token.js';
import { storeHeader } from './store-header.js';
import { storeUpload } from './store-upload.js';
import { PUBLISHED, SERVER_SQL } from './tables.js';

/** Makes the tables where they are not there yet. */
export async function openPool(databaseUrl: string): Promise<Connections> {
  const pool = new Pool({ connectionString: databaseUrl });
  pool.on('error', () => {}); // of an idle connection: whoever asks next hears of it
  await pool.query(SERVER_SQL);
  return pool;
}

export async function openReal(
  connections: Connections,
  service: Service,
): Promise<ServiceBackend> {
  await assertPublished(connections);
  await assertAccepted(service);
  const query = async (sql: string, params: readonly unknown[] = []) =>
    (await connections.query(sql, [...params])).rows;
  return {
    connector: ({ owner }, uploadData) => ({
      fetchCredentials: async () => ({
        endpoint: service.url,
        token: serviceToken(service, owner),
      }),
      uploadData: uploadData((writes) => storeUpload(connections, owner, writes)),
    }),
    saveHeader: ({ owner }, change) => storeHeader(query, owner, change),
    query,
    close: () => connections.end(),
  };
}

/** Without it the service would never see a row, and each test would wait for one. */
async function assertPublished(connections: Connections): Promise<void> {
  const { rows } = await connections.query(
    `SELECT tablename AS "table" FROM pg_publication_tables WHERE pubname = 'powersync'`,
  );
  const missing = PUBLISHED.filter((name) => !rows.some(({ table }) => table === name));
  if (missing.length === 0) return;
  throw new Error(
    `The publication 'powersync' lacks ${missing.join(', ')}: see test/service/README.md`,
  );
}

/** The same, if the service took no token of the suite's. */
async function assertAccepted(service: Service): Promise<void> {
  const authorization = `Token ${serviceToken(service, 'test')}`;
  const address = `${service.url}/write-checkpoint2.json?client_id=test`;
  const response = await fetch(address, { headers: { authorization } });
  if (response.ok) return;
  throw new Error(`The service answers a token of the suite's with ${response.status}.`);
}
