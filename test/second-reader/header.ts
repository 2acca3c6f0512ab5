import { fromBase64url, same, toHex } from './bytes.js';
import { type Extension, readExtensions } from './extensions.js';
import { firstBytes, isLaterFormat } from './first-bytes.js';
import { sha256 } from './primitives.js';
import { crockford } from './recovery-key.js';
import { atCheck, type Code, demand, refuse } from './refusal.js';
import { readSlot, type Slot, slotTypes } from './slot.js';
import { type Wire, wireOf } from './wire.js';

// Section 8: what a header says without any secret, and section 15: the pin.

export interface Header {
  readonly bytes: Uint8Array;
  readonly vaultId: Uint8Array;
  readonly vaultKeyId: Uint8Array;
  readonly epoch: number;
  readonly predecessors: readonly Uint8Array[];
  readonly slots: readonly Slot[];
  readonly extensions: readonly Extension[];
  readonly keysetNonce: Uint8Array;
  readonly sealedKeyset: Uint8Array;
  readonly keysetAssociatedData: Uint8Array;
  readonly authenticated: Uint8Array;
  readonly mac: Uint8Array;
}

/** Checks 1 and 2, then the others that need neither secret nor pin. */
export function parseHeader(text: string): Header {
  demand(text.length <= 87_382, 'LIMIT_EXCEEDED', 1);
  return parseHeaderBytes(atCheck(2, () => fromBase64url(text, 'HEADER_MALFORMED')));
}

/** Checks 3 to 11, and the length once more. */
function parseHeaderBytes(bytes: Uint8Array): Header {
  demand(bytes.length <= 65_536, 'LIMIT_EXCEEDED', 1);
  const wire = wireOf(bytes, 'HEADER_MALFORMED');
  atCheck(3, () => readFirstByte(wire));
  const beginning = atCheck(4, () => readBeginning(wire));
  const slots = readSlots(wire);
  const extensions = atCheck(10, () => readExtensions(wire, 'HEADER_MALFORMED'));
  const keysetAssociatedData = bytes.slice(0, wire.position());
  return {
    bytes,
    ...beginning,
    slots,
    extensions,
    keysetAssociatedData,
    ...atCheck(11, () => readEnd(wire, bytes)),
  };
}

function readFirstByte(wire: Wire): void {
  const first = wire.number(1);
  demand(!isLaterFormat(first), 'UNSUPPORTED_VERSION');
  demand(first === firstBytes.vaultHeader, 'HEADER_MALFORMED');
}

function readBeginning(wire: Wire) {
  const vaultId = wire.take(16);
  const vaultKeyId = wire.take(32);
  const epoch = wire.number(4);
  demand(epoch >= 1, 'HEADER_MALFORMED');
  const count = wire.number(1);
  demand(count === Math.min(32, epoch - 1), 'HEADER_MALFORMED');
  const predecessors = Array.from({ length: count }, () => wire.take(32));
  return { vaultId, vaultKeyId, epoch, predecessors };
}

function readEnd(wire: Wire, bytes: Uint8Array) {
  const sealedLength = wire.number(2);
  demand(sealedLength >= 40, 'HEADER_MALFORMED');
  const keysetNonce = wire.take(24);
  const sealedKeyset = wire.take(sealedLength - 24);
  const authenticated = bytes.slice(0, wire.position());
  const mac = wire.take(32);
  wire.end();
  return { keysetNonce, sealedKeyset, authenticated, mac };
}

/** Checks 5 to 9. */
function readSlots(wire: Wire): readonly Slot[] {
  const count = atCheck(5, () => wire.number(1));
  demand(count >= 1, 'HEADER_MALFORMED', 5);
  demand(count <= 16, 'LIMIT_EXCEEDED', 5);
  const slots = Array.from({ length: count }, () => readSlot(wire));
  demand(new Set(slots.map(({ id }) => toHex(id))).size === count, 'HEADER_MALFORMED', 9);
  const passwords = slots.filter(({ type }) => type === slotTypes.password);
  demand(passwords.length <= 1, 'LIMIT_EXCEEDED', 9);
  return slots;
}

export interface RecoveryProof {
  readonly slotId: Uint8Array;
  readonly provedAt: number;
}

/** What extension 1 says, if it says anything. */
export function recoveryProof({ slots, extensions }: Header): RecoveryProof | undefined {
  const { bytes } = extensions.find(({ id }) => id === 1) ?? {};
  if (bytes?.length !== 14) return undefined;
  const wire = wireOf(bytes, 'HEADER_MALFORMED');
  const slotId = wire.take(8);
  const proved = slots.some(({ type, id }) => type === slotTypes.recoveryKey && same(id, slotId));
  return proved ? { slotId, provedAt: wire.number(6) } : undefined;
}

export const headerHash = (header: Header): Uint8Array => sha256(header.bytes);

export const fingerprint = (header: Header): string => crockford(headerHash(header).slice(0, 10));

export function succeeds(header: Header, pinned: Header): boolean {
  const distance = header.epoch - pinned.epoch;
  if (distance === 0) return same(headerHash(header), headerHash(pinned));
  return distance > 32 || namesAsPredecessor(header, pinned);
}

export function namesAsPredecessor(header: Header, earlier: Header): boolean {
  const named = header.predecessors[header.epoch - earlier.epoch - 1];
  return named !== undefined && same(named, headerHash(earlier));
}

/** The header that a pin holds. */
export function parsePin(text: string): Header {
  const wire = wireOf(fromBase64url(text, 'STORE_FAILED'), 'STORE_FAILED');
  demand(wire.number(1) === firstBytes.pin, 'STORE_FAILED');
  try {
    return parseHeaderBytes(wire.take(wire.left()));
  } catch (error) {
    const code = (error as { code?: Code }).code;
    return refuse(code === 'UNSUPPORTED_VERSION' ? code : 'STORE_FAILED');
  }
}
