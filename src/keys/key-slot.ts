/**
 * Key slots: each is one way to open the vault, and wraps the vault key under a KEK of its own.
 *
 * | bytes | field |
 * | --- | --- |
 * | 1 | type: 1 password, 2 recovery key, 3 secret; others are carried verbatim |
 * | 8 | slot id, random |
 * | 2 | length of the body |
 * | … | body |
 *
 * and the body of types 1 to 3:
 *
 * | bytes | field |
 * | --- | --- |
 * | 2 + n | info: length (at most 256) and bytes: credential id, PRF salt, label |
 * | 11 | type 1 only: password rule, KDF (1: Argon2id v1.3), KiB (4), passes (4), lanes (1) |
 * | 16 | salt |
 * | 32 | commitment to the KEK |
 * | 24 | nonce |
 * | 48 | wrapped vault key: 32 bytes and tag |
 */
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
import { HASH_LENGTH } from '../crypto/derive.js';
import { assertKdfBounds, type KdfParameters, refuseKdf } from '../crypto/kdf.js';
import { KEY_LENGTH } from '../crypto/key-types.js';
import { PASSWORD_RULE } from './password.js';

/** The kinds of secret that open a vault. */
export type SlotType = 'password' | 'recovery-key' | 'secret';

/** By type byte. */
const SLOT_TYPES: readonly (SlotType | '')[] = ['', 'password', 'recovery-key', 'secret'];

export const SLOT_ID_LENGTH = 8;
export const SALT_LENGTH = 16;
export const INFO_LIMIT = 256;
const ARGON2ID_V13 = 1;
export const WRAPPED_LENGTH = KEY_LENGTH + TAG_LENGTH;
/** What follows the parameters in a body. */
const SEALED_LENGTH = HASH_LENGTH + NONCE_LENGTH + WRAPPED_LENGTH;

/** A slot as it stands in a header. */
export interface KeySlot {
  readonly typeByte: number;
  readonly id: Uint8Array;
  readonly body: Uint8Array;
  /** What the body says, or `null` for a type that this version does not know. */
  readonly content: SlotContent | null;
}

/** The public parameters of a slot: all that is authenticated beside the wrapped key. */
export interface SlotParameters {
  /** The kind of secret that opens it. */
  readonly type: SlotType;
  /** Up to 256 bytes: credential id, PRF salt, label. */
  readonly info: Uint8Array;
  /** Argon2id costs; password slots only. */
  readonly costs: KdfParameters | null;
  /** 16 bytes. */
  readonly salt: Uint8Array;
}

export interface SlotContent extends SlotParameters {
  readonly commitment: Uint8Array;
  readonly nonce: Uint8Array;
  readonly wrappedKey: Uint8Array;
}

export function readSlot(reader: WireReader): KeySlot {
  const typeByte = readByte(reader);
  const id = readBytes(reader, SLOT_ID_LENGTH);
  const body = readBytes(reader, readUint16(reader));
  const type = SLOT_TYPES[typeByte];
  return { typeByte, id, body, content: type ? readContent(type, body, reader.refuse) : null };
}

export function writeSlot(writer: WireWriter, slot: KeySlot): void {
  writeByte(writer, slot.typeByte);
  writeBytes(writer, slot.id);
  writeUint16(writer, slot.body.length);
  writeBytes(writer, slot.body);
}

/** A slot from its parts; the body is encoded here and nowhere else. */
export function makeSlot(id: Uint8Array, content: SlotContent): KeySlot {
  const writer = createWriter();
  writeParameters(writer, content);
  writeBytes(writer, content.commitment);
  writeBytes(writer, content.nonce);
  writeBytes(writer, content.wrappedKey);
  return { typeByte: SLOT_TYPES.indexOf(content.type), id, body: writtenBytes(writer), content };
}

/**
 * The associated data of a slot's wrapped key: vault id, type, slot id, then the body up to the
 * commitment. Every field has a fixed length or is self-delimiting, so it is injective.
 */
export function slotAssociatedData(
  vaultId: Uint8Array,
  { typeByte, id, body }: KeySlot,
): Uint8Array {
  const writer = createWriter();
  writeBytes(writer, vaultId);
  writeByte(writer, typeByte);
  writeBytes(writer, id);
  writeBytes(writer, body.subarray(0, -SEALED_LENGTH));
  return writtenBytes(writer);
}

function readContent(type: SlotType, body: Uint8Array, refuse: WireReader['refuse']): SlotContent {
  const reader = createReader(body, refuse);
  const infoLength = readUint16(reader);
  if (infoLength > INFO_LIMIT) refuse('slot info');
  const content = {
    type,
    info: readBytes(reader, infoLength),
    costs: type === 'password' ? readCosts(reader) : null,
    salt: readBytes(reader, SALT_LENGTH),
    commitment: readBytes(reader, HASH_LENGTH),
    nonce: readBytes(reader, NONCE_LENGTH),
    wrappedKey: readBytes(reader, WRAPPED_LENGTH),
  };
  assertEnd(reader);
  return content;
}

function readCosts(reader: WireReader): KdfParameters {
  const rule = readByte(reader);
  const algorithm = readByte(reader);
  if (rule !== PASSWORD_RULE || algorithm !== ARGON2ID_V13) refuseKdf();
  const costs = {
    memoryKiB: readUint32(reader),
    passes: readUint32(reader),
    lanes: readByte(reader),
  };
  assertKdfBounds(costs);
  return costs;
}

function writeParameters(writer: WireWriter, { info, costs, salt }: SlotParameters): void {
  writeUint16(writer, info.length);
  writeBytes(writer, info);
  if (costs) {
    writeByte(writer, PASSWORD_RULE);
    writeByte(writer, ARGON2ID_V13);
    writeUint32(writer, costs.memoryKiB);
    writeUint32(writer, costs.passes);
    writeByte(writer, costs.lanes);
  }
  writeBytes(writer, salt);
}
