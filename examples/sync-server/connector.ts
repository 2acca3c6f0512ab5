/** A connector for the sync server: what an app gives to `db.connect`. */
import type { CommonPowerSyncDatabase, PowerSyncBackendConnector } from '@powersync/common';
import type { RefusedRow, Write } from './sync-server.js';

export interface ConnectorOptions {
  /** The server's `url`. */
  readonly url: string;
  /** Whose rows are synced. */
  readonly owner: string;
  /** What the server calls this device. */
  readonly device: string;
}

/** Sends one transaction; rejects with `UploadFailed`. */
export type Send = (writes: readonly Write[]) => Promise<void>;

/** The server did not take a transaction. */
export class UploadFailed extends Error {
  override readonly name = 'UploadFailed';
  readonly status: number;
  /** Rows that it refuses for good; none when it may take them later. */
  readonly refused: readonly RefusedRow[];
  constructor(status: number, refused: readonly RefusedRow[]) {
    super(`The server answered ${status}: ${refused[0]?.message ?? 'later, perhaps'}`);
    this.status = status;
    this.refused = refused;
  }
}

/**
 * `uploadData` makes the function that PowerSync calls out of one that sends a transaction; without
 * it, entries are uploaded as they are.
 */
export function syncConnector(
  options: ConnectorOptions,
  uploadData: (send: Send) => PowerSyncBackendConnector['uploadData'] = uploadAsIs,
): PowerSyncBackendConnector {
  let token: Promise<string> | null = null;
  const fetchToken = async () => {
    const { device, owner } = options;
    const response = await post(`${options.url}/token`, { device, owner });
    return ((await response.json()) as { token: string }).token;
  };
  const send: Send = async (transaction) => {
    token ??= fetchToken();
    try {
      await post(`${options.url}/upload`, { token: await token, transaction });
    } catch (error) {
      if (!(error instanceof UploadFailed) || error.status === 401) token = null;
      throw error;
    }
  };
  return {
    async fetchCredentials() {
      token = fetchToken();
      return { endpoint: options.url, token: await token };
    },
    uploadData: uploadData(send),
  };
}

/** One transaction of the queue after the other, every entry as PowerSync has it. */
export function uploadAsIs(send: Send): PowerSyncBackendConnector['uploadData'] {
  return async (db: CommonPowerSyncDatabase) => {
    for (;;) {
      const transaction = await db.getNextCrudTransaction();
      if (!transaction) return;
      const { crud } = transaction;
      await send(
        crud.map(({ op, table, id, opData: data }) => ({ op, table, id, data: data ?? null })),
      );
      await transaction.complete();
    }
  };
}

async function post(url: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (response.ok) return response;
  const { refused = [] } = (await response.json()) as { refused?: RefusedRow[] };
  throw new UploadFailed(response.status, refused);
}
