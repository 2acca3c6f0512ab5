/** Keys that left the vault, for what this device sealed, or opened, under them. */
import { isSuccessor } from '../keys/pin-check.js';
import { recallKeys, withoutRecalled } from '../keys/recall-keys.js';
import { revealSecrets, type Vault } from '../keys/vault.js';
import { parseHeader } from '../keys/vault-header.js';
import { keyPrefix } from '../rows/key-use.js';
import { refusalFrom } from './open-arrivals.js';
import type { Sealing } from './sealing.js';

/** Beside the one in use: what was sealed before as many rounds of dropped keys opens no more. */
const EARLIER_LIMIT = 15;

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
  // What the app has recalled by itself is not noted, and may be missing at the next start.
  const own = withoutRecalled(vault);
  const needed: string[] = [];
  let recalling = own;
  for (const header of noted) {
    const next = withKeysOf(recalling, header);
    if (next === recalling || needed.length === EARLIER_LIMIT) continue;
    recalling = next;
    needed.push(header);
  }
  const { keys } = noted[0] !== undefined && follows(vault, noted[0]) ? recalling : own;
  return {
    recalling: own === vault ? recalling : needed.reduce(recallKeys, vault),
    sealing: {
      prefixes: keys.map(({ id }) => keyPrefix(id)),
      headers: [vault.header, ...needed],
    },
  };
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
