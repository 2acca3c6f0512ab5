import { equalSecrets, wipe } from '../crypto/secrets.js';
import { RowsealError } from '../errors.js';
import type { KeySlot } from './key-slot.js';
import { type OpenProgress, unwrapVaultKey, type VaultOpener } from './opener.js';
import { revealSecrets, type Vault } from './vault.js';

/**
 * The slot of an open vault that a secret opens: proof that whoever asks knows it, and not only
 * sits at an unlocked device.
 *
 * Throws `UNLOCK_FAILED`, also for a slot that wraps another vault key (threat C22), and `LOCKED`.
 */
export async function slotOpenedBy(
  vault: Vault,
  opener: VaultOpener,
  progress: OpenProgress,
): Promise<KeySlot> {
  const { header, vaultKey, opening } = revealSecrets(vault);
  const opened = await unwrapVaultKey(header.vaultId, header.slots, opener, opening.aead, progress);
  const same = equalSecrets(opened.vaultKey, vaultKey);
  wipe(opened.vaultKey);
  // Locked meanwhile, the vault's own key is all zeros: that is no wrong secret, but LOCKED.
  revealSecrets(vault);
  if (!same) {
    throw new RowsealError('UNLOCK_FAILED', 'That secret opens another vault than this one.');
  }
  return opened.slot;
}
