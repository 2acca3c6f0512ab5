/**
 * Where a vault's header and this device's pin are kept: the contract an app implements, and the
 * store that comes with the package.
 */
import { encodeBase64url } from '../bytes/base64url.js';
import { parseHeader, type VaultHeader } from './vault-header.js';

/** One version of a header, by which stores compare and swap. */
export interface HeaderVersion {
  /** 1 when the vault was created, one more with each change. */
  readonly epoch: number;
  /** SHA-256 of the header's bytes, as 43 characters of base64url. */
  readonly hash: string;
}

/** A header to be stored, and the one it may replace. */
export interface HeaderChange extends HeaderVersion {
  /** The header as base64url text, at most 64 KiB of bytes. */
  readonly header: string;
  /** 16 bytes as base64url text. */
  readonly vaultId: string;
  /** The version that must be stored now, or `null` when none may be. */
  readonly expected: HeaderVersion | null;
}

/**
 * Loads and saves a vault's header (on the server) and the pin (on this device).
 *
 * The header is public: the server may see it, and is not trusted with it. Pins must survive
 * log-out. Errors that a store throws become `STORE_FAILED`.
 *
 * Security: `saveHeader` must replace the header only while `expected` is what is stored, in one
 * atomic step (an SQL `UPDATE … WHERE epoch = … AND hash = …`): otherwise two devices that change
 * the header at once lose one change. It need not report a lost race: rowseal reads back.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, type HeaderChange, openVault, type VaultStore } from 'rowseal';
 *
 * let stored: HeaderChange | null = null; // one row of a table on your server
 * const device = new Map<string, string>(); // in a page: IndexedDB
 * const store: VaultStore = {
 *   loadHeader: async () => stored?.header,
 *   saveHeader: async (change) => {
 *     if (change.expected?.hash === stored?.hash) stored = change; // in SQL: WHERE hash = …
 *   },
 *   loadPin: async () => device.get('pin'),
 *   savePin: async (pin) => device.set('pin', pin),
 * };
 * await createVault(store, byPassword('correct horse battery staple'));
 * const vault = await openVault(store, byPassword('correct horse battery staple'));
 * console.assert(vault.freshness === 'pinned');
 * ```
 */
export interface VaultStore {
  /** The stored header, or `null` when there is none; never from a cache of own writes. */
  loadHeader(): Promise<string | null | undefined>;
  /** Stores a header in place of the expected one, atomically, and else does nothing. */
  saveHeader(change: HeaderChange): Promise<unknown>;
  /** What `savePin` saved last on this device, or `null` when there is nothing. */
  loadPin(): Promise<string | null | undefined>;
  /** Remembers text on this device, and done only once it would survive a crash. */
  savePin(pin: string): Promise<unknown>;
}

const STORE_FUNCTIONS = ['loadHeader', 'saveHeader', 'loadPin', 'savePin'] as const;

/**
 * A store in memory: for tests, demos, and apps that keep header and pin elsewhere themselves.
 *
 * @param header the header to begin with, if there is one
 *
 * @throws `LIMIT_EXCEEDED`, `UNSUPPORTED_VERSION`, `HEADER_MALFORMED`, `KDF_PARAMS_REFUSED` when
 * `header` is none.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, memoryStore, openVault } from 'rowseal';
 *
 * const laptop = memoryStore();
 * const { vault } = await createVault(laptop, byPassword('correct horse battery staple'));
 * const phone = memoryStore(vault.header);
 * await openVault(phone, byPassword('correct horse battery staple'));
 * ```
 */
export function memoryStore(header?: string): VaultStore {
  let stored: (HeaderVersion & { readonly header: string }) | null =
    header === undefined ? null : { header, ...versionOf(parseHeader(header)) };
  let pin: string | null = null;
  return {
    async loadHeader() {
      return stored?.header ?? null;
    },
    async saveHeader(change) {
      if (sameVersion(stored, change.expected)) stored = change;
    },
    async loadPin() {
      return pin;
    },
    async savePin(next) {
      pin = next;
    },
  };
}

/**
 * Throws `TypeError` for what is no store, before its missing functions look like a failing server.
 */
export function assertStore(store: VaultStore): void {
  const missing = STORE_FUNCTIONS.filter((name) => typeof store?.[name] !== 'function');
  if (missing.length > 0) {
    throw new TypeError(`This is no VaultStore: it lacks ${missing.join(', ')}.`);
  }
}

export function versionOf(header: VaultHeader): HeaderVersion {
  return { epoch: header.epoch, hash: encodeBase64url(header.hash) };
}

function sameVersion(a: HeaderVersion | null, b: HeaderVersion | null): boolean {
  return a?.epoch === b?.epoch && a?.hash === b?.hash;
}
