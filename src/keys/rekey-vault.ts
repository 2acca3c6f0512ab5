import { encodeBase64url } from '../bytes/base64url.js';
import { KEY_LENGTH, type VaultKey } from '../crypto/key-types.js';
import { randomBytes } from '../crypto/random.js';
import { wipe } from '../crypto/secrets.js';
import { assertOptions } from '../errors.js';
import { byRecoveryKey } from './by-recovery-key.js';
import { changeHeader, revealCurrent } from './change-header.js';
import type { CreatedVault } from './create-vault.js';
import type { KeySlot } from './key-slot.js';
import {
  assertOpener,
  type OpenProgress,
  partOf,
  unwrapVaultKey,
  type VaultOpener,
  wrapVaultKey,
} from './opener.js';
import { holdKeys } from './opening.js';
import { generateRecoveryKey } from './recovery-key.js';
import { freshDataKey, retire } from './rotate-data-key.js';
import type { SlotInfo, Vault, VaultSecrets } from './vault.js';
import type { VaultStore } from './vault-store.js';

/** What {@link rekeyVault} takes. */
export interface RekeyOptions extends OpenProgress {
  /**
   * The secrets that shall still open the vault: `byPassword`, `bySecret`; every other slot is
   * dropped.
   */
  readonly keep: readonly VaultOpener[];
  /**
   * A key from `generateRecoveryKey` that the user has already seen; a new one is made otherwise.
   */
  readonly recoveryKey?: string;
}

/** What {@link rekeyVault} returns. */
export interface RekeyedVault extends CreatedVault {
  /** The slots whose secrets no longer open the vault. */
  readonly dropped: readonly SlotInfo[];
}

/**
 * Revokes: a new vault key, a new data key, a new recovery key, and slots only for the secrets
 * that are passed in.
 *
 * For a leaked password or a lost device. The old data keys become `revoked`: they open what was
 * written before, and a row stamped later is refused as `KEY_RETIRED`. Rows are not touched:
 * re-encrypt them with `reencryptRow` afterwards, at leisure.
 *
 * Security: what was written before stays readable to whoever holds an old secret and a copy of
 * the old header and rows; and until all rows are re-encrypted, so do rows that still name an old
 * key. A device that never saw this header can still be shown the old one.
 *
 * @throws `UNLOCK_FAILED` when one of `keep` does not open the vault; `RECOVERY_KEY_TYPO` for a
 * given key; `TypeError` for a recovery key among `keep`, for the old one as `recoveryKey`, or for
 * neither a password to keep nor a `recoveryKey`; the signal's reason; as every change of a vault,
 * `LOCKED`, `STORE_FAILED`, `NO_SECURE_RANDOM`, `VAULT_MISSING`, `VAULT_MISMATCH`,
 * `HEADER_ROLLBACK`, `HEADER_CONFLICT`, `HEADER_MALFORMED`, `LIMIT_EXCEEDED`,
 * `UNSUPPORTED_VERSION`, `KDF_PARAMS_REFUSED`, and `HEADER_TAMPERED` when the AEAD backend is
 * broken.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, memoryStore, rekeyVault } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * const { recoveryKey, dropped } = await rekeyVault(store, vault, {
 *   keep: [byPassword('correct horse battery staple')],
 * });
 * const page = `Write this down: ${recoveryKey}`; // show it once
 * console.assert(page.length > 0 && dropped.length === 1);
 * ```
 */
export async function rekeyVault(
  store: VaultStore,
  vault: Vault,
  options: RekeyOptions,
): Promise<RekeyedVault> {
  assertOptions(options, ['keep', 'onProgress', 'recoveryKey', 'signal'], 'rekeyVault');
  assertKept(options);
  const recoveryKey = options.recoveryKey ?? generateRecoveryKey();
  const recoveryOpener = byRecoveryKey(recoveryKey);
  const secrets = await revealCurrent(store, vault);
  const { header, opening } = secrets;
  await assertNewRecoveryKey(secrets, recoveryOpener);
  const vaultKey = randomBytes(KEY_LENGTH) as VaultKey;
  holdKeys(opening, vaultKey);
  const kept = await rewrapSlots(secrets, vaultKey, options);
  const recoverySlot = await wrapVaultKey(
    header.vaultId,
    vaultKey,
    recoveryOpener,
    opening.aead,
    {},
  );
  const revoked = retire(secrets.dataKeys, 'revoked', opening.clock.stamp());
  const next = await changeHeader(store, vault, {
    vaultKey,
    slots: [...kept.values(), recoverySlot],
    dataKeys: [freshDataKey(header.vaultId), ...revoked],
    earlierVaultKeys: [
      { key: secrets.vaultKey, id: header.vaultKeyId },
      ...secrets.earlierVaultKeys,
    ],
  });
  const keptIds = [...kept.keys()].map(({ id }) => encodeBase64url(id));
  return {
    vault: next,
    recoveryKey,
    dropped: vault.slots.filter(({ id }) => !keptIds.includes(id)),
  };
}

/** The old recovery key may be what leaked; kept, it would open the vault as before. */
async function assertNewRecoveryKey(
  { header, opening }: VaultSecrets,
  opener: VaultOpener,
): Promise<void> {
  const { vaultId, slots } = header;
  const old = await unwrapVaultKey(vaultId, slots, opener, opening.aead, {}).catch(() => null);
  if (!old) return;
  wipe(old.vaultKey);
  throw new TypeError(
    'This recovery key opens the vault already. Pass a new one from generateRecoveryKey.',
  );
}

/**
 * For each old slot that a kept secret opens, a new one around the new vault key, with its info.
 */
async function rewrapSlots(
  { header, opening }: VaultSecrets,
  vaultKey: VaultKey,
  { keep, ...progress }: RekeyOptions,
): Promise<Map<KeySlot, KeySlot>> {
  const { vaultId, slots } = header;
  const rewrapped = new Map<KeySlot, KeySlot>();
  for (const [i, opener] of keep.entries()) {
    const unwrapping = partOf(progress, 2 * i, 2 * keep.length);
    const wrapping = partOf(progress, 2 * i + 1, 2 * keep.length);
    const opened = await unwrapVaultKey(vaultId, slots, opener, opening.aead, unwrapping);
    wipe(opened.vaultKey);
    const info = opened.slot.content?.info;
    rewrapped.set(
      opened.slot,
      await wrapVaultKey(vaultId, vaultKey, opener, opening.aead, wrapping, info),
    );
  }
  return rewrapped;
}

function assertKept({ keep, recoveryKey }: RekeyOptions): void {
  if (!Array.isArray(keep)) throw new TypeError('rekeyVault takes { keep }: a list of openers.');
  keep.forEach(assertOpener);
  if (keep.some(({ slotType }) => slotType === 'recovery-key')) {
    throw new TypeError(
      'rekeyVault always makes a new recovery key: the old one may have leaked. Leave it out of keep.',
    );
  }
  if (recoveryKey === undefined && !keep.some(({ slotType }) => slotType === 'password')) {
    throw new TypeError(
      'Without a password, a crash could leave the vault with a recovery key that nobody has seen. Keep a password, or pass a recoveryKey from generateRecoveryKey that the user has written down.',
    );
  }
}
