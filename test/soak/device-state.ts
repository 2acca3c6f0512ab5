/** What one device has, in one object that can be compared. */
import type { PowerSyncDatabase } from '@powersync/node';
import type { Mirror } from '../../src/adapters/powersync/powersync.js';
import { rowKey, type Values } from './journal.js';

export interface DeviceState {
  readonly rows: ReadonlyMap<string, Values>;
  /** Entries of the mirror's queue and of the upload queue. */
  readonly unfinished: number;
  readonly troubled: readonly unknown[];
}

/** Everything that was committed before the call is sealed first. */
export async function readDevice(db: PowerSyncDatabase, mirror: Mirror): Promise<DeviceState> {
  await mirror.flush();
  return db.readTransaction(async (tx) => {
    const rows = new Map<string, Values>();
    for (const table of ['accounts', 'entries']) {
      for (const { id, ...values } of await tx.getAll<{ id: string }>(`SELECT * FROM ${table}`)) {
        rows.set(rowKey(table, id), values);
      }
    }
    const { unfinished } = await tx.get<{ unfinished: number }>(
      `SELECT (SELECT count(*) FROM ps_crud) + (SELECT count(*) FROM rowseal_queue)
        + (SELECT count(due) FROM rowseal_rows) AS unfinished`,
    );
    const troubled = await tx.getAll(
      `SELECT tbl, id, trouble, code FROM rowseal_rows WHERE trouble IS NOT NULL
      UNION ALL SELECT tbl, id, 'rejected', reason FROM rowseal_rejected`,
    );
    return { rows, unfinished, troubled };
  });
}
