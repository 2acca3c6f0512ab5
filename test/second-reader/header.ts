import { fromBase64url, same, toHex } from './bytes.js';
import { type Extension, readExtensions } from './extensions.js';
import { firstBytes, isLaterFormat } from './first-bytes.js';
import { sha256 } from './primitives.js';
import { crockford } from './recovery-key.js';
import { type Code, demand, refuse } from './refusal.js';
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
  demand(text.length <= 87_382, 'LIMIT_EXCEEDED');
  return parseHeaderBytes(fromBase64url(text, 'HEADER_MALFORMED'));
}

/** Checks 3 to 11. */
function parseHeaderBytes(bytes: Uint8Array): Header {
  demand(bytes.length <= 65_536, 'LIMIT_EXCEEDED');
  const wire = wireOf(bytes, 'HEADER_MALFORMED');
  const first = wire.number(1);
  demand(!isLaterFormat(first), 'UNSUPPORTED_VERSION');
  demand(first === firstBytes.vaultHeader, 'HEADER_MALFORMED');
  const vaultId = wire.take(16);
  const vaultKeyId = wire.take(32);
  const epoch = wire.number(4);
  demand(epoch >= 1, 'HEADER_MALFORMED');
  const predecessors = readPredecessors(wire, epoch);
  const slots = readSlots(wire);
  const extensions = readExtensions(wire, 'HEADER_MALFORMED');
  const keysetAssociatedData = bytes.slice(0, wire.position());
  const sealedLength = wire.number(2);
  demand(sealedLength >= 40, 'HEADER_MALFORMED');
  const keysetNonce = wire.take(24);
  const sealedKeyset = wire.take(sealedLength - 24);
  const authenticated = bytes.slice(0, wire.position());
  const mac = wire.take(32);
  wire.end();
  return {
    bytes,
    vaultId,
    vaultKeyId,
    epoch,
    predecessors,
    slots,
    extensions,
    keysetNonce,
    sealedKeyset,
    keysetAssociatedData,
    authenticated,
    mac,
  };
}

function readPredecessors(wire: Wire, epoch: number): readonly Uint8Array[] {
  const count = wire.number(1);
  demand(count === Math.min(32, epoch - 1), 'HEADER_MALFORMED');
  return Array.from({ length: count }, () => wire.take(32));
}

function readSlots(wire: Wire): readonly Slot[] {
  const count = wire.number(1);
  demand(count >= 1, 'HEADER_MALFORMED');
  demand(count <= 16, 'LIMIT_EXCEEDED');
  const slots = Array.from({ length: count }, () => readSlot(wire));
  demand(new Set(slots.map(({ id }) => toHex(id))).size === count, 'HEADER_MALFORMED');
  const passwords = slots.filter(({ type }) => type === slotTypes.password);
  demand(passwords.length <= 1, 'LIMIT_EXCEEDED');
  return slots;
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
