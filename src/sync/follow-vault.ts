/** A running mirror follows the vault's header, so that a change elsewhere asks nothing of the app. */
import { RowsealError } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import type { MirrorRun } from './mirror-run.js';
import type { VaultSource } from './vault-source.js';
import { createWorkLoop } from './work-loop.js';

export interface VaultFollower {
  /** Looks at the header as soon as no look is under way. */
  wake(): void;
  /** A look that is under way comes to nothing. */
  stop(): void;
}

/** No news: nothing could be asked for, or the app has locked the vault itself. */
const NO_NEWS: readonly string[] = ['STORE_FAILED', 'LOCKED'];

/**
 * Takes each newer snapshot as `unlock` would. What speaks against the header is shown in the status
 * and resolved by nobody but the app.
 */
export function followVault(run: MirrorRun, source: VaultSource): VaultFollower {
  /** The vault key under which the mirror locked itself: whoever unlocks with it again has decided. */
  let lockedUnder: string | null = null;
  let lockedVault: Vault | null = null;
  const loop = createWorkLoop(
    async () => {
      await look();
      return 'idle';
    },
    () => {},
  );
  const stopListening = source.onHeader(loop.wake);

  async function look(): Promise<void> {
    const vault = run.latestVault;
    if (!vault) return;
    const found = await source.refresh(vault).catch((error: unknown) => ({ error }));
    // The app may have unlocked with another one meanwhile, and then it looks again.
    if (run.ended || run.latestVault !== vault) return;
    if ('error' in found) return refused(vault, found.error);
    const isNews = found !== vault || lockedVault === vault;
    // Locked for another reason, which stays shown.
    if (!isNews && !run.vault) return;
    run.status.set({ header: null });
    if (isNews) take(found);
  }

  function take(vault: Vault): void {
    // The header was right again before the app had decided anything.
    if (run.latestVault === lockedVault) lockedUnder = null;
    lockedVault = null;
    run.vault = vault;
    run.latestVault = vault;
    run.loop.wake();
  }

  function refused(vault: Vault, error: unknown): void {
    if (!(error instanceof RowsealError) || NO_NEWS.includes(error.code)) return;
    const { code, message } = error;
    run.status.set({ header: Object.freeze({ code, message }) });
    // A server can show such a header without knowing any key, and as many of them as it likes.
    if (code !== 'UNLOCK_FAILED' || lockedUnder === vault.vaultKeyId) return;
    lockedUnder = vault.vaultKeyId;
    lockedVault = vault;
    run.vault = null;
    run.loop.wake();
  }

  return {
    wake: loop.wake,
    stop() {
      stopListening();
      void loop.stop(new TypeError('The mirror has ended.'));
    },
  };
}
