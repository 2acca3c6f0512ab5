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
 * import { keepUnlocked, lockVault, resumeVault } from 'rowseal';
 * import { memoryKeeper, vaultForTesting } from 'rowseal/testing';
 *
 * const { vault, store } = vaultForTesting('ada');
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
