/** Where diffs come from: PowerSync's diff triggers on the sealed table, and the table itself. */
import type { CommonPowerSyncDatabase, LockContext } from '@powersync/common';
import { mapInSlices } from '../../../rows/give-way.js';
import type { Table } from '../../../rows/table.js';
import { literal, quoted } from '../mirrored-table.js';
import { sealedTableOf } from '../schema-check.js';
import { type DiffRecord, readRecord, type SealedChange } from './diff-records.js';

/** What happened since the last time. */
export interface Taken {
  /** Whether it is all there is, since nothing before counts any more. */
  readonly whole: boolean;
  readonly changes: readonly SealedChange[];
}

export interface DiffSource {
  /** Takes what was recorded. Rejects when the database does, and what was recorded stays. */
  take(): Promise<Taken>;
  /** Calls back after commits that wrote the table; returns how to stop it. */
  watch(listener: () => void): () => void;
  /** Whether the database was closed. */
  isOver(): boolean;
  close(): Promise<void>;
}

/** `ps_kv` has this key, with another value after each clear, which removes it before any row. */
const MARK = 'rowseal_diff';
/** At most one call in this time: milliseconds. */
const THROTTLE_MS = 10;

/**
 * Begins to record.
 *
 * @throws `TypeError` when the schema's sealed table is not what `sealedTables` makes.
 */
export async function openDiffSource(
  db: CommonPowerSyncDatabase,
  table: Table,
): Promise<DiffSource> {
  const { viewName, internalName } = sealedTableOf(db, table);
  const { uuid } = await db.get<{ uuid: string }>('SELECT uuid() AS uuid');
  const destination = `rowseal_diff_${uuid.replaceAll('-', '')}`;
  // Not trackTableDiff: it hands over inside its write transaction, where a failure is nobody's to
  // catch, and reads columns in the trigger, where JSON that is none would fail the sync.
  const remove = await db.triggers.createDiffTrigger({
    source: viewName,
    destination,
    when: { INSERT: 'TRUE', UPDATE: 'TRUE', DELETE: 'TRUE' },
  });
  const recorded = `SELECT id, operation, value, previous_value FROM ${destination} ORDER BY operation_id`;
  const standing = `SELECT id, 'INSERT' AS operation, data AS value FROM ${quoted(internalName)}`;
  let seen: string | null = null;
  return {
    async take() {
      const taken = await db.writeTransaction(async (tx) => {
        const mark = await markOf(tx);
        const whole = mark !== seen;
        const records = await tx.getAll<DiffRecord>(whole ? standing : recorded);
        if (whole || records.length > 0) await tx.execute(`DELETE FROM ${destination}`);
        return { mark, whole, records };
      });
      seen = taken.mark;
      const read = (record: DiffRecord) => readRecord(table, record);
      return { whole: taken.whole, changes: await mapInSlices(taken.records, read) };
    },
    watch: (listener) =>
      db.onChange({ onChange: listener }, { tables: [internalName], throttleMs: THROTTLE_MS }),
    isOver: () => db.closed,
    async close() {
      if (!db.closed) await remove();
    },
  };
}

/** The same for everyone who follows a diff, until the database is cleared. */
async function markOf(tx: LockContext): Promise<string> {
  const key = literal(MARK);
  await tx.execute(`INSERT OR IGNORE INTO ps_kv (key, value) VALUES (${key}, uuid())`);
  return (await tx.get<{ value: string }>(`SELECT value FROM ps_kv WHERE key = ${key}`)).value;
}
