/** Whether what is here is what the server has, as far as a device can know. */
import type { CommonPowerSyncDatabase } from '@powersync/common';

export interface Freshness {
  /** Whether it is connected, and a checkpoint has been applied since it was. */
  isFresh(): boolean;
  stop(): void;
}

/** PowerSync notes when it synced last in whole seconds. */
const SECOND_MS = 1000;

export function watchFreshness(db: CommonPowerSyncDatabase): Freshness {
  // Connected already: what has been applied since is anybody's guess, but it is not weeks old.
  let connectedAt = db.currentStatus.connected ? 0 : null;
  const stop = db.registerListener({
    statusChanged({ connected }) {
      if (!connected) connectedAt = null;
      else connectedAt ??= Date.now();
    },
  });
  return {
    isFresh() {
      const { lastSyncedAt } = db.currentStatus;
      if (connectedAt === null || !lastSyncedAt) return false;
      return lastSyncedAt.getTime() + SECOND_MS > connectedAt;
    },
    stop,
  };
}
