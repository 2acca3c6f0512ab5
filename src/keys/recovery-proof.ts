/**
 * Extension 1 of a header: that the user had the recovery key, and when.
 *
 * | bytes | field |
 * | --- | --- |
 * | 8 | slot id of the recovery-key slot that the key opened |
 * | 6 | milliseconds since 1970 |
 *
 * It is void once no recovery-key slot has that id. The server can read it; only a holder of the
 * vault key can have written it.
 */
import { equalBytes } from '../bytes/compare.js';
import { EXTENSION_LIMIT, type Extension } from '../bytes/extension-list.js';
import { RowsealError } from '../errors.js';
import { SLOT_ID_LENGTH } from './key-slot.js';
import type { HeaderFields } from './vault-header.js';

export const RECOVERY_PROOF_ID = 1;
const RECOVERY_PROOF_LENGTH = SLOT_ID_LENGTH + 6;

export interface RecoveryProof {
  /** 8 bytes. */
  readonly slotId: Uint8Array;
  /** Milliseconds since 1970, by the clock of the device that proved it. */
  readonly provedAt: number;
}

/** What a header says of its recovery key; `null` when nothing, or of one that was replaced. */
export function recoveryProofOf({
  slots,
  extensions,
}: Pick<HeaderFields, 'slots' | 'extensions'>): RecoveryProof | null {
  const bytes = extensions.find(isRecoveryProof)?.bytes;
  if (bytes?.length !== RECOVERY_PROOF_LENGTH) return null;
  const slotId = bytes.subarray(0, SLOT_ID_LENGTH);
  const provedAt = timeOf(bytes.subarray(SLOT_ID_LENGTH));
  const isHere = slots.some(
    ({ id, content }) => content?.type === 'recovery-key' && equalBytes(id, slotId),
  );
  return isHere ? { slotId, provedAt } : null;
}

/** The extensions of a next header, without a proof that is void under its slots. */
export function withoutVoidProof(
  extensions: readonly Extension[],
  slots: HeaderFields['slots'],
): readonly Extension[] {
  if (recoveryProofOf({ slots, extensions })) return extensions;
  return extensions.filter((each) => !isRecoveryProof(each));
}

/** Throws `LIMIT_EXCEEDED` where extensions of later versions leave no room. */
export function withRecoveryProof(
  extensions: readonly Extension[],
  { slotId, provedAt }: RecoveryProof,
): readonly Extension[] {
  const bytes = new Uint8Array(RECOVERY_PROOF_LENGTH);
  bytes.set(slotId);
  const view = new DataView(bytes.buffer, SLOT_ID_LENGTH);
  view.setUint16(0, Math.floor(provedAt / 2 ** 32));
  view.setUint32(2, provedAt % 2 ** 32);
  const proof = { id: RECOVERY_PROOF_ID, bytes };
  const all = [...extensions.filter((each) => !isRecoveryProof(each)), proof];
  if (all.length > EXTENSION_LIMIT) {
    throw new RowsealError(
      'LIMIT_EXCEEDED',
      'This vault has no room for the note that the recovery key was proved: a newer version of the app filled it. The key is right.',
    );
  }
  return all.sort((a, b) => a.id - b.id);
}

function timeOf(bytes: Uint8Array): number {
  return bytes.reduce((time, byte) => time * 0x100 + byte, 0);
}

function isRecoveryProof({ id }: Extension): boolean {
  return id === RECOVERY_PROOF_ID;
}
