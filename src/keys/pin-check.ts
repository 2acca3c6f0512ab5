/** Holding a header against what this device remembers: threats B04, B06, C05. */
import { equalBytes } from '../bytes/compare.js';
import { RowsealError } from '../errors.js';
import type { Keyset } from './keyset.js';
import { PREDECESSOR_LIMIT, type VaultHeader } from './vault-header.js';

/**
 * What can be said before any secret is used. Throws `VAULT_MISMATCH`, `HEADER_ROLLBACK`.
 */
export function assertNotOlder(header: VaultHeader, pin: VaultHeader | null): void {
  if (!pin) return;
  assertSameVault(header, pin);
  if (header.epoch < pin.epoch) {
    rollback(`epoch ${header.epoch} after epoch ${pin.epoch}`);
  }
}

/** Throws `VAULT_MISMATCH`. */
export function assertSameVault(header: VaultHeader, known: VaultHeader): void {
  if (equalBytes(header.vaultId, known.vaultId)) return;
  throw new RowsealError(
    'VAULT_MISMATCH',
    'The store shows another vault than this device knows. Enter no secrets, unless the user has replaced it: then open with { replaces: the old pin }.',
  );
}

/**
 * What only an authentic header can prove: that it continues the pinned one.
 *
 * A header under another vault key must hold the pinned vault key; otherwise whoever knows a
 * revoked key could lead the device back to it. Throws `VAULT_MISMATCH`, `HEADER_ROLLBACK`,
 * `HEADER_CONFLICT`.
 */
export function assertContinues(
  header: VaultHeader,
  keyset: Keyset,
  pin: VaultHeader | null,
): void {
  if (!pin) return;
  assertNotOlder(header, pin);
  assertHoldsPinnedKey(header, keyset, pin);
  if (!isSuccessor(header, pin)) forked();
}

export function forked(): never {
  throw new RowsealError(
    'HEADER_CONFLICT',
    'The vault was changed on two sides, or the server shows each device a header of its own. Compare fingerprints with another device, then call adoptHeader: it takes the stored header and keeps all keys.',
  );
}

export function assertHoldsPinnedKey(header: VaultHeader, keyset: Keyset, pin: VaultHeader): void {
  const holds =
    equalBytes(header.vaultKeyId, pin.vaultKeyId) ||
    keyset.earlierVaultKeys.some(({ id }) => equalBytes(id, pin.vaultKeyId));
  if (!holds) rollback('another vault key than this device knows');
}

/**
 * Whether a header is the pinned one or descends from it, as far as its list of predecessors
 * reaches.
 */
export function isSuccessor(header: VaultHeader, pin: VaultHeader): boolean {
  const distance = header.epoch - pin.epoch;
  if (distance === 0) return equalBytes(header.hash, pin.hash);
  if (distance > PREDECESSOR_LIMIT) return true;
  return equalBytes(header.predecessors[distance - 1] as Uint8Array, pin.hash);
}

export function rollback(what: string): never {
  throw new RowsealError(
    'HEADER_ROLLBACK',
    `The store shows ${what}: it was led back, or restored from a backup. Open with { offline: true } to use the header this device knows; restoreHeader gives it back to the store.`,
  );
}
