/** What the mirror takes until a large commit is sealed and queued for upload. */
import { startMirror } from '../../../dist/adapters/powersync/powersync.js';
import { makeRows, transactions } from '../../rows.js';
import { beginWriting } from '../app-writer.js';
import { asJson, bulkInsert, mirroredSchema, openDatabase } from '../bench-app.js';
import { openBenchVault } from '../bench-vault.js';
import type { Figures, Sealing } from '../scene.js';

const PARTS = 10;

export async function sealing({ rows, variant, folder }: Sealing): Promise<Figures> {
  const db = await openDatabase(folder, mirroredSchema);
  const vault = await openBenchVault();
  const isLocked = variant === 'backlog';
  const mirror = await startMirror({ db, vault: isLocked ? null : vault, tables: [transactions] });
  const parts = variant === 'written' ? PARTS : 1;
  for (const part of partsOf(makeRows(rows), parts)) {
    await db.writeTransaction((tx) => tx.execute(bulkInsert('transactions'), [asJson(part)]));
  }
  const writer = variant === 'written' || variant === 'whole' ? beginWriting(db) : null;
  const began = performance.now();
  if (isLocked) await mirror.unlock(vault);
  await mirror.flush();
  const took = performance.now() - began;
  const waits = (await writer?.end()) ?? [];
  await mirror.flush();
  const { queued } = await db.get<{ queued: number }>('SELECT count(*) AS queued FROM ps_crud');
  if (queued !== rows + waits.length) throw new Error(`${queued} rows are queued, not ${rows}.`);
  await mirror.close();
  await db.close();
  return { took: [took], waits };
}

function partsOf<Item>(items: readonly Item[], count: number): Item[][] {
  const length = Math.ceil(items.length / count);
  return Array.from({ length: count }, (_, at) => items.slice(at * length, (at + 1) * length));
}
