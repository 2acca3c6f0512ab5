/** Whether what is here is what the server has, as far as a device can know. */
import type { CommonPowerSyncDatabase } from '@powersync/common';

export interface Freshness {
  /** Whether it is connected, and a checkpoint has been applied since it was. */
  isFresh(): boolean;
  stop(): void;
}

/** Where it is connected already, the next checkpoint counts: what was applied may be weeks old. */
export function watchFreshness(db: CommonPowerSyncDatabase): Freshness {
  const lastSynced = () => db.currentStatus.lastSyncedAt?.getTime() ?? 0;
  let before = lastSynced();
  const stop = db.registerListener({
    statusChanged({ connected }) {
      if (!connected) before = lastSynced();
    },
  });
  return {
    isFresh: () => db.currentStatus.connected && lastSynced() !== before,
    stop,
  };
}
