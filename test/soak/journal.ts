/** What the app committed, as the journal in its own database tells it. */
import type { PowerSyncDatabase } from '@powersync/node';

export type TableName = 'accounts' | 'entries';
export type Values = Readonly<Record<string, unknown>>;

/** `put` sets a whole row anew, `set` columns of it if it is there, `remove` takes it away. */
export interface JournalWrite {
  readonly kind: 'put' | 'set' | 'remove';
  readonly table: TableName;
  readonly id: string;
  readonly values: Values;
}

export interface JournalEntry {
  readonly n: number;
  readonly writes: readonly JournalWrite[];
}

export const rowKey = (table: string, id: string) => `${table} ${id}`;

/** Rows by key, and how many transactions wrote each. */
export interface Committed {
  readonly rows: Map<string, Values>;
  readonly writes: Map<string, number>;
  /** Ids that were deleted once. */
  readonly removed: Set<string>;
  last: number;
}

export function nothingCommitted(): Committed {
  return { rows: new Map(), writes: new Map(), removed: new Set(), last: 0 };
}

/** Entries after `n`, in the order in which they were committed. */
export async function readJournal(db: PowerSyncDatabase, n: number): Promise<JournalEntry[]> {
  const rows = await db.getAll<{ n: number; writes: string }>(
    'SELECT n, writes FROM journal WHERE n > ? ORDER BY n',
    [n],
  );
  return rows.map(({ n, writes }) => ({ n, writes: JSON.parse(writes) }));
}

export function replay(committed: Committed, journal: readonly JournalEntry[]): void {
  for (const { n, writes } of journal) {
    for (const write of writes) apply(committed, write);
    const keys = new Set(writes.map(({ table, id }) => rowKey(table, id)));
    for (const key of keys) committed.writes.set(key, (committed.writes.get(key) ?? 0) + 1);
    committed.last = n;
  }
}

function apply({ rows, removed }: Committed, { kind, table, id, values }: JournalWrite): void {
  const key = rowKey(table, id);
  if (kind === 'remove') {
    rows.delete(key);
    removed.add(key);
  } else if (kind === 'put') rows.set(key, values);
  else rows.set(key, { ...rows.get(key), ...values });
}
