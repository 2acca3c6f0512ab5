/** What the app waits for a large commit: to the plaintext table, and to a synced one as it was. */
import type { PowerSyncDatabase } from '@powersync/node';
import { startMirror } from '../../../dist/adapters/powersync/powersync.js';
import { makeRows, transactions } from '../../rows.js';
import { asJson, bulkInsert, mirroredSchema, openDatabase } from '../bench-app.js';
import { openBenchVault } from '../bench-vault.js';
import type { AppCommits, Figures } from '../scene.js';

export async function appCommits({ rows, folder, pairs }: AppCommits): Promise<Figures> {
  const db = await openDatabase(folder, mirroredSchema);
  const vault = await openBenchVault();
  const mirror = await startMirror({ db, vault, tables: [transactions] });
  const plain: number[] = [];
  const mirrored: number[] = [];
  // The first pair of each kind is not counted: statements are compiled and pages are made.
  for (let pair = -1; pair < pairs; pair++) {
    const batch = asJson(makeRows(rows).map((row) => ({ ...row, id: `${row.id} ${pair}` })));
    const turns: [string, number[]][] = [
      ['unencrypted', plain],
      ['transactions', mirrored],
    ];
    if (pair % 2 === 0) turns.reverse();
    for (const [table, times] of turns) {
      const took = await timedCommit(db, table, batch);
      if (pair >= 0) times.push(took);
      await mirror.flush();
    }
  }
  await mirror.close();
  await db.close();
  return { plain, mirrored };
}

async function timedCommit(db: PowerSyncDatabase, table: string, batch: string): Promise<number> {
  const began = performance.now();
  await db.writeTransaction((tx) => tx.execute(bulkInsert(table), [batch]));
  return performance.now() - began;
}
