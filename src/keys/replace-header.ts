/** Writing a header to a store: a change counts only once it was read back. */
import { decodeBase64url, encodeBase64url } from '../bytes/base64url.js';
import { copyOf } from '../bytes/copies.js';
import { hash } from '../crypto/derive.js';
import type { VaultKey } from '../crypto/key-types.js';
import { wipe } from '../crypto/secrets.js';
import { RowsealError } from '../errors.js';
import { isAuthentic } from './header-seal.js';
import { changedMeanwhile, follows, loadHeaderText, missing, savePin } from './store-access.js';
import { parseHeader, type VaultHeader } from './vault-header.js';
import { type HeaderVersion, type VaultStore, versionOf } from './vault-store.js';

/** What the caller knows to stand in the store and on this device. */
export interface Standing {
  readonly header: VaultHeader | null;
  readonly pin: VaultHeader | null;
  /** The text of a header that nobody can open, where that is what stands in the store. */
  readonly damaged?: string | null;
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
  standing: Standing,
  next: VaultHeader,
  vaultKey: VaultKey,
): Promise<void> {
  // A copy: a lock may zero the vault's own key while the store is busy.
  const key = copyOf(vaultKey) as VaultKey;
  try {
    const stored = await sendHeader(store, standing, next);
    if (stored === null) missing();
    if (stored !== next.text && !succeeds(parseHeader(stored), next, key)) changedMeanwhile();
  } finally {
    wipe(key);
  }
  await afterWriting(() => savePin(store, next, standing.pin));
}

/**
 * Sends a header until the store shows another one than it did, and returns what it shows then; what
 * the store throws counts only if none does, since reading back decides.
 */
async function sendHeader(
  store: VaultStore,
  { header, damaged }: Standing,
  next: VaultHeader,
): Promise<string | null> {
  const before = damaged ?? header?.text ?? null;
  const vaultId = encodeBase64url(next.vaultId);
  const change = { header: next.text, vaultId, ...versionOf(next) };
  const versions = damaged ? versionsOfDamaged(damaged, next) : [header && versionOf(header)];
  let failure: unknown;
  for (const expected of versions) {
    failure = await failureOf(() => store.saveHeader({ ...change, expected }));
    const stored = await afterWriting(() => loadHeaderText(store));
    if (stored !== before) return stored;
  }
  return damaged ? stillDamaged(failure) : notKept(failure);
}

async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

/**
 * What a store may call a damaged header: none, the version that it noted beside it, which can be
 * the one to be put back, or the hash of what is left. None of them is the name of a newer one.
 */
function versionsOfDamaged(damaged: string, next: VaultHeader): (HeaderVersion | null)[] {
  const bytes = decodeBase64url(damaged);
  const own = versionOf(next);
  const left = bytes && { epoch: next.epoch, hash: encodeBase64url(hash(bytes)) };
  return left ? [null, own, left] : [null, own];
}

/** Whether another device has already changed the header that we stored: then ours went in. */
function succeeds(stored: VaultHeader, next: VaultHeader, vaultKey: VaultKey): boolean {
  return follows(stored, next) && isAuthentic(stored, vaultKey);
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
