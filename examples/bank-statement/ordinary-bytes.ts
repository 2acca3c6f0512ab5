/** What stands on a server before the first row comes: words of Postgres and of PowerSync. */
import { DEVICE_NAMES } from './device.js';
import { SEPARATOR } from './own-texts.js';
import { requestBytes } from './request-bytes.js';
import { SEALED_TABLE, type Server } from './server.js';

/** An upload of a row that says nothing, and what PowerSync asks after it. */
function emptyUpload(columns: readonly string[]): string {
  const data = Object.fromEntries(columns.map((name) => [name, '']));
  const write = { op: 'PUT', table: SEALED_TABLE, id: '', data };
  const upload = JSON.stringify({ token: '', transaction: [write] });
  return `POST /upload ${upload} GET /write-checkpoint2.json?client_id= ${DEVICE_NAMES}`;
}

export async function ordinaryBytes({ sync, columns }: Server): Promise<Uint8Array> {
  const requests = (await sync.received()).map(requestBytes);
  const upload = Buffer.from(emptyUpload(columns));
  return Buffer.concat([await sync.disk(), Uint8Array.of(SEPARATOR), ...requests, upload]);
}
