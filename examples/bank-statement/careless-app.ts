/** An app that forgets to encrypt: it uploads a row as it stands. */
import type { RefusedRow } from '../sync-server/sync-server.js';
import { SEALED_TABLE, type Server } from './server.js';

export interface PlaintextRow {
  readonly id: string;
  readonly payload: string;
}

/** Uploads the row; resolves with the rows that the server refuses. */
export async function uploadPlaintext(
  { sync }: Server,
  owner: string,
  { id, payload }: PlaintextRow,
): Promise<readonly RefusedRow[]> {
  const login = await post(`${sync.url}/token`, { device: 'careless', owner });
  const { token } = (await login.json()) as { token: string };
  const write = { op: 'PUT', table: SEALED_TABLE, id, data: { payload } };
  const answer = await post(`${sync.url}/upload`, { token, transaction: [write] });
  if (answer.ok) return [];
  return ((await answer.json()) as { refused: RefusedRow[] }).refused;
}

function post(url: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}
