/** Whether a row is to be re-encrypted: what of it is under another key than the primary. */
import type { KeyInfo, Vault } from '../keys/vault.js';
import { keyPrefix } from '../rows/key-use.js';
import { type Arrivals, siblingPayloads } from './open-arrivals.js';
import type { EngineRow } from './sync-store.js';

/** How payloads begin under the vault's primary key: 44 characters. */
export function primaryPrefix({ keys }: Vault): string {
  return keyPrefix((keys[0] as KeyInfo).id);
}

/** Whether some payload of the row is not under the primary, in place or among its siblings. */
export function isOutdated(vault: Vault, sealed: EngineRow): boolean {
  return outdated(vault, sealed).length > 0;
}

/**
 * Whether such a payload goes when the row is sealed again.
 *
 * A sibling that does not open stays, and is no reason: a server can make as many as it likes.
 */
export function gainsByRenewal(
  vault: Vault,
  sealed: EngineRow,
  { main, leftSiblings }: Arrivals,
): boolean {
  if (!main) return false;
  return outdated(vault, sealed).some((payload) => !leftSiblings.includes(payload));
}

/**
 * Whether a sibling opens only for who accepts it: it leaves with the acceptance, or never.
 *
 * The payload in place is noted when it is accepted, and opens from then on.
 */
export function hasRetiredSibling({ siblings }: Arrivals): boolean {
  return siblings.some(({ afterRetirement, key }) => afterRetirement && key.status !== 'rotated');
}

function outdated(vault: Vault, sealed: EngineRow): readonly string[] {
  const prefix = primaryPrefix(vault);
  return [String(sealed.payload), ...siblingPayloads(sealed)].filter(
    (text) => !text.startsWith(prefix),
  );
}
