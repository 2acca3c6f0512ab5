/** Where a mirror learns that the vault's header changed. */
import type { Vault } from '../keys/vault.js';

/**
 * Tells of new vault headers, and opens them for a vault that is open already.
 *
 * `powerSyncVaultStore` returns one; any other object with these functions will do.
 */
export interface VaultSource {
  /**
   * The open vault as of the newest header: the same object when there is no newer.
   *
   * Rejects as `refreshVault` does.
   */
  refresh(vault: Vault): Promise<Vault>;
  /** Calls back when the header may have changed; returns how to stop it. */
  onHeader(listener: () => void): () => void;
}
