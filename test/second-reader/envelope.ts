import { bigEndian, compare, concat, fromBase64url } from './bytes.js';
import { firstBytes, isLaterFormat } from './first-bytes.js';
import { tagLength } from './primitives.js';
import { atCheck, demand, Refusal, refuse } from './refusal.js';
import type { Encoded } from './value.js';
import { varint, wireOf } from './wire.js';

// Section 12, and of section 13 what concerns the envelope alone.

const prefixLength = 58;
const leastLength = prefixLength + tagLength;
const greatestLength = prefixLength + 1_048_576 + tagLength;
const greatestTextLength = Math.ceil((greatestLength * 4) / 3);

export interface Envelope {
  /** Every byte before the ciphertext. */
  readonly prefix: Uint8Array;
  readonly keyId: Uint8Array;
  readonly nonce: Uint8Array;
  readonly boundSet: number;
  /** The ciphertext and the tag. */
  readonly sealed: Uint8Array;
}

/** Checks 1 to 5. */
export function parseEnvelope(served: unknown, column: 'text' | 'bytes'): Envelope {
  const bytes = column === 'text' ? fromText(served) : fromBinary(served);
  demand(bytes.length >= leastLength, 'ROW_MALFORMED', 5);
  const wire = wireOf(bytes, 'ROW_MALFORMED');
  wire.take(1);
  return {
    prefix: bytes.slice(0, prefixLength),
    keyId: wire.take(32),
    nonce: wire.take(24),
    boundSet: wire.number(1),
    sealed: wire.take(wire.left()),
  };
}

function fromBinary(served: unknown): Uint8Array {
  demand(served instanceof Uint8Array, 'NOT_ENCRYPTED', 1);
  demand(served.length <= greatestLength, 'LIMIT_EXCEEDED', 2);
  atCheck(4, () => checkFirstByte(served[0], () => served));
  return served;
}

function fromText(served: unknown): Uint8Array {
  demand(typeof served === 'string', 'NOT_ENCRYPTED', 1);
  demand(served.length <= greatestTextLength, 'LIMIT_EXCEEDED', 2);
  const [first] = atCheck(3, () => fromBase64url(served.slice(0, 4), 'NOT_ENCRYPTED'));
  demand(first !== undefined, 'NOT_ENCRYPTED', 3);
  const whole = () => fromBase64url(served, 'ROW_MALFORMED');
  atCheck(4, () => checkFirstByte(first, whole));
  return atCheck(5, whole);
}

/** Check 4. What looks like a later version must be whole to be one. */
function checkFirstByte(first: number | undefined, whole: () => Uint8Array): void {
  demand(first !== undefined && first >= 0x01 && first <= 0x1f, 'NOT_ENCRYPTED');
  if (first === firstBytes.envelope) return;
  if (!isLaterFormat(first)) refuse('ROW_MALFORMED');
  refuse(isLaterEnvelope(whole) ? 'UNSUPPORTED_VERSION' : 'NOT_ENCRYPTED');
}

function isLaterEnvelope(whole: () => Uint8Array): boolean {
  try {
    return whole().length >= leastLength;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

export interface BoundColumn extends Encoded {
  readonly id: Uint8Array;
}

export function rowAssociatedData(
  prefix: Uint8Array,
  vaultId: Uint8Array,
  tableId: Uint8Array,
  rowId: Uint8Array,
  bound: readonly BoundColumn[],
): Uint8Array {
  const columns = [...bound].sort((a, b) => compare(a.id, b.id));
  return concat(
    prefix,
    vaultId,
    sized(tableId),
    sized(rowId),
    bigEndian(0, 1),
    bigEndian(columns.length, 1),
    ...columns.map(({ id, tag, value }) => concat(id, bigEndian(tag, 1), sized(value))),
  );
}

const sized = (bytes: Uint8Array): Uint8Array => concat(varint(bytes.length), bytes);
