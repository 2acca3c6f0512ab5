/** A start of the app with nothing left to do. */
import { type Mirror, startMirror } from '../../../dist/adapters/powersync/powersync.js';
import { watchedDatabase } from '../../../test/support/watched-powersync.js';
import { transactions } from '../../rows.js';
import { mirroredSchema, openDatabase } from '../bench-app.js';
import { openBenchVault } from '../bench-vault.js';
import type { Figures, Restart } from '../scene.js';

export async function restart({ folder }: Restart): Promise<Figures> {
  const vault = await openBenchVault();
  const opened = await openDatabase(folder, mirroredSchema);
  const { db, watch } = watchedDatabase(opened);
  const began = performance.now();
  const mirror = await startMirror({ db, vault, tables: [transactions] });
  await untilSettled(mirror);
  const took = performance.now() - began;
  const counts = { statements: [watch.statements.length], rowsRead: [watch.rowsRead] };
  await mirror.close();
  await opened.close();
  return { took: [took], ...counts };
}

function untilSettled(mirror: Mirror): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = () => {
      const { settled, error } = mirror.status;
      if (!settled && !error) return;
      stop();
      if (error) reject(error);
      else resolve();
    };
    const stop = mirror.subscribe(check);
    check();
  });
}
