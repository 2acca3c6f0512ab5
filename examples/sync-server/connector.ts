/** A connector for the sync server: what an app gives to `db.connect`. */
import type {
  CommonPowerSyncDatabase,
  CrudEntry,
  PowerSyncBackendConnector,
} from '@powersync/common';
import type { RefusedRow, Write } from './sync-server.js';
import type { KeyCount, VaultChange, VaultRow } from './vaults.js';

export interface ConnectorOptions {
  /** The server's `url`. */
  readonly url: string;
  /** Whose rows are synced. */
  readonly owner: string;
  /** What the server calls this device. */
  readonly device: string;
}

/** Sends one transaction; resolves with the rows that are refused for good, rejects otherwise. */
export type Send = (writes: readonly Write[]) => Promise<{ readonly refused: RefusedRow[] }>;

/**
 * `uploadData` makes the function that PowerSync calls out of one that sends a transaction, such as
 * `(send) => uploadWith({ tables, send })`; without it, entries are uploaded as they are.
 */
export function syncConnector(
  { url, owner, device }: ConnectorOptions,
  uploadData: (send: Send) => PowerSyncBackendConnector['uploadData'] = uploadAsIs,
): PowerSyncBackendConnector {
  let token: Promise<string> | null = null;
  const fetchToken = async () => {
    const response = await post(`${url}/token`, { device, owner });
    if (!response.ok) throw new Error(`The server gives no token: ${response.status}`);
    return ((await response.json()) as { token: string }).token;
  };
  const send: Send = async (transaction) => {
    token ??= fetchToken();
    try {
      const response = await post(`${url}/upload`, { token: await token, transaction });
      const answer = (await response.json()) as { refused?: RefusedRow[] };
      if (response.ok || response.status === 422) return { refused: answer.refused ?? [] };
      throw new Error(`The server answers an upload with ${response.status}.`);
    } catch (error) {
      token = null; // it may be that it is over
      throw error;
    }
  };
  return {
    async fetchCredentials() {
      token = fetchToken();
      return { endpoint: url, token: await token };
    },
    uploadData: uploadData(send),
  };
}

/** The app's call of its server that `powerSyncVaultStore` asks for. */
export function vaultSaver(
  options: ConnectorOptions,
): (change: VaultChange) => Promise<VaultRow | null> {
  return async (change) => {
    const answer = await call<{ stored: VaultRow | null }>(options, '/vault', { change });
    return answer.stored;
  };
}

/** The app's call of its server that `dropRetiredKeys` asks for. */
export function keyCloser(
  options: ConnectorOptions,
): (prefixes: readonly string[]) => Promise<KeyCount[]> {
  return async (prefixes) => {
    const answer = await call<{ keys: KeyCount[] }>(options, '/close-keys', { prefixes });
    return answer.keys;
  };
}

async function call<T>({ url, owner, device }: ConnectorOptions, path: string, body: object) {
  const logIn = await post(`${url}/token`, { device, owner });
  const { token } = (await logIn.json()) as { token: string };
  const response = await post(url + path, { token, ...body });
  if (!response.ok) throw new Error(`The server answers ${path} with ${response.status}.`);
  return (await response.json()) as T;
}

/** Every entry as PowerSync has it; rows that are refused are left out. */
export function uploadAsIs(send: Send): PowerSyncBackendConnector['uploadData'] {
  return async (db: CommonPowerSyncDatabase) => {
    const transaction = await db.getNextCrudTransaction();
    let writes = (transaction?.crud ?? []).map(writeOf);
    while (writes.length > 0) {
      const { refused } = await send(writes);
      if (refused.length === 0) break;
      const rows = new Set(refused.map(({ table, id }) => JSON.stringify([table, id])));
      writes = writes.filter(({ table, id }) => !rows.has(JSON.stringify([table, id])));
    }
    await transaction?.complete();
  };
}

function writeOf({ op, table, id, opData }: CrudEntry): Write {
  return { op, table, id, data: opData ?? null };
}

function post(url: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}
