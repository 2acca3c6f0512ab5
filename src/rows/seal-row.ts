/**
 * Sealing and opening a row's content: where key, envelope, associated data and payload meet.
 */
import { encodeBase64url } from '../bytes/base64url.js';
import { compareBytes, equalBytes } from '../bytes/compare.js';
import { borrowWriter, returnWriter } from '../bytes/wire-writer.js';
import { type AeadBackend, NONCE_LENGTH, TAG_LENGTH } from '../crypto/aead.js';
import { pooledRandomBytes } from '../crypto/random.js';
import { RowsealError, UnknownKeyError } from '../errors.js';
import type { DataKey } from '../keys/keyset.js';
import { revealSecrets, type Vault } from '../keys/vault.js';
import { encodeAssociatedData, type RowPlace } from './associated-data.js';
import {
  type BoundValues,
  servedBoundValues,
  withFormerlyBound,
  withoutBound,
} from './bound-set.js';
import { type Envelope, encodePrefix, formatEnvelope, parseEnvelope } from './envelope.js';
import { encodePayload, malformedRow, parsePayload } from './payload.js';
import { latestStamp, type RowContent } from './row-content.js';
import { type AnyRow, ownValue, rowIdBytes } from './row-values.js';
import type { RowVersion } from './row-version.js';
import type { Table } from './table.js';

/** What opening a sealed row may be told. */
export interface OpenRowOptions {
  /**
   * Opens a row that was stamped after its key was revoked, or is under a recalled key
   * (`KEY_RETIRED`): only when the user knows that one of their own devices was offline then.
   */
  readonly acceptRetired?: boolean;
}

export interface OpenedRow extends RowVersion {
  readonly envelope: Envelope;
  readonly key: DataKey;
  /** Whether it was written after its key stopped being primary, or under one that was recalled. */
  readonly afterRetirement: boolean;
}

/**
 * Seals content under the primary key; what the associated data binds is left out of the payload.
 */
export function sealContent(
  vault: Vault,
  table: Table,
  rowId: Uint8Array,
  bound: BoundValues,
  content: RowContent,
): string | Uint8Array {
  const { dataKeys, header, opening } = revealSecrets(vault);
  const primary = dataKeys[0] as DataKey;
  const nonce = pooledRandomBytes(NONCE_LENGTH);
  const prefix = encodePrefix(primary.id, nonce, bound.set);
  const place = {
    vaultId: header.vaultId,
    tableId: table.layout.tableId,
    rowId,
    bound: bound.values,
  };
  const [placeWriter, payloadWriter] = [borrowWriter(), borrowWriter()];
  try {
    const associatedData = encodeAssociatedData(prefix, place, placeWriter);
    const payload = encodePayload(withoutBound(content, bound), table.padding, payloadWriter);
    const ciphertext = opening.aead.seal(primary.rowKey, nonce, payload, associatedData);
    assertSealed(ciphertext, payload.length + TAG_LENGTH, opening.aead);
    return formatEnvelope(prefix, ciphertext, table.payload);
  } finally {
    returnWriter(placeWriter);
    returnWriter(payloadWriter);
  }
}

/**
 * Opens a sealed row: structure, then key, then tag, then content, so that nothing is parsed that
 * is not authentic.
 *
 * Throws `LOCKED`, `NOT_ENCRYPTED`, `UNSUPPORTED_VERSION`, `LIMIT_EXCEEDED`, `ROW_MALFORMED`,
 * `UNKNOWN_KEY`, `ROW_AUTH_FAILED`, `KEY_RETIRED`.
 */
export function openSealedRow(
  vault: Vault,
  table: Table,
  sealed: AnyRow,
  { acceptRetired = false }: OpenRowOptions,
): OpenedRow {
  const { dataKeys, header, opening } = revealSecrets(vault);
  if (typeof sealed !== 'object' || sealed === null) malformedRow('no object');
  const envelope = parseEnvelope(ownValue(sealed, 'payload'), table.payload);
  const key = dataKeys.find(({ id }) => equalBytes(id, envelope.keyId));
  if (!key) throw new UnknownKeyError(encodeBase64url(envelope.keyId));
  const id = ownValue(sealed, 'id');
  const rowId = rowIdBytes(id) ?? authFailed();
  const bound = servedBoundValues(table, envelope.boundSet, sealed) ?? authFailed();
  const place = {
    vaultId: header.vaultId,
    tableId: table.layout.tableId,
    rowId,
    bound: bound.values,
  };
  // A getter of the row may have locked the vault, and zeros are a key that everybody has.
  revealSecrets(vault);
  const payload = openEnvelope(opening.aead, key, envelope, place) ?? authFailed();
  const parsed = parsePayload(payload);
  if (withoutBound(parsed, bound) !== parsed) malformedRow('bound columns');
  const content = withFormerlyBound(table, parsed, bound);
  const afterRetirement = isAfterRetirement(key, content);
  if (afterRetirement && key.status !== 'rotated' && !acceptRetired) keyRetired();
  const { nonce } = envelope;
  return { id: id as string, rowId, content, bound, nonce, envelope, key, afterRetirement };
}

function openEnvelope(
  aead: AeadBackend,
  { rowKey }: DataKey,
  { prefix, nonce, ciphertext }: Envelope,
  place: RowPlace,
): Uint8Array | null {
  const writer = borrowWriter();
  try {
    return aead.open(rowKey, nonce, ciphertext, encodeAssociatedData(prefix, place, writer));
  } finally {
    returnWriter(writer);
  }
}

/** A backend that forgets the tag would make rows that never open again. */
function assertSealed(sealed: Uint8Array, length: number, { name }: AeadBackend): void {
  if (sealed.length === length) return;
  throw new TypeError(`The AEAD backend '${name}' must return the ciphertext with its tag.`);
}

/** A recalled key had left the vault: whatever names it came later, whatever its stamps say. */
function isAfterRetirement({ status, retiredAt }: DataKey, content: RowContent): boolean {
  if (status === 'recalled') return true;
  return retiredAt !== null && compareBytes(latestStamp(content), retiredAt) > 0;
}

function authFailed(): never {
  throw new RowsealError(
    'ROW_AUTH_FAILED',
    'This row is not what was sealed: it was changed, cut, or moved here. Keep it as it is and use the last good copy.',
  );
}

function keyRetired(): never {
  throw new RowsealError(
    'KEY_RETIRED',
    'This row was written after its key was revoked, or names one that the vault had dropped: it is by whoever lost access, or by a device of the user that was offline. Keep it as it is; open it with { acceptRetired: true } once the user knows which.',
  );
}
