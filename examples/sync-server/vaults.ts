/** What an app's server calls for a user's keys: the functions of `serverSql`. */
import type { Database } from './database.js';

/** What a device sends: a header, and the version that it replaces. */
export interface VaultChange {
  readonly header: string;
  readonly epoch: number;
  readonly hash: string;
  readonly expected: { readonly epoch: number; readonly hash: string } | null;
}

/** What is stored. */
export interface VaultRow {
  readonly epoch: number;
  readonly hash: string;
  readonly header: string;
}

/** @param owner the user who is logged in, never what the request says */
export function saveVault(
  database: Database,
  owner: string,
  { header, epoch, hash, expected }: VaultChange,
): Promise<VaultRow | null> {
  return database.commit(async (tx) => {
    const { rows } = await tx.query<VaultRow>(
      'SELECT epoch, hash, header FROM rowseal_save_vault($1, $2, $3, $4, $5, $6)',
      [owner, header, epoch, hash, expected?.epoch ?? null, expected?.hash ?? null],
    );
    return rows[0] ?? null;
  });
}

/** How many payloads on the server begin with a prefix. */
export interface KeyCount {
  readonly prefix: string;
  readonly payloads: number;
}

/** Nothing more is stored under these keys. @param owner the user who is logged in */
export function closeKeys(
  database: Database,
  owner: string,
  prefixes: readonly string[],
): Promise<KeyCount[]> {
  return database.commit(async (tx) => {
    const { rows } = await tx.query<KeyCount>(
      'SELECT prefix, payloads FROM rowseal_close_keys($1, $2)',
      [owner, prefixes],
    );
    return rows;
  });
}
