/** A PowerSync service and its Postgres, with the suite itself as the app's backend. */
import { Pool } from 'pg';
import type { Environment, Service } from './environment.js';
import type { ServiceBackend } from './service-backend.js';
import { serviceToken } from './service-token.js';
import { storeHeader } from './store-header.js';
import { storeUpload } from './store-upload.js';
import { PUBLISHED, SERVER_SQL } from './tables.js';

/** Makes the tables where they are not there yet. */
export async function openPool(databaseUrl: string): Promise<Pool> {
  const pool = new Pool({ connectionString: databaseUrl });
  pool.on('error', () => {}); // of an idle connection: whoever asks next hears of it
  await pool.query(SERVER_SQL);
  return pool;
}

export async function openReal({
  databaseUrl,
  service,
}: Environment & { readonly service: Service }): Promise<ServiceBackend> {
  const pool = await openPool(databaseUrl);
  await assertPublished(pool);
  const query = async (sql: string, params: readonly unknown[] = []) =>
    (await pool.query(sql, [...params])).rows;
  return {
    connector: ({ owner }, uploadData) => ({
      fetchCredentials: async () => ({
        endpoint: service.url,
        token: serviceToken(service, owner),
      }),
      uploadData: uploadData((writes) => storeUpload(pool, owner, writes)),
    }),
    saveHeader: ({ owner }, change) => storeHeader(query, owner, change),
    query,
    close: () => pool.end(),
  };
}

/** Without it the service would never see a row, and each test would wait for one. */
async function assertPublished(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ table: string }>(
    `SELECT tablename AS "table" FROM pg_publication_tables WHERE pubname = 'powersync'`,
  );
  const missing = PUBLISHED.filter((name) => !rows.some(({ table }) => table === name));
  if (missing.length === 0) return;
  throw new Error(
    `The publication 'powersync' lacks ${missing.join(', ')}: see npm run test:service -- --print`,
  );
}
