/**
 * What opens a vault: the contract that `byPassword`, `byRecoveryKey` and `bySecret` meet, and
 * the two operations on a slot.
 *
 * Openers are separate functions, so that an app which never imports `byPassword` ships no
 * Argon2id.
 */

import { copyOf } from '../bytes/copies.js';
import { isBytes } from '../bytes/is-bytes.js';
import type { AeadBackend } from '../crypto/aead.js';
import { NONCE_LENGTH } from '../crypto/aead.js';
import { derive } from '../crypto/derive.js';
import type { KdfParameters } from '../crypto/kdf.js';
import { KEY_LENGTH, type Kek, type VaultKey } from '../crypto/key-types.js';
import { LABEL } from '../crypto/labels.js';
import { randomBytes } from '../crypto/random.js';
import { equalSecrets, useOnce, wipe } from '../crypto/secrets.js';
import { RowsealError } from '../errors.js';
import {
  type KeySlot,
  makeSlot,
  SALT_LENGTH,
  SLOT_ID_LENGTH,
  type SlotContent,
  type SlotParameters,
  type SlotType,
  slotAssociatedData,
  WRAPPED_LENGTH,
} from './key-slot.js';

/**
 * One secret that a user has, ready to open the slots of its type.
 *
 * Security: it holds the secret in memory for as long as it lives; make it when it is needed.
 */
export interface VaultOpener {
  /** The kind of slots that it opens. */
  readonly slotType: SlotType;
  /** Public bytes for a slot made with this opener, at most 256. */
  readonly info: Uint8Array;
  /** Argon2id costs for a slot made with this opener; `null` where no KDF is needed. */
  readonly costs: KdfParameters | null;
  /**
   * The KEK of a slot, from the secret and the slot's public parameters: 32 bytes in a fresh buffer
   * each time, which rowseal zeroes after use.
   */
  deriveKek(parameters: SlotParameters, onProgress?: (share: number) => void): Promise<Kek>;
}

/** What watching and stopping an opening takes. */
export interface OpenProgress {
  /** Called with the share of the password work that is done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
  /** Aborts the opening: an `AbortSignal`. */
  readonly signal?: { readonly aborted: boolean; readonly reason?: unknown };
}

/** The progress of one of several password runs, as a share of them all. */
export function partOf(progress: OpenProgress, index: number, count: number): OpenProgress {
  const { onProgress } = progress;
  if (!onProgress) return progress;
  return { ...progress, onProgress: (share) => onProgress((index + share) / count) };
}

/** A slot opened by an opener, with the vault key it wrapped. */
export interface OpenedSlot {
  readonly slot: KeySlot;
  readonly vaultKey: VaultKey;
}

/**
 * Tries the slots of the opener's type; a password vault has one, so that Argon2id runs once.
 *
 * Throws `UNLOCK_FAILED` for a wrong secret and for a damaged slot alike.
 */
export async function unwrapVaultKey(
  vaultId: Uint8Array,
  slots: readonly KeySlot[],
  opener: VaultOpener,
  aead: AeadBackend,
  progress: OpenProgress,
): Promise<OpenedSlot> {
  for (const slot of slots) {
    const { content } = slot;
    if (content?.type !== opener.slotType) continue;
    const kek = await deriveKek(opener, content, progress);
    const vaultKey = useOnce(kek, () => unwrap(vaultId, slot, content, kek, aead));
    if (vaultKey) return { slot, vaultKey };
  }
  throw new RowsealError(
    'UNLOCK_FAILED',
    'The secret is wrong, or its slot is damaged or missing. Try again, or with another secret.',
  );
}

/** Wraps a vault key in a new slot, at the policy's costs, whatever an older header said. */
export async function wrapVaultKey(
  vaultId: Uint8Array,
  vaultKey: VaultKey,
  opener: VaultOpener,
  aead: AeadBackend,
  progress: OpenProgress,
  info: Uint8Array = opener.info,
): Promise<KeySlot> {
  const draft = draftSlot(opener, info);
  return useOnce(await deriveKek(opener, draft, progress), (kek) =>
    sealSlot(draft, kek, { vaultId, vaultKey }, aead),
  );
}

/** A slot before anything is wrapped: its public bytes, drawn anew whenever a slot is made. */
interface SlotDraft extends SlotParameters {
  readonly id: Uint8Array;
  readonly nonce: Uint8Array;
}

export function draftSlot({ slotType, costs, info }: VaultOpener, ownInfo = info): SlotDraft {
  return {
    type: slotType,
    info: ownInfo,
    costs,
    id: randomBytes(SLOT_ID_LENGTH),
    salt: randomBytes(SALT_LENGTH),
    nonce: randomBytes(NONCE_LENGTH),
  };
}

export function sealSlot(
  { id, ...parameters }: SlotDraft,
  kek: Kek,
  { vaultId, vaultKey }: { readonly vaultId: Uint8Array; readonly vaultKey: VaultKey },
  aead: AeadBackend,
): KeySlot {
  const content = { ...parameters, commitment: derive(kek, vaultId, LABEL.slotCommitment) };
  const draft = makeSlot(id, { ...content, wrappedKey: new Uint8Array(WRAPPED_LENGTH) });
  const associatedData = slotAssociatedData(vaultId, draft);
  const wrappedKey = useOnce(derive(kek, vaultId, LABEL.slotWrap), (wrapKey) =>
    aead.seal(wrapKey, content.nonce, vaultKey, associatedData),
  );
  return makeSlot(id, { ...content, wrappedKey });
}

/** Throws the signal's reason once it is aborted. */
function throwIfAborted({ signal }: OpenProgress): void {
  if (!signal?.aborted) return;
  const abort = new Error('Opening the vault was aborted.');
  abort.name = 'AbortError';
  throw signal.reason ?? abort;
}

/**
 * Throws `TypeError` for what is no opener: taken for a secret, it would only ever be a wrong one.
 */
export function assertOpener(opener: VaultOpener): void {
  if (typeof opener?.deriveKek !== 'function') {
    throw new TypeError('This is no opener: pass what byPassword or another one returned.');
  }
}

/** Zeros above all: a KEK that was wiped, or never made, would let anybody open the header. */
function assertKek(kek: Uint8Array): void {
  if (isBytes(kek) && kek.length === KEY_LENGTH && !kek.every((byte) => byte === kek[0])) return;
  throw new TypeError(
    `An opener, or its KDF backend, must derive ${KEY_LENGTH} fresh bytes each time.`,
  );
}

async function deriveKek(
  opener: VaultOpener,
  parameters: SlotParameters,
  progress: OpenProgress,
): Promise<Kek> {
  throwIfAborted(progress);
  const kek = await opener.deriveKek(parameters, (share) => {
    throwIfAborted(progress);
    progress.onProgress?.(share);
  });
  assertKek(kek);
  if (progress.signal?.aborted) wipe(kek);
  throwIfAborted(progress);
  return kek;
}

function unwrap(
  vaultId: Uint8Array,
  slot: KeySlot,
  content: SlotContent,
  kek: Kek,
  aead: AeadBackend,
): VaultKey | null {
  // XChaCha20-Poly1305 does not commit to its key: without this check first, one slot could open
  // under many passwords and tell a server which half of its guesses is right (threats A13, A14).
  const commitment = derive(kek, vaultId, LABEL.slotCommitment);
  if (!equalSecrets(commitment, content.commitment)) return null;
  const associatedData = slotAssociatedData(vaultId, slot);
  const opened = useOnce(derive(kek, vaultId, LABEL.slotWrap), (wrapKey) =>
    aead.open(wrapKey, content.nonce, content.wrappedKey, associatedData),
  );
  if (!opened) return null;
  // A copy, in case the backend reuses its buffers.
  return useOnce(opened, copyOf) as VaultKey;
}
