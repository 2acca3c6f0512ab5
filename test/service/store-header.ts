/** What an app's backend does with a vault header: it calls the function of the shipped SQL. */
import type { HeaderChange, HeaderVersion } from 'rowseal';
import type { PostgresRow } from './service-backend.js';

type Query = (sql: string, params: readonly unknown[]) => Promise<readonly PostgresRow[]>;

/** What is stored afterwards, whoever wrote it; `null` when nothing is. */
export async function storeHeader(
  query: Query,
  owner: string,
  { header, epoch, hash, expected }: HeaderChange,
): Promise<HeaderVersion | null> {
  const [stored] = await query('SELECT * FROM rowseal_save_vault($1, $2, $3, $4, $5, $6)', [
    ...[owner, header, epoch, hash],
    ...[expected?.epoch ?? null, expected?.hash ?? null],
  ]);
  return stored ? { epoch: Number(stored.epoch), hash: String(stored.hash) } : null;
}
