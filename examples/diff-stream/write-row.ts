/** Writing without a mirror: the app seals, and says in `parents` which payloads it has merged. */
import type { CommonPowerSyncDatabase, Transaction as SqlTransaction } from '@powersync/common';
import {
  decryptRow,
  decryptRowDetails,
  encryptDelete,
  encryptRow,
  mergeRows,
  type SealedRowOf,
  type Vault,
} from 'rowseal';
import { type Transaction, transactions } from './transactions.js';

type Sealed = SealedRowOf<typeof transactions>;
type Synced = Sealed & { readonly siblings: string | null };

export function insertRow(
  db: CommonPowerSyncDatabase,
  vault: Vault,
  row: Transaction,
): Promise<void> {
  const sealed = encryptRow(vault, transactions, row);
  return db.writeTransaction((tx) => write(tx, sealed, []));
}

/** Reads and writes in one transaction, so that nothing arrives in between. */
export function updateRow(
  db: CommonPowerSyncDatabase,
  vault: Vault,
  id: string,
  change: Partial<Transaction>,
): Promise<void> {
  return db.writeTransaction(async (tx) => {
    const { merged, parents } = await readMerged(tx, vault, id);
    const row = { ...decryptRow(vault, transactions, merged), ...change };
    await write(tx, encryptRow(vault, transactions, row, { previous: merged }), parents);
  });
}

/** A delete is a payload too: SQL's DELETE would not be uploaded. */
export function deleteRow(db: CommonPowerSyncDatabase, vault: Vault, id: string): Promise<void> {
  return db.writeTransaction(async (tx) => {
    const { merged, parents } = await readMerged(tx, vault, id);
    await write(tx, encryptDelete(vault, transactions, merged), parents);
  });
}

interface MergedRow {
  readonly merged: Sealed;
  /** Ids of the payloads that are in it. */
  readonly parents: readonly string[];
}

async function readMerged(tx: SqlTransaction, vault: Vault, id: string): Promise<MergedRow> {
  const synced = await tx.get<Synced>('SELECT * FROM transactions_sealed WHERE id = ?', [id]);
  const siblings = (synced.siblings ?? '').split(' ').filter((payload) => payload !== '');
  const versions = [synced, ...siblings.map((payload) => ({ ...synced, payload }))];
  return {
    merged: versions.reduce<Sealed>((a, b) => mergeRows(vault, transactions, a, b), synced),
    parents: versions.map((version) => decryptRowDetails(vault, transactions, version).payloadId),
  };
}

async function write(tx: SqlTransaction, sealed: Sealed, parents: readonly string[]) {
  const { id, payload, account_id } = sealed;
  await tx.execute(
    'INSERT OR REPLACE INTO transactions_sealed (id, payload, account_id, parents) VALUES (?, ?, ?, ?)',
    [id, payload, account_id, parents.join(' ')],
  );
}
