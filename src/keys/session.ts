/** A session: what all snapshots of one opening share, from the first key in memory to the lock. */
import type { AeadBackend } from '../crypto/aead.js';
import type { VaultKey } from '../crypto/key-types.js';
import { wipe } from '../crypto/secrets.js';
import type { Keyset } from './keyset.js';
import { createWriterClock, type WriterClock } from './writer-clock.js';

export interface VaultSession {
  locked: boolean;
  readonly aead: AeadBackend;
  readonly clock: WriterClock;
  /** Every buffer with key material, to be zeroed by `lockVault`. */
  readonly keyMaterial: Set<Uint8Array>;
}

/** Opens a session and runs what fills it; when that fails, no key of it stays in memory. */
export async function inNewSession<T>(
  aead: AeadBackend,
  run: (session: VaultSession) => Promise<T>,
): Promise<T> {
  const session: VaultSession = {
    locked: false,
    aead,
    clock: createWriterClock(),
    keyMaterial: new Set(),
  };
  try {
    return await run(session);
  } catch (error) {
    endSession(session);
    throw error;
  }
}

/** Notes keys, so that the end of the session finds them. */
export function holdKeys({ keyMaterial }: VaultSession, vaultKey: VaultKey, keyset?: Keyset): void {
  keyMaterial.add(vaultKey);
  for (const { dek, rowKey } of keyset?.dataKeys ?? []) keyMaterial.add(dek).add(rowKey);
  for (const { key } of keyset?.earlierVaultKeys ?? []) keyMaterial.add(key);
}

export function endSession(session: VaultSession): void {
  session.locked = true;
  wipe(...session.keyMaterial);
  session.keyMaterial.clear();
}
