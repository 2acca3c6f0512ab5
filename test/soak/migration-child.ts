/**
 * A device that moves its rows and is to be killed: `migration-child.ts <folder> <url> <life>`, told
 * how far to go by `migration-kills.ts`.
 */
import type { PowerSyncDatabase } from '@powersync/node';
import { syncConnector } from '../../examples/sync-server/connector.js';
import {
  type Migration,
  migrateTable,
  startMirror,
  type VerifiedRow,
} from '../../src/adapters/powersync/powersync.js';
import {
  entries,
  map,
  NEW_ROWS,
  newSchema,
  openUserVault,
  tables,
  uploads,
} from '../support/migrating-app.js';
import { powersyncAt } from '../support/powersync-at.js';
import type { MigrationOrder, MigrationReport, MovedRow } from './migration-lives.js';

const [folder = '', url = '', life = ''] = process.argv.slice(2);
const tell = (report: MigrationReport) => process.send?.(report);
let removed: (ids: readonly string[]) => void = () => {};

process.once('disconnect', () => process.exit());
process.on('message', (order: MigrationOrder) => {
  if (order.to === 'removed') removed(order.ids);
  else void goOn(order.upTo);
});
tell({ is: 'loaded' });

async function goOn(upTo: 'copied' | 'switched' | 'removed'): Promise<void> {
  const db = powersyncAt(folder, newSchema);
  await db.waitForReady();
  const mirror = await startMirror({ db, vault: await openUserVault(), tables });
  const migration = await migrateTable({ db, mirror, from: 'transactions', table: entries, map });
  const delays = { crudUploadThrottleMs: 10, retryDelayMs: 50, checkpointMode: 'legacy' } as const;
  void db.connect(syncConnector({ url, owner: 'ada', device: 'killed' }, uploads), delays);
  await write(db, migration);
  if (upTo === 'copied') await migration.copy();
  else await migration.switchOver();
  if (upTo === 'removed') await remove(migration);
  await mirror.flush();
  tell({ is: 'done', rows: await db.getAll<MovedRow>(NEW_ROWS) });
}

/** A row of this life's own, and an edit of one that the life before may have left. */
async function write(db: PowerSyncDatabase, { status }: Migration): Promise<void> {
  const row = { id: `own${life}`, cents: Number(life) * 100, merchant: 'Own', note: null };
  tell({ is: 'writing', row });
  if (status.phase === 'copying') {
    await db.execute(
      'INSERT OR REPLACE INTO transactions (id, amount, merchant) VALUES (?, ?, ?)',
      [row.id, Number(life), row.merchant],
    );
  } else {
    await db.execute('INSERT OR REPLACE INTO entries (id, cents, merchant) VALUES (?, ?, ?)', [
      row.id,
      row.cents,
      row.merchant,
    ]);
  }
  tell({ is: 'wrote', row });
}

async function remove(migration: Migration): Promise<void> {
  await migration.copy();
  const ask = (rows: readonly VerifiedRow[]) =>
    new Promise<readonly string[]>((resolve) => {
      removed = resolve;
      tell({ is: 'removing', rows });
    });
  await migration.verify();
  await migration.removePlaintext({ remove: ask });
}
