/** What a server would send a PowerSync database, given to its core without a connection. */
import type { PowerSyncDatabase } from '@powersync/node';

/** A row of a synced table as the server has it; `data` is its columns as JSON text, or not even that. */
export interface FedRow {
  readonly table: string;
  readonly id: string;
  readonly data: string | null;
}

interface FedOperation extends FedRow {
  readonly opId: number;
}

const BUCKET = 'all';
/** Any will do, as long as the sum is right. */
const CHECKSUM = 1;

/** What a server has for one user, and how far a device has heard of it. */
export type Feed = ReturnType<typeof createFeed>;

export function createFeed() {
  const operations: FedOperation[] = [];
  let delivered = 0;
  return {
    add(rows: readonly FedRow[]): void {
      for (const row of rows) operations.push({ ...row, opId: operations.length + 1 });
    },
    /** Brings everything that the database does not have yet, in one transaction of its own. */
    async deliver(db: PowerSyncDatabase): Promise<void> {
      const lines = linesOf(operations, delivered);
      delivered = operations.length;
      await db.writeTransaction(async (tx) => {
        // As after an upload whose write checkpoint is in this one.
        await tx.execute("DELETE FROM ps_kv WHERE key = 'target_checkpoint_request_id'");
        const control = (command: string, payload: unknown) =>
          tx.execute('SELECT powersync_control(?, ?)', [command, payload]);
        await control('start', JSON.stringify({ schema: db.schema.toJSON() }));
        for (const line of lines) await control('line_text', JSON.stringify(line));
        await control('stop', null);
      });
    },
  };
}

function linesOf(operations: readonly FedOperation[], after: number): object[] {
  const last = `${operations.length}`;
  return [
    {
      checkpoint: {
        last_op_id: last,
        buckets: [
          {
            bucket: BUCKET,
            checksum: operations.length * CHECKSUM,
            count: operations.length,
            priority: 3,
            subscriptions: [{ default: 0 }],
          },
        ],
        streams: [{ name: BUCKET, is_default: true, errors: [] }],
      },
    },
    {
      data: {
        bucket: BUCKET,
        after: `${after}`,
        next_after: last,
        has_more: false,
        data: operations.slice(after).map(entryOf),
      },
    },
    { checkpoint_complete: { last_op_id: last } },
  ];
}

function entryOf({ table, id, data, opId }: FedOperation): object {
  return {
    op_id: `${opId}`,
    op: data === null ? 'REMOVE' : 'PUT',
    object_type: table,
    object_id: id,
    subkey: '',
    checksum: CHECKSUM,
    data,
  };
}
