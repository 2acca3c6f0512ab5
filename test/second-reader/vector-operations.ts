import { argon2id } from './argon2id.js';
import { compare, fromBase64url, fromHex, fromUtf8, toBase64url, toHex } from './bytes.js';
import { rowAssociatedData } from './envelope.js';
import { fingerprint, headerHash, parseHeader, parsePin } from './header.js';
import { parseKeyset } from './keyset.js';
import { merge } from './merge.js';
import { acceptAfter, holdAgainst, openKeyset, openSlot } from './opening.js';
import { preparePassword } from './password.js';
import { paddedLength, parsePayload, writePayload } from './payload.js';
import { derive, deriveAppKey, isDerivation } from './primitives.js';
import { parseRecoveryKey, recoveryKeyText } from './recovery-key.js';
import { demand, refuse } from './refusal.js';
import { costsAccepted, readSlot, type Slot, type SlotParts, slotAssociatedData } from './slot.js';
import { nextStamp, type Time } from './stamp.js';
import { columnId, type Presence, readServed, rowIdBytes, utf8Of } from './table.js';
import { decodeValue, encodeValue, isValueType, type Value, type ValueType } from './value.js';
import type { Fields, Json } from './vector-files.js';
import { extensionFields, keysetFields, payloadFields } from './vector-outputs.js';
import { varint, wireOf } from './wire.js';

type Outputs = Readonly<Record<string, unknown>>;

export type Operation = (input: Fields) => Outputs | Promise<Outputs>;

/** By type of test group: what comes of the inputs, under the names of test/vectors/README.md. */
export const operations: Readonly<Record<string, Operation>> = {
  DecodeBase64url({ text }) {
    const bytes = fromBase64url(String(text), 'ROW_MALFORMED');
    return { bytes: toHex(bytes), text: toBase64url(bytes) };
  },
  DecodeUtf8({ bytes }) {
    const text = fromUtf8(hex(bytes), 'ROW_MALFORMED');
    return { text, bytes: toHex(utf8Of(text)) };
  },
  EncodeUtf8({ text }) {
    const { value } = encodeValue('text', String(text));
    return { bytes: toHex(value) };
  },
  DecodeVarint({ bytes }) {
    const wire = wireOf(hex(bytes), 'ROW_MALFORMED');
    const value = wire.varint();
    wire.end();
    return { value, bytes: toHex(varint(value)) };
  },
  PreparePassword({ password }) {
    return { prepared: toHex(preparePassword(passwordOf(password))) };
  },
  ReadRecoveryKey: ({ text }) => ({ key: toHex(parseRecoveryKey(String(text))) }),
  WriteRecoveryKey: ({ key }) => ({ text: recoveryKeyText(hex(key)) }),
  Derive({ output, inputKey, salt, label, length }) {
    const key =
      output === 'appKey'
        ? deriveAppKey(hex(inputKey), hex(salt), String(label), Number(length))
        : derive(derivation(output), hex(inputKey), hex(salt));
    return { key: toHex(key) };
  },
  CheckCosts(input) {
    demand(costsAccepted(costsOf(input)), 'KDF_PARAMS_REFUSED');
    return {};
  },
  async PasswordKek(input) {
    const password = preparePassword(passwordOf(input.password));
    return { kek: toHex(await argon2id(password, hex(input.salt), costsOf(input))) };
  },
  ColumnId: ({ valueType, storedName }) => ({
    id: toHex(columnId(typeOf(valueType), String(storedName))),
  }),
  DecodeValue({ valueType, encoding }) {
    const type = typeOf(valueType);
    const value = decodeValue(type, hex(encoding));
    return { value, encoding: toHex(encodeValue(type, value).value) };
  },
  EncodeValue({ valueType, value }) {
    return { encoding: toHex(encodeValue(typeOf(valueType), value as Value).value) };
  },
  ParsePayload({ payload }) {
    const parsed = parsePayload(hex(payload));
    const again = writePayload(parsed);
    return {
      ...payloadFields(parsed),
      extensions: extensionFields(parsed.extensions),
      paddingLength: parsed.paddingLength,
      payload: toHex(again) + '00'.repeat(parsed.paddingLength),
    };
  },
  PaddedLength: ({ length, floor }) => ({
    padded: paddedLength(Number(length), floor === 'none' ? floor : Number(floor)),
  }),
  RowAssociatedData({ prefix, vaultId, tableId, rowId, bound }) {
    const columns = list(bound).map(({ id, tag, value }) => ({
      id: hex(id),
      tag: Number(tag),
      value: hex(value),
    }));
    const table = utf8Of(String(tableId));
    const row = utf8Of(String(rowId));
    const associatedData = rowAssociatedData(hex(prefix), hex(vaultId), table, row, columns);
    return { associatedData: toHex(associatedData) };
  },
  SlotAssociatedData({ vaultId, slot }) {
    const { read, parts } = openableSlot(slot);
    return { associatedData: toHex(slotAssociatedData(hex(vaultId), read, parts)) };
  },
  ReadServedValue({ valueType, presence, served }) {
    const column = { type: typeOf(valueType), presence: presence as Presence };
    const { tag, value } = readServed(column, asServed(served)) ?? refuse('ROW_AUTH_FAILED');
    return { tag, value: toHex(value) };
  },
  WriteRowId: ({ id }) => ({ bytes: toHex(rowIdBytes(String(id))) }),
  NextStamp({ now, last, replaced, writerId }) {
    const before = (last ?? undefined) as unknown as Time | undefined;
    const stamps = (replaced as readonly Json[]).map(hex);
    const next = nextStamp(Number(now), before, stamps, hex(writerId));
    return { stamp: toHex(next.stamp), nextLast: next.last ?? null };
  },
  CompareStamps: ({ a, b }) => ({ order: Math.sign(compare(hex(a), hex(b))) }),
  MergePayloads({ a, b }) {
    const one = parsePayload(hex(a));
    const other = parsePayload(hex(b));
    const merged = toHex(writePayload(merge(one, other)));
    if (toHex(writePayload(merge(other, one))) !== merged) throw new Error('the order counts');
    return { merged };
  },
  ReadSlot({ slot }) {
    const { type, id, parts } = slotOf(slot);
    return {
      typeByte: type,
      id: toHex(id),
      ...(parts && {
        info: toHex(parts.info),
        salt: toHex(parts.salt),
        commitment: toHex(parts.commitment),
        nonce: toHex(parts.nonce),
        sealedKey: toHex(parts.sealedVaultKey),
      }),
      ...parts?.costs,
    };
  },
  OpenSlot({ vaultId, slot, kek }) {
    const { read, parts } = openableSlot(slot);
    const vaultKey = openSlot(hex(vaultId), read, parts, hex(kek)) ?? refuse('UNLOCK_FAILED');
    return { vaultKey: toHex(vaultKey) };
  },
  ParseKeyset({ vaultId, keyset }) {
    return keysetFields(parseKeyset(hex(keyset), hex(vaultId)), hex(vaultId));
  },
  AcceptHeader({ header, pin, vaultKey }) {
    const parsed = parseHeader(String(header));
    const pinned = parsePin(String(pin));
    holdAgainst(parsed, pinned);
    acceptAfter(pinned, parsed, hex(vaultKey), openKeyset(parsed, hex(vaultKey)));
    return {};
  },
  Fingerprint({ header }) {
    const parsed = parseHeader(String(header));
    return { hash: toHex(headerHash(parsed)), fingerprint: fingerprint(parsed) };
  },
  ParsePin: ({ pin }) => ({ header: toBase64url(parsePin(String(pin)).bytes) }),
};

const hex = (json: Json | undefined): Uint8Array => fromHex(String(json));

/** A served value is JSON as it stands, but for bytes and −0. */
export function asServed(json: Json | undefined): unknown {
  const { bytes, number } = (json ?? {}) as Fields;
  if (typeof bytes === 'string') return fromHex(bytes);
  return typeof number === 'string' ? Number(number) : json;
}

const list = (json: Json | undefined): readonly Fields[] => json as readonly Fields[];

function passwordOf(json: Json | undefined): string | Uint8Array {
  return typeof json === 'string' ? json : hex((json as Fields).bytes);
}

const costsOf = ({ memoryKiB, passes, lanes }: Fields) => ({
  memoryKiB: Number(memoryKiB),
  passes: Number(passes),
  lanes: Number(lanes),
});

function typeOf(json: Json | undefined): ValueType {
  const name = String(json);
  if (!isValueType(name)) throw new Error(`no type ${name}`);
  return name;
}

function derivation(json: Json | undefined) {
  const name = String(json);
  if (!isDerivation(name)) throw new Error(`no derivation ${name}`);
  return name;
}

function slotOf(json: Json | undefined): Slot {
  const wire = wireOf(hex(json), 'HEADER_MALFORMED');
  const slot = readSlot(wire);
  wire.end();
  return slot;
}

function openableSlot(json: Json | undefined): { read: Slot; parts: SlotParts } {
  const read = slotOf(json);
  if (!read.parts) throw new Error('a slot of an unassigned type');
  return { read, parts: read.parts };
}
