/**
 * Under which keys stored payloads are, told by how they begin: format byte and key id, which are
 * 33 bytes or 44 characters.
 */
import { decodeBase64url, encodeBase64url } from '../bytes/base64url.js';
import { FORMAT_BYTE } from '../bytes/format-bytes.js';
import { isBytes } from '../bytes/is-bytes.js';
import { HASH_LENGTH } from '../crypto/derive.js';
import { prefixOf } from '../keys/key-prefix.js';
import { payloadCount } from '../keys/payload-count.js';

const PREFIX_BYTES = 1 + HASH_LENGTH;
const PREFIX_CHARACTERS = 44;

/** How many stored payloads there are under one key. */
export interface KeyUse {
  /**
   * 32 bytes as base64url text, as in `vault.keys`; `null` for what is under no key: it begins as
   * no payload of this version does.
   */
  readonly keyId: string | null;
  /** Number of payloads, siblings included. */
  readonly payloads: number;
}

/** What {@link countKeyUse} reads of a sealed row. */
export interface CountedRow {
  /** The payload: text, or bytes for a table declared so. */
  readonly payload: unknown;
  /** The payloads that the server keeps beside it, separated by spaces, where there is such a column. */
  readonly siblings?: unknown;
}

/** What {@link countKeyUse} takes of a server that has counted: a row of `rowseal_key_use`. */
export interface CountedPrefix {
  /** How payloads begin: 44 characters, which are format byte and key id. */
  readonly prefix: string;
  /** How many begin so; digits as text too. */
  readonly payloads: number | bigint | string;
}

/**
 * Counts payloads by the key that they name, most first; it needs no key and opens nothing.
 *
 * A retired key is needed while a payload names it. Count what the *server* stores, of every
 * table: a device may not have seen all of it. What is no payload, such as plaintext or nothing,
 * is counted under `keyId: null`, never left out. Where the database counts (`rowseal_key_use` of
 * the shipped SQL), give what it returned.
 *
 * Security: public; a server that lies about what it stores makes the count wrong.
 *
 * @throws `TypeError` for a counted prefix without a whole number.
 *
 * @example
 * ```ts
 * import { byPassword, countKeyUse, createVault, defineTable, encrypted, encryptRow, memoryStore } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * const notes = defineTable('notes', { body: encrypted.text() });
 * const rows = ['n1', 'n2'].map((id) => encryptRow(vault, notes, { id, body: 'hello' }));
 * const [use] = countKeyUse(rows);
 * console.assert(use?.keyId === vault.keys[0]?.id && use?.payloads === 2);
 * ```
 */
export function countKeyUse(rows: Iterable<CountedRow | CountedPrefix>): KeyUse[] {
  const counts = new Map<string | null, number>();
  const add = (prefix: string | null, count: number) =>
    counts.set(prefix, (counts.get(prefix) ?? 0) + count);
  for (const row of rows) {
    if (isCounted(row)) add(row.prefix, payloadCount(row.payloads) ?? noCount());
    else for (const each of payloadsOf(row)) add(payloadPrefix(each), 1);
  }
  const uses = new Map<string | null, number>();
  for (const [prefix, payloads] of counts) {
    const keyId = prefix && keyIdOfPrefix(prefix);
    uses.set(keyId, (uses.get(keyId) ?? 0) + payloads);
  }
  return [...uses]
    .map(([keyId, payloads]) => ({ keyId, payloads }))
    .sort((one, other) => other.payloads - one.payloads);
}

/** How payloads under a key begin, as text: 44 characters. `keyId` is one of `vault.keys`. */
export function keyPrefix(keyId: string): string {
  return prefixOf(decodeBase64url(keyId) as Uint8Array);
}

/** The key id in how a payload begins; `null` when none begins so. */
export function keyIdOfPrefix(prefix: string): string | null {
  const bytes = prefix.length === PREFIX_CHARACTERS ? decodeBase64url(prefix) : null;
  if (bytes?.[0] !== FORMAT_BYTE.envelope) return null;
  return encodeBase64url(bytes.subarray(1));
}

/** How a payload begins; `null` for what is neither text nor bytes. */
export function payloadPrefix(payload: unknown): string | null {
  if (typeof payload === 'string') return payload.slice(0, PREFIX_CHARACTERS);
  return isBytes(payload) ? encodeBase64url(payload.subarray(0, PREFIX_BYTES)) : null;
}

/** A table may have a column of that name; every sealed row has a payload. */
function isCounted(row: CountedRow | CountedPrefix): row is CountedPrefix {
  return 'prefix' in row && !('payload' in row);
}

function payloadsOf({ payload, siblings }: CountedRow): readonly unknown[] {
  if (siblings === undefined || siblings === null || siblings === '') return [payload];
  return [payload, ...(typeof siblings === 'string' ? siblings.split(' ') : [siblings])];
}

function noCount(): never {
  throw new TypeError('countKeyUse takes { prefix, payloads } with a whole number of payloads.');
}
