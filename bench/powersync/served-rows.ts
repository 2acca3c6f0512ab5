/** The rows of the benchmark as a server sends them: as they are, and sealed. */
import { encryptRow, type Vault } from '../../dist/index.js';
import { type Row, transactions } from '../rows.js';

/** What is served: the same rows in clear, or sealed. */
export type Kind = 'plain' | 'sealed';

/** The server's table, which is also the synced one of a device. */
export const TABLE_OF: Readonly<Record<Kind, string>> = {
  plain: 'transactions',
  sealed: 'transactions_sealed',
};

/** Columns without the id, as JSON text. */
export function servedData(kind: Kind, vault: Vault, row: Row): string {
  if (kind === 'plain') return JSON.stringify(engineColumns(row));
  const { id: _, ...sealed } = encryptRow(vault, transactions, row);
  return JSON.stringify({ ...sealed, parents: '', siblings: '' });
}

/** As SQLite has them, and Postgres sends them. */
export function engineColumns({ id: _, created_at, cleared, note, ...others }: Row) {
  const asEngineHas = { created_at: created_at.toISOString(), cleared: cleared ? 1 : 0 };
  return { ...others, ...asEngineHas, note: note ?? null };
}
