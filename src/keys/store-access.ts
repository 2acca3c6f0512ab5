/**
 * Every call on a store goes through here: what a store throws becomes `STORE_FAILED`, and a
 * change counts only once it was read back.
 */
import { encodeBase64url } from '../bytes/base64url.js';
import { equalBytes } from '../bytes/compare.js';
import type { VaultKey } from '../crypto/key-types.js';
import { RowsealError } from '../errors.js';
import { isAuthentic } from './header-seal.js';
import { formatPin, parsePin } from './pin.js';
import { parseHeader, type VaultHeader } from './vault-header.js';
import { type VaultStore, versionOf } from './vault-store.js';

/** The stored header's text; `null` when there is none, whatever way a server says so (threat B07). */
export async function loadHeaderText(store: VaultStore): Promise<string | null> {
  const text = await attempt('load the vault header', () => store.loadHeader());
  return typeof text === 'string' && text !== '' ? text : null;
}

export async function loadHeader(store: VaultStore): Promise<VaultHeader> {
  const text = await loadHeaderText(store);
  return text === null ? missing() : parseHeader(text);
}

/** The remembered header. Unlike a header, a pin that is no text counts as damaged, not as none: without it a server could start this device over. */
export async function loadPin(store: VaultStore): Promise<VaultHeader | null> {
  const text = await attempt('load the pin', () => store.loadPin());
  return text === null || text === undefined || text === '' ? null : parsePin(text);
}

/**
 * Remembers a header, unless another tab remembers a later one by now: a server that holds an
 * answer back must not lower a pin with it.
 */
export async function savePin(store: VaultStore, header: VaultHeader): Promise<void> {
  const pin = await loadPin(store);
  if (pin && equalBytes(pin.vaultId, header.vaultId) && pin.epoch > header.epoch) return;
  await attempt('save the pin', () => store.savePin(formatPin(header)));
}

/**
 * Stores `next` in place of `current` and proves it by reading it back, then pins it.
 *
 * The answer of a write is not believed, whether it says yes or no: a server may acknowledge and
 * forget (threat B08), and an error may come after the write was done.
 *
 * Throws `STORE_FAILED` when the old header still stands, `HEADER_CONFLICT` when another does,
 * `VAULT_MISSING` when none does.
 */
export async function replaceHeader(
  store: VaultStore,
  current: VaultHeader | null,
  next: VaultHeader,
  vaultKey: VaultKey,
): Promise<void> {
  const expected = current && versionOf(current);
  let failure: unknown;
  try {
    const vaultId = encodeBase64url(next.vaultId);
    await store.saveHeader({ header: next.text, vaultId, ...versionOf(next), expected });
  } catch (error) {
    failure = error;
  }
  const stored = await loadHeaderText(store);
  if (stored === (current?.text ?? null)) {
    throw new RowsealError(
      'STORE_FAILED',
      'The store did not keep the new vault header; the old one still stands and works. Try again.',
      { cause: failure },
    );
  }
  if (stored === null) missing();
  if (stored !== next.text && !succeeds(parseHeader(stored), next, vaultKey)) {
    changedMeanwhile();
  }
  await savePin(store, next);
}

/** Whether another device has already changed the header that we stored: then ours went in. */
function succeeds(stored: VaultHeader, next: VaultHeader, vaultKey: VaultKey): boolean {
  const descends = stored.predecessors.some((predecessor) => equalBytes(predecessor, next.hash));
  return descends && isAuthentic(stored, vaultKey);
}

export function changedMeanwhile(): never {
  throw new RowsealError(
    'HEADER_CONFLICT',
    'Another device changed the vault at the same time. Nothing was lost: open the vault again and repeat the change.',
  );
}

export function missing(): never {
  throw new RowsealError(
    'VAULT_MISSING',
    'The store has no vault header. If this user had a vault, the server lost or hides it: do not create a new one; open with { offline: true } where the vault was open before.',
  );
}

async function attempt<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new RowsealError(
      'STORE_FAILED',
      `The store could not ${what}. Try again; if the vault was being changed, open it anew first, since the change may stand already.`,
      { cause: error },
    );
  }
}
