/** Payloads under keys, and what a server says of them. */
import { payloadText } from '../../support/payload-text.js';
import { openPostgres, type Postgres } from './open-postgres.js';

export const TRY_AGAIN = '55000';

export const USE = 'SELECT * FROM rowseal_key_use($1) ORDER BY prefix COLLATE "C"';
export const CLOSE = 'SELECT * FROM rowseal_close_keys($1, $2) ORDER BY prefix COLLATE "C"';

/** How each payload under a key begins. */
export function prefixOf(key: string): string {
  return payloadText(`key ${key}`).slice(0, 44);
}

export function payload(key: string, seed: string): string {
  return prefixOf(key) + payloadText(seed).slice(44);
}

export const A = prefixOf('A');
export const B = prefixOf('B');
export const A1 = payload('A', 'one');
export const A2 = payload('A', 'two');
export const B1 = payload('B', 'one');
export const B2 = payload('B', 'two');

/** Rows as the queries give them. */
export function counts(...each: readonly (readonly [string, number])[]) {
  return each
    .map(([prefix, payloads]) => ({ prefix, payloads }))
    .sort((one, other) => (one.prefix < other.prefix ? -1 : 1));
}

export async function openServer(sql: string): Promise<Postgres> {
  const db = await openPostgres();
  await db.exec(sql);
  return db;
}
