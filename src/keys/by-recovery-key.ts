import { derive } from '../crypto/derive.js';
import type { Kek } from '../crypto/key-types.js';
import { LABEL } from '../crypto/labels.js';
import type { VaultOpener } from './opener.js';
import { parseRecoveryKey } from './recovery-key.js';

/**
 * Opens a vault by its recovery key, as somebody typed it: case, spaces, hyphens and O/0, I/L/1
 * don't matter.
 *
 * For the forgotten password: open with this, then `changePassword` with it as `current`. No
 * Argon2id runs, since the key has 128 random bits.
 *
 * Security: the text opens the vault for ever; never log or send it.
 *
 * @throws `RECOVERY_KEY_TYPO` at once when the checksum does not fit, `UNSUPPORTED_VERSION` for a
 * key made by a later version.
 *
 * @example
 * ```ts
 * import { byPassword, byRecoveryKey, createVault, memoryStore, openVault } from 'rowseal';
 *
 * const store = memoryStore();
 * const { recoveryKey } = await createVault(store, byPassword('correct horse battery staple'));
 * await openVault(store, byRecoveryKey(recoveryKey.toLowerCase()));
 * ```
 */
export function byRecoveryKey(text: string): VaultOpener {
  const secret = parseRecoveryKey(text);
  return {
    slotType: 'recovery-key',
    info: new Uint8Array(0),
    costs: null,
    async deriveKek({ salt }) {
      return derive(secret, salt, LABEL.recoverySlot) as Kek;
    },
  };
}
