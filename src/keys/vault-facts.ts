import { encodeBase32 } from '../bytes/base32.js';
import { encodeBase64url } from '../bytes/base64url.js';
import { encodeUtf8 } from '../bytes/utf8.js';
import { derive } from '../crypto/derive.js';
import { KEY_LENGTH } from '../crypto/key-types.js';
import { LABEL } from '../crypto/labels.js';
import { assertOptions } from '../errors.js';
import { formatPin } from './pin.js';
import { revealSecrets, type Vault } from './vault.js';

const FINGERPRINT_LENGTH = 10;
const DERIVED_LENGTH_LIMIT = 64;

/**
 * What this device should remember of a vault, as text for a store's `savePin`.
 *
 * Functions that change a vault save it themselves. Use it to give up a vault by name
 * (`createVault`'s `replaces`), or to carry one device's knowledge to a new device before its
 * first opening: then the server can't show that device an old header.
 *
 * Security: public, but trusted: whoever can change a device's pin can lead it back.
 *
 * @throws `LOCKED`.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, memoryStore, openVault, pinOf } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * const phone = memoryStore(vault.header);
 * await phone.savePin(pinOf(vault)); // carried over as a QR code, say
 * const there = await openVault(phone, byPassword('correct horse battery staple'));
 * console.assert(there.freshness === 'pinned');
 * ```
 */
export function pinOf(vault: Vault): string {
  return formatPin(revealSecrets(vault).header);
}

/**
 * A short code for the header that a device sees, equal on two devices that see the same one: 80
 * bits as four groups of four characters.
 *
 * Show it on both devices and let the user compare: a server that forks devices, or leads a new
 * one back to an old header, shows different codes.
 *
 * Security: public. Nobody without the vault key can make a second header with a given code; who
 * has it could search for two that share one.
 *
 * @throws `LOCKED`.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, fingerprintOf, memoryStore } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * console.log(fingerprintOf(vault)); // such as 7Q2M-0XKD-W4TN-5R8A
 * ```
 */
export function fingerprintOf(vault: Vault): string {
  const { header } = revealSecrets(vault);
  const text = encodeBase32(header.hash.subarray(0, FINGERPRINT_LENGTH));
  return (text.match(/.{4}/g) as string[]).join('-');
}

/** Options of {@link deriveKey}. */
export interface DeriveOptions {
  /** Length in bytes, 16 to 64; 32 unless told. */
  readonly length?: number;
  /**
   * The `vaultKeyId` of an earlier snapshot (32 bytes as base64url text), to derive what it derived
   * before `rekeyVault`.
   */
  readonly vaultKeyId?: string;
}

/**
 * A key for something of the app's own, such as an encrypted local database: the same for the
 * same label on every device of the vault.
 *
 * It survives password changes and changes with `rekeyVault`; pass the earlier `vaultKeyId` to
 * get the old one and re-encrypt.
 *
 * Security: a secret, and the caller's to wipe. `lockVault` does not reach it.
 *
 * @returns `length` bytes, 32 unless told
 *
 * @throws `LOCKED`, `TypeError` for an empty label, `RangeError` for a length or vault-key id that
 * does not exist.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, deriveKey, memoryStore } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * const databaseKey = deriveKey(vault, 'local database');
 * console.assert(databaseKey.length === 32);
 * ```
 */
export function deriveKey(vault: Vault, label: string, options: DeriveOptions = {}): Uint8Array {
  assertOptions(options, ['length', 'vaultKeyId'], 'deriveKey');
  const { length = KEY_LENGTH, vaultKeyId = vault.vaultKeyId } = options;
  if (typeof label !== 'string' || label === '' || encodeUtf8(label) === null) {
    throw new TypeError('deriveKey needs a label that says what the key is for.');
  }
  if (!Number.isInteger(length) || length < 16 || length > DERIVED_LENGTH_LIMIT) {
    throw new RangeError(`A derived key has 16 to ${DERIVED_LENGTH_LIMIT} bytes.`);
  }
  const { header, vaultKey, earlierVaultKeys } = revealSecrets(vault);
  const held = [{ key: vaultKey, id: header.vaultKeyId }, ...earlierVaultKeys];
  const chosen = held.find(({ id }) => encodeBase64url(id) === vaultKeyId);
  if (!chosen) throw new RangeError('This vault holds no vault key with that id.');
  // The length is part of the label: HKDF alone would make a shorter key the beginning of a longer.
  return derive(chosen.key, header.vaultId, `${LABEL.appKey}${length}: ${label}`, length);
}
