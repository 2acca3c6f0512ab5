/** When rows can be read, as an app learns of it. */
import type { PowerSyncDatabase } from '@powersync/node';

/** An app that watches a table draws no oftener. */
const THROTTLE_MS = 10;

/** Resolves with the time at which a table that was empty had rows to read. */
export function untilReadable(db: PowerSyncDatabase, table: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const look = async () => {
      if (await db.getOptional(`SELECT * FROM ${table} LIMIT 1`)) {
        stop();
        resolve(performance.now());
      }
    };
    const stop = db.onChange(
      { onChange: () => look().catch(reject) },
      { tables: [table], throttleMs: THROTTLE_MS },
    );
  });
}
