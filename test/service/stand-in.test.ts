/** The way to a real service, with a stand-in for the service and a Postgres in memory. */
import { expect, it } from 'vitest';
import { inMemory } from './connections.js';
import { openReal } from './real-backend.js';
import { describeService } from './service-suite.js';
import { startStandIn } from './stand-in-service.js';
import { PUBLICATION_SQL, SERVER_SQL } from './tables.js';

const key = { secret: 'c3RhbmQtaW4', keyId: 'stand-in', audience: 'rowseal-test' };

describeService('a stand-in for a service', ['BSON over HTTP'], async () => {
  const connections = await inMemory();
  await connections.query(SERVER_SQL + PUBLICATION_SQL);
  const { service, close } = await startStandIn(connections, key);
  const backend = await openReal(connections, service);
  return {
    ...backend,
    async close() {
      await close();
      await backend.close();
    },
  };
});

it('is not begun with a key that the service does not take', async () => {
  const connections = await inMemory();
  await connections.query(SERVER_SQL + PUBLICATION_SQL);
  const { service, close } = await startStandIn(connections, key);
  for (const other of [{ secret: 'b3RoZXI' }, { keyId: 'other' }, { audience: 'other' }]) {
    await expect(openReal(connections, { ...service, ...other })).rejects.toThrow(
      "The service answers a token of the suite's with 401.",
    );
  }
  await close();
  await connections.end();
});

it('is not begun before the tables are published', async () => {
  const connections = await inMemory();
  await connections.query(SERVER_SQL);
  const service = { url: 'http://127.0.0.1:1', ...key };
  await expect(openReal(connections, service)).rejects.toThrow(
    "The publication 'powersync' lacks service_test_accounts_sealed, service_test_entries_sealed, rowseal_vaults",
  );
  await connections.end();
});
