/**
 * The vault header: the public bytes with the slots and the wrapped keyset.
 *
 * | bytes | field |
 * | --- | --- |
 * | 1 | format byte 0x02 |
 * | 16 | vault id, random |
 * | 32 | vault-key id |
 * | 4 | epoch: 1, then one more per change |
 * | 1 | number of predecessors: the smaller of 32 and epoch − 1 |
 * | 32 | SHA-256 of a predecessor, latest first |
 * | 1 | number of slots, 1 to 16, at most one of them a password slot |
 * | … | slots (`key-slot.ts`) |
 * | … | extension list (`extension-list.ts`) |
 * | 2 | length of the sealed keyset |
 * | 24 + n + 16 | nonce, keyset (`keyset.ts`), tag; associated data: all before its length |
 * | 32 | HMAC-SHA-256 of all before it |
 *
 * As text: base64url. At most 64 KiB. One encoding per value; nothing may follow.
 */
import { base64urlLength, decodeBase64url, encodeBase64url } from '../bytes/base64url.js';
import { type Extension, readExtensions, writeExtensions } from '../bytes/extension-list.js';
import { FORMAT_BYTE, isFutureFormatByte } from '../bytes/format-bytes.js';
import {
  assertEnd,
  createReader,
  readByte,
  readBytes,
  readUint16,
  readUint32,
  type WireReader,
} from '../bytes/wire-reader.js';
import {
  createWriter,
  type WireWriter,
  writeByte,
  writeBytes,
  writeUint16,
  writeUint32,
  writtenBytes,
} from '../bytes/wire-writer.js';
import { NONCE_LENGTH, TAG_LENGTH } from '../crypto/aead.js';
import { HASH_LENGTH, hash } from '../crypto/derive.js';
import { KEY_LENGTH } from '../crypto/key-types.js';
import { RowsealError, refuseNewer } from '../errors.js';
import { areDistinct } from './distinct.js';
import { type KeySlot, readSlot, writeSlot } from './key-slot.js';

export const VAULT_ID_LENGTH = 16;
export const HEADER_LENGTH_LIMIT = 64 * 1024;
export const SLOT_LIMIT = 16;
export const PREDECESSOR_LIMIT = 32;
export const EPOCH_LIMIT = 2 ** 32 - 1;

/** All that stands before the sealed keyset. */
export interface HeaderFields {
  readonly vaultId: Uint8Array;
  readonly vaultKeyId: Uint8Array;
  readonly epoch: number;
  /** Hashes of earlier headers, latest first. */
  readonly predecessors: readonly Uint8Array[];
  readonly slots: readonly KeySlot[];
  readonly extensions: readonly Extension[];
}

export interface VaultHeader extends HeaderFields {
  /** The bytes before the sealed keyset's length, and its associated data. */
  readonly fieldBytes: Uint8Array;
  readonly sealedKeyset: Uint8Array;
  readonly mac: Uint8Array;
  readonly bytes: Uint8Array;
  readonly text: string;
  /** SHA-256 of the bytes: what pins, stores and successors call this header by. */
  readonly hash: Uint8Array;
}

/**
 * Parses header text: size, encoding and version first, then structure, limits and KDF bounds as
 * they are met, all before any secret is touched.
 *
 * Throws `LIMIT_EXCEEDED`, `UNSUPPORTED_VERSION`, `HEADER_MALFORMED`, `KDF_PARAMS_REFUSED`.
 */
export function parseHeader(text: string): VaultHeader {
  if (text.length > base64urlLength(HEADER_LENGTH_LIMIT)) tooMuch('bytes');
  const bytes = decodeBase64url(text);
  if (!bytes) malformed('base64url');
  return parseHeaderBytes(bytes);
}

export function parseHeaderBytes(bytes: Uint8Array): VaultHeader {
  if (bytes.length > HEADER_LENGTH_LIMIT) tooMuch('bytes');
  const reader = createReader(bytes, malformed);
  assertFormat(readByte(reader));
  const fields = readFields(reader);
  const fieldBytes = bytes.subarray(0, reader.at);
  const sealedKeyset = readBytes(reader, readUint16(reader));
  if (sealedKeyset.length < NONCE_LENGTH + TAG_LENGTH) malformed('keyset');
  const mac = readBytes(reader, HASH_LENGTH);
  assertEnd(reader);
  const text = encodeBase64url(bytes);
  return { ...fields, fieldBytes, sealedKeyset, mac, bytes, text, hash: hash(bytes) };
}

/** What a header holds before the keyset's length, for a new one. */
export function encodeFields(fields: HeaderFields): Uint8Array {
  const writer = createWriter(1024);
  writeFields(writer, fields);
  return writtenBytes(writer);
}

/** What the MAC authenticates: the whole header but the MAC itself. */
export function encodeAuthenticated(fields: HeaderFields, sealedKeyset: Uint8Array): Uint8Array {
  const writer = createWriter(2048);
  writeFields(writer, fields);
  writeUint16(writer, sealedKeyset.length);
  writeBytes(writer, sealedKeyset);
  if (writer.at + HASH_LENGTH > HEADER_LENGTH_LIMIT) {
    throw new RowsealError(
      'LIMIT_EXCEEDED',
      'The vault header would grow over 64 KiB. Remove slots that are no longer used.',
    );
  }
  return writtenBytes(writer);
}

function readFields(reader: WireReader): HeaderFields {
  const vaultId = readBytes(reader, VAULT_ID_LENGTH);
  const vaultKeyId = readBytes(reader, KEY_LENGTH);
  const epoch = readUint32(reader);
  const predecessorCount = readByte(reader);
  // Epoch 0, which no header has, fits no number of predecessors.
  if (predecessorCount !== Math.min(PREDECESSOR_LIMIT, epoch - 1)) {
    malformed('predecessors');
  }
  const predecessors = Array.from({ length: predecessorCount }, () =>
    readBytes(reader, HASH_LENGTH),
  );
  const slots = readSlots(reader);
  return { vaultId, vaultKeyId, epoch, predecessors, slots, extensions: readExtensions(reader) };
}

function readSlots(reader: WireReader): KeySlot[] {
  const count = readByte(reader);
  if (count < 1) malformed('key slots');
  if (count > SLOT_LIMIT) tooMuch('key slots');
  const slots = Array.from({ length: count }, () => readSlot(reader));
  if (!areDistinct(slots)) malformed('slot ids');
  // Each password slot is an Argon2id run that a server could make a client spend (threat C03).
  if (slots.filter(({ content }) => content?.type === 'password').length > 1) {
    tooMuch('password slots');
  }
  return slots;
}

function writeFields(writer: WireWriter, fields: HeaderFields): void {
  writeByte(writer, FORMAT_BYTE.vaultHeader);
  writeBytes(writer, fields.vaultId);
  writeBytes(writer, fields.vaultKeyId);
  writeUint32(writer, fields.epoch);
  writeByte(writer, fields.predecessors.length);
  for (const predecessor of fields.predecessors) writeBytes(writer, predecessor);
  writeByte(writer, fields.slots.length);
  for (const slot of fields.slots) writeSlot(writer, slot);
  writeExtensions(writer, fields.extensions);
}

function assertFormat(byte: number): void {
  if (byte === FORMAT_BYTE.vaultHeader) return;
  if (isFutureFormatByte(byte)) refuseNewer('This vault header');
  malformed('format byte');
}

function malformed(part: string): never {
  throw new RowsealError(
    'HEADER_MALFORMED',
    `The vault header is damaged (${part}). Load it again, or open with { offline: true } on a device that knows it.`,
  );
}

function tooMuch(what: string): never {
  throw new RowsealError(
    'LIMIT_EXCEEDED',
    `The vault header has too many ${what}. Load it again, or open with { offline: true } on a device that knows it.`,
  );
}
