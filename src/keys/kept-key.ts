/**
 * The kept key: what a keeper holds on one device between two starts of an app.
 *
 * | bytes | field |
 * | --- | --- |
 * | 1 | format byte 0x05 |
 * | 16 | vault id |
 * | 32 | vault-key id |
 * | 32 | vault key |
 *
 * The vault-key id is derived from the two other fields, so it is also their checksum: bytes that
 * were damaged, cut or mixed from two vaults are told apart from a vault key that was replaced.
 */
import { equalBytes } from '../bytes/compare.js';
import { FORMAT_BYTE, isFutureFormatByte } from '../bytes/format-bytes.js';
import { KEY_LENGTH, type VaultKey } from '../crypto/key-types.js';
import { RowsealError } from '../errors.js';
import { vaultKeyId } from './keyset.js';
import { VAULT_ID_LENGTH } from './vault-header.js';

const VAULT_KEY_ID_AT = 1 + VAULT_ID_LENGTH;
const VAULT_KEY_AT = VAULT_KEY_ID_AT + KEY_LENGTH;
const KEPT_KEY_LENGTH = VAULT_KEY_AT + KEY_LENGTH;

export interface KeptKey {
  readonly vaultId: Uint8Array;
  readonly vaultKeyId: Uint8Array;
  readonly vaultKey: VaultKey;
}

export function encodeKeptKey({ vaultId, vaultKeyId, vaultKey }: KeptKey): Uint8Array {
  const bytes = new Uint8Array(KEPT_KEY_LENGTH);
  bytes[0] = FORMAT_BYTE.keptKey;
  bytes.set(vaultId, 1);
  bytes.set(vaultKeyId, VAULT_KEY_ID_AT);
  bytes.set(vaultKey, VAULT_KEY_AT);
  return bytes;
}

/**
 * What a keeper returned; the fields are views of it. Throws `STORE_FAILED`, `UNSUPPORTED_VERSION`.
 */
export function parseKeptKey(bytes: Uint8Array): KeptKey {
  const first = bytes[0];
  if (first !== undefined && isFutureFormatByte(first)) {
    throw new RowsealError(
      'UNSUPPORTED_VERSION',
      'The kept key was written by a newer version of rowseal. Update the app, or ask for the password; nothing is lost.',
    );
  }
  if (first !== FORMAT_BYTE.keptKey || bytes.length !== KEPT_KEY_LENGTH) damagedKeptKey();
  const vaultId = bytes.subarray(1, VAULT_KEY_ID_AT);
  const id = bytes.subarray(VAULT_KEY_ID_AT, VAULT_KEY_AT);
  const vaultKey = bytes.subarray(VAULT_KEY_AT) as VaultKey;
  if (!equalBytes(vaultKeyId(vaultId, vaultKey), id)) damagedKeptKey();
  return { vaultId, vaultKeyId: id, vaultKey };
}

export function damagedKeptKey(): never {
  throw new RowsealError(
    'STORE_FAILED',
    'What the keeper returned is not what it was given to keep. Ask for the password, then call keepUnlocked again; if it happens twice, run keeperContract from rowseal/testing on the keeper.',
  );
}
