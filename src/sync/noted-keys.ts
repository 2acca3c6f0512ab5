/** Keys that left the vault, for what this device sealed, or opened, under them. */
import { recallKeys } from '../keys/recall-keys.js';
import type { Vault } from '../keys/vault.js';
import { parseHeader } from '../keys/vault-header.js';
import { refusalFrom } from './open-arrivals.js';

/** A device that missed more rounds of dropped keys than this opens nothing from before them. */
const HEADERS_LIMIT = 16;

/** A vault that opens all that a device remembers. */
export interface NotedKeys {
  /** With keys that are recalled; the vault itself when it lacks none. */
  readonly vault: Vault;
  /** The headers with all of these keys, latest first: what is to be noted now. */
  readonly headers: readonly string[];
}

/**
 * Takes the keys that a vault lacks from headers that were noted, latest first.
 *
 * A later header than the vault's gives none: an old vault must not open by the newer one's keys.
 * Throws `LOCKED`.
 */
export function withNotedKeys(vault: Vault, noted: readonly string[]): NotedKeys {
  const headers = [vault.header];
  let opening = vault;
  for (const header of noted) {
    const next = recalling(opening, header);
    if (next !== opening && headers.length < HEADERS_LIMIT) {
      opening = next;
      headers.push(header);
    }
  }
  return { vault: opening, headers };
}

/** The vault as it is for a header that is none of its own, or under a vault key that it lacks. */
function recalling(vault: Vault, header: string): Vault {
  try {
    return parseHeader(header).epoch < vault.epoch ? recallKeys(vault, header) : vault;
  } catch (error) {
    refusalFrom(error);
    return vault;
  }
}
