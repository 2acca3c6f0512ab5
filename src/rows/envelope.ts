/**
 * The envelope: the public bytes of a sealed row's encrypted part.
 *
 * | bytes | offset | field |
 * | --- | --- | --- |
 * | 1 | 0 | format byte 0x01 |
 * | 32 | 1 | key id of the DEK |
 * | 24 | 33 | nonce; it doubles as the payload's id |
 * | 1 | 57 | number of the bound set in the associated data |
 * | n | 58 | ciphertext of the payload |
 * | 16 | 58 + n | tag |
 *
 * As text: base64url. The nonce is characters 45 to 76 of it, where SQL can cut it out; keep
 * that alignment.
 */
import { base64urlLength, decodeBase64url, encodeBase64url } from '../bytes/base64url.js';
import { concat } from '../bytes/copies.js';
import { FORMAT_BYTE, isFutureFormatByte } from '../bytes/format-bytes.js';
import { isBytes } from '../bytes/is-bytes.js';
import { borrowWriter, returnWriter, writeBytes, writtenBytes } from '../bytes/wire-writer.js';
import { NONCE_LENGTH, TAG_LENGTH } from '../crypto/aead.js';
import { HASH_LENGTH } from '../crypto/derive.js';
import { RowsealError, refuseNewer } from '../errors.js';
import { malformedRow, PAYLOAD_LENGTH_LIMIT } from './payload.js';
import type { PayloadType } from './table.js';

const KEY_ID_AT = 1;
const NONCE_AT = KEY_ID_AT + HASH_LENGTH;
const BOUND_SET_AT = NONCE_AT + NONCE_LENGTH;
/** Bytes before the ciphertext: all of them are associated data. */
export const ENVELOPE_PREFIX_LENGTH = BOUND_SET_AT + 1;
export const ENVELOPE_LEAST_LENGTH = ENVELOPE_PREFIX_LENGTH + TAG_LENGTH;
export const ENVELOPE_LENGTH_LIMIT = ENVELOPE_LEAST_LENGTH + PAYLOAD_LENGTH_LIMIT;

export interface Envelope {
  readonly prefix: Uint8Array;
  readonly keyId: Uint8Array;
  readonly nonce: Uint8Array;
  readonly boundSet: number;
  /** With its tag. */
  readonly ciphertext: Uint8Array;
}

/**
 * Parses what stands in a payload column. Throws `NOT_ENCRYPTED` for what was never an envelope,
 * `UNSUPPORTED_VERSION` for a later format, `LIMIT_EXCEEDED`, `ROW_MALFORMED`.
 */
export function parseEnvelope(payload: unknown, type: PayloadType): Envelope {
  const bytes = type === 'text' ? envelopeOfText(payload) : envelopeOfBytes(payload);
  if (bytes.length < ENVELOPE_LEAST_LENGTH) malformedRow('length');
  return {
    prefix: bytes.subarray(0, ENVELOPE_PREFIX_LENGTH),
    keyId: bytes.subarray(KEY_ID_AT, NONCE_AT),
    nonce: bytes.subarray(NONCE_AT, BOUND_SET_AT),
    boundSet: bytes[BOUND_SET_AT] as number,
    ciphertext: bytes.subarray(ENVELOPE_PREFIX_LENGTH),
  };
}

export function encodePrefix(keyId: Uint8Array, nonce: Uint8Array, boundSet: number): Uint8Array {
  const prefix = new Uint8Array(ENVELOPE_PREFIX_LENGTH);
  prefix[0] = FORMAT_BYTE.envelope;
  prefix.set(keyId, KEY_ID_AT);
  prefix.set(nonce, NONCE_AT);
  prefix[BOUND_SET_AT] = boundSet;
  return prefix;
}

export function formatEnvelope(
  prefix: Uint8Array,
  ciphertext: Uint8Array,
  type: PayloadType,
): string | Uint8Array {
  if (type === 'bytes') return concat(prefix, ciphertext);
  const writer = borrowWriter();
  writeBytes(writer, prefix);
  writeBytes(writer, ciphertext);
  const text = encodeBase64url(writtenBytes(writer));
  returnWriter(writer);
  return text;
}

function envelopeOfText(payload: unknown): Uint8Array {
  if (typeof payload !== 'string') return notEncrypted();
  if (payload.length > base64urlLength(ENVELOPE_LENGTH_LIMIT)) tooLarge();
  const bytes = decodeBase64url(payload);
  // The first byte alone tells plaintext from a damaged envelope.
  const beginning = bytes ?? decodeBase64url(payload.slice(0, 4));
  assertFormat(beginning?.[0], bytes?.length ?? 0);
  return bytes ?? malformedRow('base64url');
}

function envelopeOfBytes(payload: unknown): Uint8Array {
  if (!isBytes(payload)) return notEncrypted();
  if (payload.length > ENVELOPE_LENGTH_LIMIT) tooLarge();
  assertFormat(payload[0], payload.length);
  return payload;
}

function assertFormat(byte: number | undefined, length: number): void {
  if (byte === FORMAT_BYTE.envelope) return;
  if (byte === undefined) notEncrypted();
  // Read as base64url, every word from A to H begins with such a byte: 'Call' is no later version.
  if (isFutureFormatByte(byte) && length >= ENVELOPE_LEAST_LENGTH) {
    refuseNewer('This row');
  }
  if (Object.values<number>(FORMAT_BYTE).includes(byte)) {
    malformedRow('format byte');
  }
  notEncrypted();
}

function notEncrypted(): never {
  throw new RowsealError(
    'NOT_ENCRYPTED',
    'This row has no sealed payload: the server, or an old version of the app, wrote plaintext or nothing. Use nothing of it.',
  );
}

function tooLarge(): never {
  throw new RowsealError(
    'LIMIT_EXCEEDED',
    'This row is larger than any that rowseal writes. Keep it as it is and use the last good copy.',
  );
}
