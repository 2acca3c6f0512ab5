import { encodeBase64url } from '../bytes/base64url.js';
import { assertOptions, RowsealError } from '../errors.js';
import { changeHeader, revealCurrent } from './change-header.js';
import { prefixOf } from './key-prefix.js';
import type { DataKey } from './keyset.js';
import { payloadCount } from './payload-count.js';
import type { Vault } from './vault.js';
import type { VaultStore } from './vault-store.js';

/** What a server says of one closed key. */
export interface ClosedKey {
  /** One of the prefixes that it was asked about: 44 characters. */
  readonly prefix: string;
  /** How many payloads that it stores begin with it, rows and siblings together; digits as text too. */
  readonly payloads: number | bigint | string;
}

/** What {@link dropRetiredKeys} takes. */
export interface DropOptions {
  /**
   * Asks the server to store nothing more that begins with one of these prefixes (44 characters
   * each), and how many payloads still do: one answer for each, in any order.
   */
  closeKeys(prefixes: readonly string[]): Promise<Iterable<ClosedKey>>;
}

/** What {@link dropRetiredKeys} returns. */
export interface DroppedKeys {
  /** The next snapshot; the same one when no key was dropped. */
  readonly vault: Vault;
  /** Ids of the keys that the vault no longer holds: 32 bytes each, as base64url text. */
  readonly dropped: readonly string[];
  /** Number of stored payloads that still name a retired key; 0 once all of those were dropped. */
  readonly left: number;
}

/**
 * Ends a rotation: drops the retired data keys that no stored row names any more.
 *
 * The server closes the keys first, so that a device which was offline can't store another row
 * under one of them: it takes the new header, seals its edits again and repeats. Then it counts. A
 * key that payloads still name stays: go on re-encrypting, and call it again. Whatever interrupts
 * it, it can be repeated. Earlier vault keys stay, since what long-offline devices remember is
 * under them.
 *
 * Security: a dropped key forges nothing any more, backdated or not. The server's count is its
 * word: one that hides rows and says 0 makes them `UNKNOWN_KEY`. A device that kept an earlier
 * header, or a backup of it, opens them after `recallKeys`.
 *
 * @throws `TypeError` when the answer lacks a key, names one twice, or has no whole number for
 * one; `LAST_SLOT` when nothing but secrets and slots of a later version open the vault;
 * `STORE_FAILED` also when `closeKeys` throws; as every change of a vault, `LOCKED`,
 * `NO_SECURE_RANDOM`, `VAULT_MISSING`, `VAULT_MISMATCH`, `HEADER_ROLLBACK`, `HEADER_CONFLICT`,
 * `HEADER_MALFORMED`, `LIMIT_EXCEEDED`, `UNSUPPORTED_VERSION`, `KDF_PARAMS_REFUSED`, and
 * `HEADER_TAMPERED` when the AEAD backend is broken.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, dropRetiredKeys, memoryStore, rotateDataKey } from 'rowseal';
 *
 * const store = memoryStore();
 * const { vault } = await createVault(store, byPassword('correct horse battery staple'));
 * const rotated = await rotateDataKey(store, vault);
 * // … after every row was re-encrypted:
 * const { vault: lean, dropped } = await dropRetiredKeys(store, rotated, {
 *   closeKeys: async (prefixes) => prefixes.map((prefix) => ({ prefix, payloads: 0 })), // SQL
 * });
 * console.assert(lean.keys.length === 1 && dropped[0] === vault.keys[0]?.id);
 * ```
 */
export async function dropRetiredKeys(
  store: VaultStore,
  vault: Vault,
  options: DropOptions,
): Promise<DroppedKeys> {
  assertOptions(options, ['closeKeys'], 'dropRetiredKeys');
  if (typeof options.closeKeys !== 'function') {
    throw new TypeError('dropRetiredKeys takes { closeKeys }: a function that asks the server.');
  }
  const { dataKeys } = await revealCurrent(store, vault);
  const retired = dataKeys.filter(isRetired);
  if (retired.length === 0) return { vault, dropped: [], left: 0 };
  const counts = await closeAndCount(retired, options);
  const unused = retired.filter((_, i) => counts[i] === 0);
  const left = counts.reduce((sum, count) => sum + count, 0);
  if (unused.length === 0) return { vault, dropped: [], left };
  const kept = dataKeys.filter((key) => !unused.includes(key));
  const next = await changeHeader(store, vault, { dataKeys: kept });
  return { vault: next, dropped: unused.map(({ id }) => encodeBase64url(id)), left };
}

function isRetired({ status }: DataKey): boolean {
  return status === 'rotated' || status === 'revoked';
}

/** How many payloads name each of the keys, once no more can. */
async function closeAndCount(
  keys: readonly DataKey[],
  { closeKeys }: DropOptions,
): Promise<number[]> {
  const prefixes = keys.map(({ id }) => prefixOf(id));
  const answer = await closing(() => closeKeys(prefixes));
  const counted = new Map<string, number>();
  for (const { prefix, payloads } of answer) {
    if (counted.has(prefix)) unreadable('names a key twice');
    counted.set(prefix, payloadCount(payloads) ?? unreadable('has no whole number for a key'));
  }
  return prefixes.map((prefix) => counted.get(prefix) ?? unreadable('lacks a key'));
}

async function closing<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new RowsealError(
      'STORE_FAILED',
      'The server could not close the retired keys. The vault was not changed; try again.',
      { cause: error },
    );
  }
}

function unreadable(what: string): never {
  throw new TypeError(
    `The answer of closeKeys ${what}: return { prefix, payloads } for each prefix. Nothing was changed.`,
  );
}
