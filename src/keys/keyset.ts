/**
 * The keyset: the DEKs of a vault and its earlier vault keys, as one sealed body in the header.
 *
 * | bytes | field |
 * | --- | --- |
 * | 1 | format byte 0x03 |
 * | 2 | number of DEKs, at least 1; the first is the primary one |
 * | 32 | DEK |
 * | 1 | status: 1 primary, 2 rotated, 3 revoked |
 * | 16 | the stamp of that moment; only for 2 and 3 |
 * | 2 | number of earlier vault keys |
 * | 32 | earlier vault key, latest first |
 *
 * Ids are not stored but derived from the keys, so none can be renamed (threats C06, C10).
 */
import { FORMAT_BYTE } from '../bytes/format-bytes.js';
import { readStamp, type StampBytes } from '../bytes/stamp.js';
import {
  assertEnd,
  createReader,
  readByte,
  readBytes,
  readUint16,
  type WireReader,
} from '../bytes/wire-reader.js';
import {
  createWriter,
  writeByte,
  writeBytes,
  writeUint16,
  writtenBytes,
} from '../bytes/wire-writer.js';
import { derive } from '../crypto/derive.js';
import { type Dek, KEY_LENGTH, type RowKey, type VaultKey } from '../crypto/key-types.js';
import { LABEL } from '../crypto/labels.js';
import { RowsealError } from '../errors.js';
import { areDistinct } from './distinct.js';

/**
 * What a DEK is for: new rows (`primary`), or only opening old ones, because it was replaced
 * (`rotated`), because somebody may know it (`revoked`), or because it was dropped from the vault
 * and taken from an earlier header again (`recalled`).
 */
export type KeyStatus = 'primary' | 'rotated' | 'revoked' | 'recalled';

/** By their bytes; a recalled key stands in no keyset. */
const STATUSES: readonly (KeyStatus | undefined)[] = [undefined, 'primary', 'rotated', 'revoked'];

/** DEKs and earlier vault keys together. */
export const KEY_COUNT_LIMIT = 256;

/** A DEK with what is derived from it. */
export interface DataKey {
  readonly dek: Dek;
  /** 32 bytes, derived: names the key in every envelope, and commits to it. */
  readonly id: Uint8Array;
  readonly rowKey: RowKey;
  readonly status: KeyStatus;
  /** When it stopped being primary. */
  readonly retiredAt: StampBytes | null;
}

export interface EarlierVaultKey {
  readonly key: VaultKey;
  readonly id: Uint8Array;
}

export interface Keyset {
  /** The primary key first. */
  readonly dataKeys: readonly DataKey[];
  readonly earlierVaultKeys: readonly EarlierVaultKey[];
}

export function makeDataKey(
  vaultId: Uint8Array,
  dek: Dek,
  status: KeyStatus,
  retiredAt: StampBytes | null,
): DataKey {
  return {
    dek,
    id: derive(dek, vaultId, LABEL.dekId),
    rowKey: derive(dek, vaultId, LABEL.rowKey) as RowKey,
    status,
    retiredAt,
  };
}

export function vaultKeyId(vaultId: Uint8Array, key: VaultKey): Uint8Array {
  return derive(key, vaultId, LABEL.vaultKeyId);
}

/**
 * Recalled keys are left out. Throws `LIMIT_EXCEEDED` when there are more keys than a header may
 * hold.
 */
export function encodeKeyset({ dataKeys: held, earlierVaultKeys }: Keyset): Uint8Array {
  const dataKeys = held.filter(({ status }) => status !== 'recalled');
  if (dataKeys.length + earlierVaultKeys.length > KEY_COUNT_LIMIT) {
    throw new RowsealError(
      'LIMIT_EXCEEDED',
      `A vault holds at most ${KEY_COUNT_LIMIT} keys, and this one is full. Nothing was changed: re-encrypt the rows that name old keys, then call dropRetiredKeys.`,
    );
  }
  const writer = createWriter(64 * (dataKeys.length + earlierVaultKeys.length));
  writeByte(writer, FORMAT_BYTE.keyset);
  writeUint16(writer, dataKeys.length);
  for (const { dek, status, retiredAt } of dataKeys) {
    writeBytes(writer, dek);
    writeByte(writer, STATUSES.indexOf(status));
    if (retiredAt) writeBytes(writer, retiredAt);
  }
  writeUint16(writer, earlierVaultKeys.length);
  for (const { key } of earlierVaultKeys) writeBytes(writer, key);
  return writtenBytes(writer);
}

/**
 * Parses an authentic keyset; its keys are views of `bytes`.
 *
 * Throws `HEADER_TAMPERED`: whoever made a keyset that breaks the rules knew the vault key and
 * was not rowseal.
 */
export function parseKeyset(vaultId: Uint8Array, bytes: Uint8Array): Keyset {
  const reader = createReader(bytes, refuse);
  if (readByte(reader) !== FORMAT_BYTE.keyset) refuse('format byte');
  const dekCount = readUint16(reader);
  if (dekCount < 1 || dekCount > KEY_COUNT_LIMIT) refuse('number of keys');
  const dataKeys = Array.from({ length: dekCount }, (_, i) => readDataKey(reader, vaultId, i));
  const earlierCount = readUint16(reader);
  if (dekCount + earlierCount > KEY_COUNT_LIMIT) refuse('number of keys');
  const earlierVaultKeys = Array.from({ length: earlierCount }, () => {
    const key = readBytes(reader, KEY_LENGTH) as VaultKey;
    return { key, id: vaultKeyId(vaultId, key) };
  });
  assertEnd(reader);
  if (!areDistinct(dataKeys) || !areDistinct(earlierVaultKeys)) refuse('equal keys');
  return { dataKeys, earlierVaultKeys };
}

function readDataKey(reader: WireReader, vaultId: Uint8Array, index: number): DataKey {
  const dek = readBytes(reader, KEY_LENGTH) as Dek;
  const status = STATUSES[readByte(reader)];
  if (!status || (status === 'primary') !== (index === 0)) {
    return refuse('primary key');
  }
  return makeDataKey(vaultId, dek, status, status === 'primary' ? null : readStamp(reader));
}

function refuse(part: string): never {
  throw new RowsealError(
    'HEADER_TAMPERED',
    `The keyset of this vault is authentic but breaks the format (${part}). Do not write with it; compare fingerprints with another device.`,
  );
}
