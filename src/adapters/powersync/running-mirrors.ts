/** Which mirrors run in this process: they end before their database is cleared or closed. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import type { Mirror } from '../../sync/mirror.js';

const running = /* @__PURE__ */ new WeakMap<CommonPowerSyncDatabase, Set<Mirror>>();

/** An earlier one gives way to it, but may not have noticed when the database ends. */
export function noteMirror(db: CommonPowerSyncDatabase, mirror: Mirror): void {
  const known = running.get(db);
  if (known) known.add(mirror);
  else {
    running.set(db, new Set([mirror]));
    db.registerListener({ closing: () => closeMirrors(db) });
  }
}

export async function closeMirrors(db: CommonPowerSyncDatabase): Promise<void> {
  for (const mirror of running.get(db) ?? []) await mirror.close();
}
