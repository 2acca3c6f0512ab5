import { isWellFormed } from '../bytes/utf8.js';
import { randomBytes } from '../crypto/random.js';
import { assertOptions, RowsealError } from '../errors.js';
import { inDatabase } from './keeper-database.js';
import type { VaultKeeper } from './vault-keeper.js';

const AES_GCM = 'AES-GCM';
const KEY_BITS = 256;
const IV_LENGTH = 12;

/** A key of WebCrypto, which only WebCrypto looks into. */
type PlatformKey = object;

/** What lies in the database: the wrapping key, and the secret wrapped under it. */
interface KeptRecord {
  readonly key: PlatformKey;
  readonly iv: Uint8Array;
  readonly wrapped: ArrayBuffer;
}

interface AesGcm {
  readonly name: typeof AES_GCM;
  readonly iv: Uint8Array;
}

/** The little of WebCrypto that is needed, declared here since the package knows no DOM. */
interface Subtle {
  generateKey(
    algorithm: { readonly name: typeof AES_GCM; readonly length: number },
    extractable: boolean,
    usages: readonly string[],
  ): Promise<PlatformKey>;
  encrypt(algorithm: AesGcm, key: PlatformKey, bytes: Uint8Array): Promise<ArrayBuffer>;
  decrypt(algorithm: AesGcm, key: PlatformKey, bytes: ArrayBuffer): Promise<ArrayBuffer>;
}

/** Options of {@link browserKeeper}. */
export interface BrowserKeeperOptions {
  /** Tells apart what is kept for several users or vaults in one browser; `vault` unless told. */
  readonly name?: string;
}

/**
 * A keeper for pages: the secret lies in IndexedDB, wrapped under an AES-256-GCM key that WebCrypto
 * will not give out, drawn anew by each `keep`.
 *
 * Works in windows and workers of secure origins (https, localhost). Its functions throw
 * `STORE_FAILED` where there is no IndexedDB or no `crypto.subtle`, in some private windows, and when
 * storage fails. Browsers delete the storage of pages that were not visited for long: then nothing
 * is kept, and the app asks for the password.
 *
 * Security: the secret stands nowhere in the clear, and no script can copy the wrapping key: a look
 * into the storage, an export of it or an error report shows nothing that opens. It is no protection
 * from script that runs in the page, which can recall the vault key just as the app can; nor from a
 * copy of the browser's profile, since browsers store the wrapping key there as well; nor from
 * whoever uses the unlocked computer. After `forget` the browser may leave the bytes on the disk for
 * a while.
 *
 * @throws `TypeError` for an empty name or one that is no well-formed text.
 *
 * @example
 * ```ts
 * import { browserKeeper, byPassword, createVault, keepUnlocked, memoryStore, resumeVault } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * await keepUnlocked(vault, browserKeeper({ name: 'ada' }));
 * // … after a reload:
 * const again = await resumeVault(store, browserKeeper({ name: 'ada' }));
 * console.assert(again?.vaultId === vault.vaultId);
 * // … at log-out:
 * await browserKeeper({ name: 'ada' }).forget();
 * ```
 */
export function browserKeeper(options: BrowserKeeperOptions = {}): VaultKeeper {
  assertOptions(options, ['name'], 'browserKeeper');
  const { name = 'vault' } = options;
  if (typeof name !== 'string' || name === '' || !isWellFormed(name)) {
    throw new TypeError('The name of a keeper is well-formed text of at least one character.');
  }
  return {
    async keep(secret) {
      // One record, so that key and wrapped secret are replaced together or not at all. Before the
      // transaction begins: IndexedDB ends one that waits for anything else.
      const record = await wrap(secret);
      await inDatabase('readwrite', (records) => records.put(record, name));
    },
    async recall() {
      const record = await inDatabase('readonly', (records) => records.get(name));
      return record === undefined ? null : unwrap(record);
    },
    async forget() {
      await inDatabase('readwrite', (records) => records.delete(name));
    },
  };
}

async function wrap(secret: Uint8Array): Promise<KeptRecord> {
  const subtle = platformSubtle();
  const iv = randomBytes(IV_LENGTH);
  const algorithm = { name: AES_GCM, length: KEY_BITS } as const;
  const key = await subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
  return { key, iv, wrapped: await subtle.encrypt({ name: AES_GCM, iv }, key, secret) };
}

async function unwrap(record: unknown): Promise<Uint8Array> {
  const subtle = platformSubtle();
  try {
    const { key, iv, wrapped } = record as KeptRecord;
    return new Uint8Array(await subtle.decrypt({ name: AES_GCM, iv }, key, wrapped));
  } catch (cause) {
    throw new RowsealError(
      'STORE_FAILED',
      'What this browser keeps of the vault is damaged. Ask for the password, then call keepUnlocked again.',
      { cause },
    );
  }
}

function platformSubtle(): Subtle {
  const { crypto } = globalThis as { crypto?: { subtle?: Subtle } };
  if (crypto?.subtle) return crypto.subtle;
  throw new RowsealError(
    'STORE_FAILED',
    'This page has no crypto.subtle, which browsers give to secure origins only (https, localhost). Ask for the password; the vault works without being kept.',
  );
}
