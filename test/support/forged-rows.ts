/**
 * Rows that only someone with the data key could make, by hand and through `src`'s insides: what
 * stands under a valid tag must be checked all the same.
 */

import { decodeBase64url, encodeBase64url } from '../../src/bytes/base64url.js';
import type { SealedRowOf } from '../../src/index.js';
import { revealSecrets, type Vault } from '../../src/keys/vault.js';
import { encodeAssociatedData, type RowPlace } from '../../src/rows/associated-data.js';
import { type Envelope, encodePrefix, formatEnvelope } from '../../src/rows/envelope.js';
import type { AnyRow } from '../../src/rows/row-values.js';
import { openSealedRow } from '../../src/rows/seal-row.js';
import type { Table } from '../../src/rows/table.js';

interface SealedPlace {
  readonly envelope: Envelope;
  readonly rowKey: Uint8Array;
  readonly place: RowPlace;
}

function placeOf(vault: Vault, table: Table, sealed: object): SealedPlace {
  const { envelope, rowId, bound, key } = openSealedRow(vault, table, sealed as AnyRow, {});
  const { vaultId } = revealSecrets(vault).header;
  const place = { vaultId, tableId: table.layout.tableId, rowId, bound: bound.values };
  return { envelope, rowKey: key.rowKey, place };
}

/** The decrypted payload of a genuine row, padding included. */
export function payloadOf<T extends Table>(
  vault: Vault,
  table: T,
  sealed: SealedRowOf<T>,
): Uint8Array {
  const { envelope, rowKey, place } = placeOf(vault, table, sealed);
  const { prefix, nonce, ciphertext } = envelope;
  const { aead } = revealSecrets(vault).opening;
  const payload = aead.open(rowKey, nonce, ciphertext, encodeAssociatedData(prefix, place));
  if (!payload) throw new Error('Only a genuine row has a payload to look at.');
  return payload;
}

/** A genuine row with other payload bytes in it, under a valid tag. */
export function withPayload<T extends Table>(
  vault: Vault,
  table: T,
  sealed: SealedRowOf<T>,
  payload: Uint8Array,
): SealedRowOf<T> {
  const { envelope, rowKey, place } = placeOf(vault, table, sealed);
  const nonce = crypto.getRandomValues(new Uint8Array(24));
  const prefix = encodePrefix(envelope.keyId, nonce, envelope.boundSet);
  const { aead } = revealSecrets(vault).opening;
  const ciphertext = aead.seal(rowKey, nonce, payload, encodeAssociatedData(prefix, place));
  return { ...sealed, payload: formatEnvelope(prefix, ciphertext, table.payload) };
}

/** What is authenticated beside a payload in this place, with another prefix. */
export function associatedDataOf<T extends Table>(
  vault: Vault,
  table: T,
  sealed: SealedRowOf<T>,
  prefix: Uint8Array,
): Uint8Array {
  return encodeAssociatedData(prefix, placeOf(vault, table, sealed).place);
}

/** The id under which a column stands in payloads. */
export function columnId(table: Table, name: string): number {
  const column = table.layout.columns.find((each) => each.name === name);
  if (!column) throw new Error(`No column '${name}'.`);
  return column.id;
}

/** The bytes of a payload column, and back. */
export function envelopeBytes({ payload }: { readonly payload: string }): Uint8Array {
  const bytes = decodeBase64url(payload);
  if (!bytes) throw new Error('Only genuine payload text has bytes.');
  return bytes;
}

export function withEnvelope<Sealed extends { readonly payload: string }>(
  sealed: Sealed,
  envelope: Uint8Array,
): Sealed {
  return { ...sealed, payload: encodeBase64url(envelope) };
}
