import { KDF_POLICY, type KdfBackend, type KdfParameters } from '../crypto/kdf.js';
import type { Kek } from '../crypto/key-types.js';
import { nobleArgon2id } from '../crypto/noble-argon2id.js';
import { assertOptions, RowsealError } from '../errors.js';
import type { VaultOpener } from './opener.js';
import { preparePassword } from './password.js';

/** Options of {@link byPassword}. */
export interface PasswordOptions {
  /** Another implementation of Argon2id; the same passwords open the same vaults. */
  readonly kdf?: KdfBackend;
}

/**
 * Opens a vault by its password, through Argon2id (64 MiB, 3 passes).
 *
 * Takes about a second in pure JavaScript; pass a native or WebAssembly backend as `kdf` to be
 * faster. The password is prepared as RFC 8265's OpaqueString, so that it opens the vault from
 * any keyboard; it is never trimmed, folded or cut.
 *
 * Security: this password must never be what the app sends to its server at log-in. A string
 * can't be wiped from memory; a `Uint8Array` of UTF-8 can, by its owner.
 *
 * @throws `PASSWORD_REFUSED` for an empty one, over 1024 bytes, with control characters or not
 * well-formed; `KDF_BACKEND_REQUIRED` where only an interpreter runs (React Native's Hermes).
 *
 * @example
 * ```ts
 * import { byPassword, createVault, memoryStore, openVault } from 'rowseal';
 *
 * const store = memoryStore();
 * await createVault(store, byPassword('correct horse battery staple'));
 * const vault = await openVault(store, byPassword('correct horse battery staple'));
 * console.assert(vault.epoch === 1);
 * ```
 */
export function byPassword(
  password: string | Uint8Array,
  options: PasswordOptions = {},
): VaultOpener {
  assertOptions(options, ['kdf'], 'byPassword');
  const kdf = options.kdf ?? defaultKdf();
  const prepared = preparePassword(password);
  return {
    slotType: 'password',
    info: new Uint8Array(0),
    costs: KDF_POLICY,
    async deriveKek({ costs, salt }, onProgress) {
      // Only slots without a password have no costs.
      const request = { password: prepared, salt, ...(costs as KdfParameters) };
      return (await kdf.argon2id(onProgress ? { ...request, onProgress } : request)) as Kek;
    },
  };
}

function defaultKdf(): KdfBackend {
  if ('HermesInternal' in globalThis) {
    throw new RowsealError(
      'KDF_BACKEND_REQUIRED',
      'Argon2id in JavaScript takes over half a minute on Hermes. Pass a native one: byPassword(password, { kdf }).',
    );
  }
  return nobleArgon2id;
}
