/**
 * The vault: an immutable snapshot that says in public what it holds, and keeps its secrets
 * where no printing, cloning or serialising reaches them.
 */
import { encodeBase64url } from '../bytes/base64url.js';
import { tickOf } from '../bytes/stamp.js';
import type { VaultKey } from '../crypto/key-types.js';
import { RowsealError } from '../errors.js';
import type { SlotType } from './key-slot.js';
import type { KeyStatus, Keyset } from './keyset.js';
import { endOpening, holdKeys, type VaultOpening } from './opening.js';
import type { VaultHeader } from './vault-header.js';

/** A key slot, as it may be shown to the user. */
export interface SlotInfo {
  /** 8 bytes as base64url text: what `removeSlot` takes. */
  readonly id: string;
  /** `unknown`: made by a later version of rowseal, carried along. */
  readonly type: SlotType | 'unknown';
  /** The public bytes given when the slot was made, as base64url text. */
  readonly info: string;
}

/** A data key, by its public id. */
export interface KeyInfo {
  /** 32 bytes as base64url text: the id that stands in every envelope. */
  readonly id: string;
  /** Whether it seals new rows, or only opens old ones. */
  readonly status: KeyStatus;
  /**
   * Milliseconds since 1970 at which it stopped being primary; of a recalled key, if the header that
   * it was taken from says so.
   */
  readonly retiredAt: number | null;
}

/**
 * An open vault, as of one header.
 *
 * Functions take it; it has data and no methods. Changing the vault returns the next
 * snapshot and leaves this one usable. All snapshots of one opening share their keys: `lockVault`
 * on any of them ends them all.
 *
 * Security: everything in it is public and may be logged; the keys are not in it.
 */
export interface Vault {
  /** 16 bytes as base64url text. */
  readonly vaultId: string;
  /** 32 bytes as base64url text; changes only with `rekeyVault`. */
  readonly vaultKeyId: string;
  /** 1 when created, one more with each change. */
  readonly epoch: number;
  /** Every way to open the vault. */
  readonly slots: readonly SlotInfo[];
  /** The primary key first. */
  readonly keys: readonly KeyInfo[];
  /**
   * Whether this device can tell that the header is no old one.
   *
   * `pinned`: this header continues what this device saw before. `first-use`: the device had seen
   * none, so the server could have shown it an old one; compare `fingerprintOf` with another
   * device.
   */
  readonly freshness: 'pinned' | 'first-use';
  /** The header as base64url text; the server may see it. */
  readonly header: string;
}

/** What a snapshot knows beyond its public data. */
export interface VaultSecrets extends Keyset {
  readonly header: VaultHeader;
  readonly vaultKey: VaultKey;
  readonly opening: VaultOpening;
}

const secretsOf = /* @__PURE__ */ new WeakMap<Vault, VaultSecrets>();

export function makeVault(secrets: VaultSecrets, freshness: Vault['freshness']): Vault {
  const { header, vaultKey, opening } = secrets;
  holdKeys(opening, vaultKey, secrets);
  const vault: Vault = Object.freeze({
    vaultId: encodeBase64url(header.vaultId),
    vaultKeyId: encodeBase64url(header.vaultKeyId),
    epoch: header.epoch,
    slots: Object.freeze(describeSlots(header)),
    keys: Object.freeze(describeKeys(secrets)),
    freshness,
    header: header.text,
  });
  secretsOf.set(vault, secrets);
  return vault;
}

/**
 * The secrets of an unlocked vault: the one door to them.
 *
 * Throws `LOCKED`, or `TypeError` for anything that rowseal did not make.
 */
export function revealSecrets(vault: Vault): VaultSecrets {
  const secrets = assertVault(vault);
  if (secrets.opening.locked) {
    throw new RowsealError('LOCKED', 'This vault is locked: open the vault again.');
  }
  return secrets;
}

/** Throws `TypeError` for anything that rowseal did not make; a locked vault is still one. */
export function assertVault(vault: Vault): VaultSecrets {
  const secrets = secretsOf.get(vault);
  if (secrets) return secrets;
  throw new TypeError(
    'This is no vault: pass what openVault returned, not a copy; createVault returns { vault }.',
  );
}

/**
 * Zeroes the keys of this snapshot and of all others from the same opening; using them is
 * `LOCKED` from then on.
 *
 * Locking twice is fine. It protects keys, not what was decrypted before: plaintext that an app
 * keeps in variables or in a local database stays readable there.
 *
 * Security: best effort, as JavaScript engines may have copied the keys elsewhere in memory.
 *
 * @example
 * ```ts
 * import { byPassword, createVault, lockVault, memoryStore } from 'rowseal';
 *
 * const { vault } = await createVault(memoryStore(), byPassword('correct horse battery staple'));
 * lockVault(vault);
 * ```
 */
export function lockVault(vault: Vault): void {
  endOpening(assertVault(vault).opening);
}

function describeSlots(header: VaultHeader): SlotInfo[] {
  return header.slots.map(({ id, content }) =>
    Object.freeze({
      id: encodeBase64url(id),
      type: content?.type ?? ('unknown' as const),
      info: encodeBase64url(content?.info ?? new Uint8Array(0)),
    }),
  );
}

function describeKeys({ dataKeys }: Keyset): KeyInfo[] {
  return dataKeys.map(({ id, status, retiredAt }) =>
    Object.freeze({
      id: encodeBase64url(id),
      status,
      retiredAt: retiredAt && tickOf(retiredAt).time,
    }),
  );
}
