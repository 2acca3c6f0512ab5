/** Which mirror runs on a database in this process: it ends before that is cleared or closed. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import type { Mirror } from '../../sync/mirror.js';
import { replaceMirror } from '../../sync/run-mirror.js';

const running = /* @__PURE__ */ new WeakMap<CommonPowerSyncDatabase, Mirror>();

/** An earlier one ends: to stand by for a mirror of the same object would be of no use. */
export function noteMirror(db: CommonPowerSyncDatabase, mirror: Mirror): void {
  const earlier = running.get(db);
  running.set(db, mirror);
  if (earlier) replaceMirror(earlier);
  else db.registerListener({ closing: () => closeMirror(db) });
}

export async function closeMirror(db: CommonPowerSyncDatabase): Promise<void> {
  await running.get(db)?.close();
}
