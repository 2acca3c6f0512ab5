/**
 * Every call on a store goes through here: what a store throws becomes `STORE_FAILED`, and a
 * change counts only once it was read back.
 */
import { encodeBase64url } from '../bytes/base64url.js';
import { equalBytes } from '../bytes/compare.js';
import { copyOf } from '../bytes/copies.js';
import type { VaultKey } from '../crypto/key-types.js';
import { wipe } from '../crypto/secrets.js';
import { RowsealError } from '../errors.js';
import { isAuthentic } from './header-seal.js';
import { formatPin, parsePin } from './pin.js';
import { parseHeader, type VaultHeader } from './vault-header.js';
import { type VaultStore, versionOf } from './vault-store.js';

/**
 * The stored header's text; `null` when there is none, whatever way a server says so (threat B07).
 */
export async function loadHeaderText(store: VaultStore): Promise<string | null> {
  const text = await attempt('load the vault header', () => store.loadHeader());
  return typeof text === 'string' && text !== '' ? text : null;
}

export async function loadHeader(store: VaultStore): Promise<VaultHeader> {
  const text = await loadHeaderText(store);
  return text === null ? missing() : parseHeader(text);
}

/**
 * The remembered header. Unlike a header, a pin that is no text counts as damaged, not as none:
 * without it a server could start this device over.
 */
export async function loadPin(store: VaultStore): Promise<VaultHeader | null> {
  const text = await attempt('load the pin', () => store.loadPin());
  return text === null || text === undefined || text === '' ? null : parsePin(text);
}

/** What the caller knows to stand in the store and on this device. */
export interface Standing {
  readonly header: VaultHeader | null;
  readonly pin: VaultHeader | null;
  /** The text of a header that nobody can open, where that stands in the store. */
  readonly damaged?: string | null | undefined;
}

/**
 * Remembers a header in place of `known`, the pin that it was held against or that is given up.
 *
 * Another tab may have pinned something else meanwhile: a pin that follows from this header
 * stays, one that this header follows from is replaced. Anything else would lead the device from
 * one branch to another unseen: `HEADER_CONFLICT`.
 */
export async function savePin(
  store: VaultStore,
  header: VaultHeader,
  known: VaultHeader | null,
): Promise<void> {
  const pin = await loadPin(store);
  if (pin && !(known && equalBytes(pin.hash, known.hash))) {
    if (follows(pin, header)) return;
    if (!follows(header, pin)) changedMeanwhile();
  }
  await attempt('save the pin', () => store.savePin(formatPin(header)));
}

/**
 * Stores `next` in place of what stands there and proves it by reading it back, then pins it.
 *
 * The answer of a write is not believed, whether it says yes or no: a server may acknowledge and
 * forget (threat B08), and an error may come after the write was done.
 *
 * Throws `STORE_FAILED` when the old header still stands or nobody can say which does,
 * `HEADER_CONFLICT` when another does, `VAULT_MISSING` when none does, and what parsing the other
 * throws.
 */
export async function replaceHeader(
  store: VaultStore,
  { header, pin, damaged }: Standing,
  next: VaultHeader,
  vaultKey: VaultKey,
): Promise<void> {
  // A copy: a lock may zero the vault's own key while the store is busy.
  const key = copyOf(vaultKey) as VaultKey;
  try {
    const failure = await sendHeader(store, header, next);
    const stored = await afterWriting(() => loadHeaderText(store));
    if (stored === damaged) stillDamaged(failure);
    if (stored === (header?.text ?? null)) notKept(failure);
    if (stored === null) missing();
    if (stored !== next.text && !succeeds(parseHeader(stored), next, key)) changedMeanwhile();
  } finally {
    wipe(key);
  }
  await afterWriting(() => savePin(store, next, pin));
}

/** Sends a header; what the store throws is returned, since reading back decides. */
async function sendHeader(
  store: VaultStore,
  current: VaultHeader | null,
  next: VaultHeader,
): Promise<unknown> {
  const vaultId = encodeBase64url(next.vaultId);
  const expected = current && versionOf(current);
  try {
    await store.saveHeader({ header: next.text, vaultId, ...versionOf(next), expected });
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Whether another device has already changed the header that we stored: then ours went in. */
function succeeds(stored: VaultHeader, next: VaultHeader, vaultKey: VaultKey): boolean {
  return follows(stored, next) && isAuthentic(stored, vaultKey);
}

/** Whether a header is, or descends from, an earlier one, as far as its predecessors reach. */
export function follows(later: VaultHeader, earlier: VaultHeader): boolean {
  const hashes = [later.hash, ...later.predecessors];
  return hashes.some((each) => equalBytes(each, earlier.hash));
}

function notKept(cause: unknown): never {
  throw new RowsealError(
    'STORE_FAILED',
    'The store did not keep the new vault header; the old one still stands and works. Try again.',
    { cause },
  );
}

function stillDamaged(cause: unknown): never {
  throw new RowsealError(
    'STORE_FAILED',
    'The store still shows the damaged vault header. Remove it on the server first, then call restoreHeader again.',
    { cause },
  );
}

export function changedMeanwhile(): never {
  throw new RowsealError(
    'HEADER_CONFLICT',
    'The vault was changed elsewhere meanwhile. Nothing was lost: open the vault again and repeat the change.',
  );
}

export function missing(): never {
  throw new RowsealError(
    'VAULT_MISSING',
    'The store has no vault header. If there was one, create no other: open with { offline: true } on a device that knows it.',
  );
}

/** Once a header was written, a failing store leaves open which one stands; say so. */
async function afterWriting<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { code, cause } = error as RowsealError; // as every call on a store throws
    if (code !== 'STORE_FAILED') throw error;
    throw new RowsealError(
      'STORE_FAILED',
      'The store failed after the new vault header was sent, so the change may be in effect. Open the vault again, with the new secret or the old one; if a recovery key was to be made, call replaceRecoveryKey then.',
      { cause },
    );
  }
}

async function attempt<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new RowsealError(
      'STORE_FAILED',
      `The store could not ${what}. Nothing was changed; try again.`,
      { cause: error },
    );
  }
}
