/** Which mirrors run in this process: log-out must stop them before it clears. */
import type { CommonPowerSyncDatabase } from '@powersync/common';
import type { Mirror } from '../../sync/mirror.js';

const running = /* @__PURE__ */ new WeakMap<CommonPowerSyncDatabase, Mirror>();

/** An earlier one has given way to it already. */
export function noteMirror(db: CommonPowerSyncDatabase, mirror: Mirror): void {
  running.set(db, mirror);
}

export async function closeMirror(db: CommonPowerSyncDatabase): Promise<void> {
  await running.get(db)?.close();
}
