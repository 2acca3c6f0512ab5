/** What the app keeps of the decrypted rows: a balance for each account, and no row. */
import type { DecryptedDiff } from 'rowseal/powersync';
import type { transactions } from './transactions.js';

export interface Balances {
  /** The handler of `trackDecryptedDiff`. */
  take(diff: DecryptedDiff<typeof transactions>): void;
  /** In cents, by account. */
  all(): Readonly<Record<string, number>>;
  /** Ids of rows that do not open: what they said before still counts. */
  refused(): readonly string[];
}

export function createBalances(): Balances {
  const balances = new Map<string, number>();
  const refused = new Set<string>();
  const add = (account: string, cents: number) =>
    balances.set(account, (balances.get(account) ?? 0) + cents);
  return {
    take({ whole, changes }) {
      if (whole) {
        balances.clear();
        refused.clear();
      }
      for (const { kind, id, row, previous } of changes) {
        if (kind === 'refused') {
          refused.add(id);
          continue;
        }
        refused.delete(id);
        // `previous` is what was told of the row last, so the sum needs no memory of rows.
        if (previous) add(previous.account_id, -previous.amount);
        if (row) add(row.account_id, row.amount);
      }
    },
    all: () => Object.fromEntries([...balances].filter(([, cents]) => cents !== 0).sort()),
    refused: () => [...refused],
  };
}
