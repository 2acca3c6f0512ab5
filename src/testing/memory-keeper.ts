import { copyOf } from '../bytes/copies.js';
import { wipe } from '../crypto/secrets.js';
import type { VaultKeeper } from '../keys/vault-keeper.js';

/**
 * A keeper in memory, to test what an app does at a reload: keep the keeper, drop the vault.
 *
 * Security: for tests. It protects nothing, and outlives no process.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, keepUnlocked, lockVault, memoryStore, resumeVault } from 'rowseal';
 * import { memoryKeeper } from 'rowseal/testing';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * const keeper = memoryKeeper();
 * await keepUnlocked(vault, keeper);
 * lockVault(vault); // the page goes away
 * const again = await resumeVault(store, keeper);
 * console.assert(again !== null);
 * ```
 */
export function memoryKeeper(): VaultKeeper {
  let kept: Uint8Array | null = null;
  const drop = () => {
    if (kept) wipe(kept);
    kept = null;
  };
  return {
    async keep(secret) {
      drop();
      kept = copyOf(secret);
    },
    async recall() {
      return kept && copyOf(kept);
    },
    async forget() {
      drop();
    },
  };
}
