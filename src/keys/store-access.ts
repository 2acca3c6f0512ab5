/** Loading from a store, and its pin: what a store throws becomes `STORE_FAILED`. */
import { equalBytes } from '../bytes/compare.js';
import { RowsealError } from '../errors.js';
import { formatPin, parsePin } from './pin.js';
import { parseHeader, type VaultHeader } from './vault-header.js';
import type { VaultStore } from './vault-store.js';

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

/** Whether a header is, or descends from, an earlier one, as far as its predecessors reach. */
export function follows(later: VaultHeader, earlier: VaultHeader): boolean {
  const hashes = [later.hash, ...later.predecessors];
  return hashes.some((each) => equalBytes(each, earlier.hash));
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
