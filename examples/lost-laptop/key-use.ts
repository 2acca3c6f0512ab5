/** How many payloads on the server name which key: the shipped SQL counts them without any key. */
import type { Server } from '../bank-statement/server.js';

/** Rows and siblings under each key of a user. */
export async function keyUse(
  { sync }: Server,
  owner: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await sync.query('SELECT prefix, payloads::int FROM rowseal_key_use($1)', [owner]);
  return new Map(rows.map(({ prefix, payloads }) => [String(prefix), Number(payloads)]));
}

/** Closes keys of a user, and counts what is still under them. In an app: a request to its server. */
export async function closeKeys({ sync }: Server, owner: string, prefixes: readonly string[]) {
  const rows = await sync.query(
    'SELECT prefix, payloads::int FROM rowseal_close_keys($1, $2::text[])',
    [owner, prefixes],
  );
  return rows.map(({ prefix, payloads }) => ({
    prefix: String(prefix),
    payloads: Number(payloads),
  }));
}
