/** The sync server of the tests as a backend of the suite: it is all three, in this process. */
import { syncConnector, vaultSaver } from '../../examples/sync-server/connector.js';
import { startSyncServer } from '../../examples/sync-server/start-sync-server.js';
import type { ServiceBackend } from './service-backend.js';
import { OWNER, SERVER_SQL, VAULTS } from './tables.js';

export async function startEmbedded(): Promise<ServiceBackend> {
  const server = await startSyncServer({
    tables: SERVER_SQL,
    ownerColumn: OWNER,
    ownerColumns: { [VAULTS]: 'id' },
    priorities: { [VAULTS]: 1 },
    bson: true,
  });
  return {
    connector: (user, uploadData) => syncConnector({ url: server.url, ...user }, uploadData),
    saveHeader: (user, change) => vaultSaver({ url: server.url, ...user })(change),
    query: server.query,
    close: server.close,
  };
}
