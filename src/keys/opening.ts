/**
 * An opening: what all snapshots of one opening share, from the first key in memory to the lock.
 */
import type { AeadBackend } from '../crypto/aead.js';
import type { VaultKey } from '../crypto/key-types.js';
import { wipe } from '../crypto/secrets.js';
import type { Keyset } from './keyset.js';
import { createWriterClock, type WriterClock } from './writer-clock.js';

export interface VaultOpening {
  locked: boolean;
  readonly aead: AeadBackend;
  readonly clock: WriterClock;
  /** Every buffer with key material, to be zeroed by `lockVault`. */
  readonly keyMaterial: Set<Uint8Array>;
}

/** Begins an opening and runs what fills it; when that fails, no key of it stays in memory. */
export async function inNewOpening<T>(
  aead: AeadBackend,
  run: (opening: VaultOpening) => Promise<T>,
): Promise<T> {
  const opening = beginOpening(aead);
  try {
    return await run(opening);
  } catch (error) {
    endOpening(opening);
    throw error;
  }
}

export function beginOpening(aead: AeadBackend): VaultOpening {
  return { locked: false, aead, clock: createWriterClock(), keyMaterial: new Set() };
}

/** Notes keys, so that the end of the opening finds them. */
export function holdKeys({ keyMaterial }: VaultOpening, vaultKey: VaultKey, keyset?: Keyset): void {
  keyMaterial.add(vaultKey);
  for (const { dek, rowKey } of keyset?.dataKeys ?? []) keyMaterial.add(dek).add(rowKey);
  for (const { key } of keyset?.earlierVaultKeys ?? []) keyMaterial.add(key);
}

export function endOpening(opening: VaultOpening): void {
  opening.locked = true;
  wipe(...opening.keyMaterial);
  opening.keyMaterial.clear();
}
