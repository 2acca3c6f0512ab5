/**
 * Sealing and opening a row's content: where key, envelope, associated data and payload meet.
 */
import { encodeBase64url } from '../bytes/base64url.js';
import { compareBytes, equalBytes } from '../bytes/compare.js';
import { encodeUtf8 } from '../bytes/utf8.js';
import { NONCE_LENGTH } from '../crypto/aead.js';
import { pooledRandomBytes } from '../crypto/random.js';
import { wipe } from '../crypto/secrets.js';
import { RowsealError, UnknownKeyError } from '../errors.js';
import type { DataKey } from '../keys/keyset.js';
import { revealSecrets, type Vault } from '../keys/vault.js';
import { encodeAssociatedData, type RowPlace } from './associated-data.js';
import { type Envelope, encodePrefix, formatEnvelope, parseEnvelope } from './envelope.js';
import { encodePayload, malformedRow, parsePayload } from './payload.js';
import {
  type Cell,
  type EncodedValue,
  isDeleted,
  latestStamp,
  type RowContent,
} from './row-content.js';
import { type AnyRow, ownValue, servedValue } from './row-values.js';
import type { LayoutColumn, Table } from './table.js';

/** What opening a sealed row may be told. */
export interface OpenRowOptions {
  /**
   * Opens a row that was stamped after its key was revoked (`KEY_RETIRED`): only when the user
   * knows that an own device was offline then.
   */
  readonly acceptRetired?: boolean;
}

export interface OpenedRow {
  readonly id: string;
  readonly rowId: Uint8Array;
  readonly content: RowContent;
  /** Authenticated values of the bound set under which the row was sealed, by column id. */
  readonly bound: ReadonlyMap<number, EncodedValue>;
  readonly envelope: Envelope;
  readonly key: DataKey;
  /** Whether it was written after its key stopped being primary. */
  readonly afterRetirement: boolean;
}

/** Seals content under the primary key and the current bound set. */
export function sealContent(
  vault: Vault,
  table: Table,
  place: Pick<RowPlace, 'rowId' | 'bound'>,
  content: RowContent,
): string | Uint8Array {
  const { dataKeys, header, session } = revealSecrets(vault);
  const primary = dataKeys[0] as DataKey;
  const nonce = pooledRandomBytes(NONCE_LENGTH);
  const prefix = encodePrefix(primary.id, nonce, table.layout.boundSets.length - 1);
  const { vaultId } = header;
  const { tableId } = table.layout;
  const associatedData = encodeAssociatedData(prefix, { vaultId, tableId, ...place });
  const payload = encodePayload(content, table.padding);
  const ciphertext = session.aead.seal(primary.rowKey, nonce, payload, associatedData);
  wipe(payload);
  return formatEnvelope(prefix, ciphertext, table.payload);
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
  const { dataKeys, header, session } = revealSecrets(vault);
  if (typeof sealed !== 'object' || sealed === null) malformedRow('it is not an object');
  const envelope = parseEnvelope(ownValue(sealed, 'payload'), table.payload);
  const key = dataKeys.find(({ id }) => equalBytes(id, envelope.keyId));
  if (!key) throw new UnknownKeyError(encodeBase64url(envelope.keyId));
  const id = ownValue(sealed, 'id');
  const rowId = (typeof id === 'string' && encodeUtf8(id)) || authFailed();
  const bound = servedBoundValues(table, envelope, sealed);
  const { tableId } = table.layout;
  const place = { vaultId: header.vaultId, tableId, rowId, bound };
  const associatedData = encodeAssociatedData(envelope.prefix, place);
  const { nonce, ciphertext } = envelope;
  const payload = session.aead.open(key.rowKey, nonce, ciphertext, associatedData) ?? authFailed();
  const content = withFormerlyBound(table, parsePayload(payload), bound);
  const afterRetirement = isAfterRetirement(key, content);
  if (afterRetirement && key.status === 'revoked' && !acceptRetired) keyRetired();
  return { id: id as string, rowId, content, bound, envelope, key, afterRetirement };
}

/** The values of the current bound set, wherever the row has them. Throws `ROW_MALFORMED`. */
export function currentBound(
  table: Table,
  { bound, content }: OpenedRow,
): Map<number, EncodedValue> {
  const values = new Map<number, EncodedValue>();
  for (const { id, name } of currentBoundSet(table)) {
    const value = bound.get(id) ?? content.cells.get(id);
    values.set(id, value ?? malformedRow(`it has no value for the bound column '${name}'`));
  }
  return values;
}

export function currentBoundSet(table: Table): readonly LayoutColumn[] {
  return table.layout.boundSets[table.layout.boundSets.length - 1] as readonly LayoutColumn[];
}

/** A content without the columns that the associated data carries from now on. */
export function withoutBound(table: Table, content: RowContent): RowContent {
  const bound = currentBoundSet(table);
  if (!bound.some(({ id }) => content.cells.has(id))) return content;
  const cells = new Map(content.cells);
  for (const { id } of bound) cells.delete(id);
  return { ...content, cells };
}

function servedBoundValues(
  table: Table,
  { boundSet }: Envelope,
  sealed: AnyRow,
): Map<number, EncodedValue> {
  const columns = table.layout.boundSets[boundSet] ?? newerBoundSet();
  const bound = new Map<number, EncodedValue>();
  for (const column of columns) {
    const value = servedValue(column, ownValue(sealed, column.name));
    bound.set(column.id, value ?? authFailed());
  }
  return bound;
}

/** Columns that were bound when the row was written, and travel in the payload now. */
function withFormerlyBound(
  table: Table,
  content: RowContent,
  bound: ReadonlyMap<number, EncodedValue>,
): RowContent {
  const current = currentBoundSet(table);
  const former = [...bound].filter(([id]) => !current.some((column) => column.id === id));
  if (former.length === 0 || isDeleted(content)) return content;
  const cells = new Map<number, Cell>(content.cells);
  for (const [id, value] of former) cells.set(id, { ...value, stamp: content.lifeStamp });
  return { ...content, cells };
}

function isAfterRetirement({ retiredAt }: DataKey, content: RowContent): boolean {
  return retiredAt !== null && compareBytes(latestStamp(content), retiredAt) > 0;
}

function newerBoundSet(): never {
  throw new RowsealError(
    'UNSUPPORTED_VERSION',
    'This row binds a set of columns that this version of the app does not declare. Keep it and update the app.',
  );
}

function authFailed(): never {
  throw new RowsealError(
    'ROW_AUTH_FAILED',
    'This row is not what was sealed: it was changed, cut, or moved here from another place. Keep it as it is and use the last good copy.',
  );
}

function keyRetired(): never {
  throw new RowsealError(
    'KEY_RETIRED',
    'This row was written after its key was revoked: by whoever the key was taken from, or by an own device that was offline. Keep it; open it with { acceptRetired: true } once the user knows which.',
  );
}
