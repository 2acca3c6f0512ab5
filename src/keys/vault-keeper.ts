/** Where a device keeps a vault unlocked: the contract an app implements, and every call on it. */
import { isBytes } from '../bytes/is-bytes.js';
import { RowsealError } from '../errors.js';
import { damagedKeptKey } from './kept-key.js';

/**
 * Keeps one secret where only this device, this app and this user get at it: the contract between
 * `keepUnlocked`, `resumeVault` and the device.
 *
 * `browserKeeper` is one; the Keychain or Keystore behind biometrics and Electron's safeStorage
 * each make one in a few lines. A promise settles when the effect is there and would survive a
 * kill. Doing anything twice is fine. rowseal calls `keep` and `recall` and never `forget`: that is
 * the app's, at log-out. What a keeper throws becomes the `cause` of a `STORE_FAILED`.
 *
 * Use another keeper for each user and vault. Check one of your own with `keeperContract` from
 * `rowseal/testing`.
 *
 * Security: the secret opens the vault until `rekeyVault`. Never send, log or back it up, and put it
 * into no error.
 *
 * @example
 * ```ts
 * import { type VaultKeeper } from 'rowseal';
 * import { keeperContract } from 'rowseal/testing';
 *
 * const keychain = new Map<string, Uint8Array>(); // the system's, by the library of your platform
 * const keychainKeeper = (user: string): VaultKeeper => ({
 *   keep: async (secret) => keychain.set(user, secret.slice()),
 *   recall: async () => keychain.get(user)?.slice() ?? null,
 *   forget: async () => keychain.delete(user),
 * });
 * for (const { run } of keeperContract(keychainKeeper)) await run();
 * ```
 */
export interface VaultKeeper {
  /**
   * Keeps the secret, 1 to 256 bytes, in place of the former one: whole, or not at all.
   *
   * rowseal zeroes the buffer once the promise settles: copy or wrap what is in it.
   */
  keep(secret: Uint8Array): Promise<unknown>;
  /**
   * Gives exactly the bytes that were kept last; `null` means that nothing is kept, a throw that
   * something may be kept and can't be had now (a declined fingerprint, a failing disk).
   *
   * In a buffer of its own each time: rowseal zeroes it after use.
   */
  recall(): Promise<Uint8Array | null>;
  /** Leaves nothing of the secret, and nothing that wraps it. */
  forget(): Promise<unknown>;
}

const KEEPER_FUNCTIONS = ['keep', 'recall', 'forget'] as const;

/**
 * Throws `TypeError` for what is no keeper, before its missing functions look like a failing
 * device.
 */
export function assertKeeper(keeper: VaultKeeper): void {
  const missing = KEEPER_FUNCTIONS.filter((name) => typeof keeper?.[name] !== 'function');
  if (missing.length > 0) {
    throw new TypeError(`This is no VaultKeeper: it lacks ${missing.join(', ')}.`);
  }
}

export async function keepSecret(keeper: VaultKeeper, secret: Uint8Array): Promise<void> {
  await attempt(
    () => keeper.keep(secret),
    'The keeper could not keep the key. The vault stays open; try again, or let the user enter the password at the next start.',
  );
}

export async function recallSecret(keeper: VaultKeeper): Promise<Uint8Array | null> {
  const secret: unknown = await attempt(
    () => keeper.recall(),
    'The keeper could not recall the kept key. Nothing was changed; try again, or ask for the password.',
  );
  if (secret === null) return null;
  return isBytes(secret) ? secret : damagedKeptKey();
}

async function attempt<T>(call: () => Promise<T>, message: string): Promise<T> {
  try {
    return await call();
  } catch (error) {
    // A keeper of this package says more than could be said here.
    if (error instanceof RowsealError && error.code === 'STORE_FAILED') throw error;
    throw new RowsealError('STORE_FAILED', message, { cause: error });
  }
}
