/** Keys that left the vault, for what this device sealed, or opened, under them. */
import { isSuccessor } from '../keys/pin-check.js';
import { recallKeys } from '../keys/recall-keys.js';
import { revealSecrets, type Vault } from '../keys/vault.js';
import { parseHeader } from '../keys/vault-header.js';
import { keyPrefix } from '../rows/key-use.js';
import { refusalFrom } from './open-arrivals.js';
import type { Sealing } from './sync-store.js';

/** A device that missed more rounds of dropped keys than this opens nothing from before them. */
const HEADERS_LIMIT = 16;

/** A vault that opens all that a device remembers, and what is to be noted of it. */
export interface NotedKeys {
  /** With keys that are recalled; the vault itself when it lacks none. */
  readonly recalling: Vault;
  readonly sealing: Sealing;
}

/**
 * Takes the keys that a vault lacks from headers that were noted, latest first.
 *
 * That the key used last has left it is believed only of a vault that follows from the header noted
 * last: an older one lacks that key too, and so does one of another branch. Throws `LOCKED`.
 */
export function withNotedKeys(vault: Vault, noted: readonly string[]): NotedKeys {
  const headers = [vault.header];
  let recalling = vault;
  for (const header of noted) {
    const next = withKeysOf(recalling, header);
    if (next === recalling || headers.length === HEADERS_LIMIT) continue;
    recalling = next;
    headers.push(header);
  }
  const { keys } = noted[0] !== undefined && follows(vault, noted[0]) ? recalling : vault;
  return { recalling, sealing: { prefixes: keys.map(({ id }) => keyPrefix(id)), headers } };
}

/** The same vault for its own header or a later one, and for one that none of its vault keys opens. */
function withKeysOf(vault: Vault, header: string): Vault {
  return attempt(() => (isEarlier(vault, header) ? recallKeys(vault, header) : null)) ?? vault;
}

function follows(vault: Vault, header: string): boolean {
  const own = revealSecrets(vault).header;
  return attempt(() => isEarlier(vault, header) && isSuccessor(own, parseHeader(header))) ?? false;
}

function isEarlier({ epoch }: Vault, header: string): boolean {
  return parseHeader(header).epoch < epoch;
}

/** `null` for a header that is none of this vault's. */
function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    refusalFrom(error);
    return null;
  }
}
