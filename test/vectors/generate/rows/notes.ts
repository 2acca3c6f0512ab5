/** The table and the row that most vectors of rows are about, and how a row is sealed for them. */
import {
  type Bytes as ByteList,
  cell,
  group,
  type PayloadParts,
  payloadBytes,
  stamp,
} from '../../../support/payload-bytes.js';
import { type Bytes, base64url, fromHex, hex, named, utf8 } from '../bytes.js';
import { columnIdOf } from '../operations/derivations.js';
import { type BoundValue, keyIdOf, prefixOf, rowAssociatedData, sealEnvelope } from '../places.js';
import type { Fields, Json } from '../vector-file.js';
import { DEK, VAULT_ID } from '../worlds.js';

export const TIME = 1_767_323_045_678;
export const AT = stamp(TIME);
export const AT_HEX = hex(AT);

export const column = (
  name: string,
  type: string,
  kind: string,
  presence = 'required',
  more: Fields = {},
): Fields => ({ name, type, kind, presence, ...more });

const body = column('body', 'text', 'encrypted');
const stars = column('stars', 'integer', 'encrypted', 'optional');
const folder = column('folder', 'text', 'mirrored');
const owner = column('owner', 'text', 'bound');
export const COLUMNS = { body, stars, folder, owner };

export const tableOf = (
  columns: readonly Fields[],
  boundSets: readonly (readonly string[])[] = [['owner']],
  payload = 'text',
): Fields => ({ name: 'notes', payload, columns, boundSets });
export const NOTES = tableOf([body, stars, folder, owner]);

/** Ids as the numbers that `payload-bytes` takes. */
export const idOf = (name: string, type = 'text'): number =>
  Number.parseInt(columnIdOf(type, name), 16);
export const textCell = (name: string, value: string): ByteList =>
  cell({ id: idOf(name), tag: 2, value: [...utf8(value)] });
export const byId = (cells: readonly ByteList[]): ByteList[] =>
  [...cells].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

export const CELLS = [
  textCell('body', 'hello'),
  cell({ id: idOf('stars', 'integer'), tag: 3, value: [5] }),
  textCell('folder', 'inbox'),
];
/** The payload of a row that was just inserted. */
export const inserted = (cells: readonly ByteList[] = CELLS, more: Partial<PayloadParts> = {}) =>
  payloadBytes({ groups: [group(AT, byId(cells))], padding: Array(16).fill(0), ...more });

export const boundText = (name: string, value: string): BoundValue => ({
  id: fromHex(columnIdOf('text', name)),
  tag: 2,
  value: utf8(value),
});
export const ADA = boundText('owner', 'ada');

/** How a row of a vector is sealed; what is not told is as in the row of the document. */
export interface Sealing {
  readonly dek?: Bytes;
  readonly vaultId?: Bytes;
  readonly tableId?: string;
  readonly rowId?: string;
  readonly boundSet?: number;
  readonly bound?: readonly BoundValue[];
  readonly payload?: Bytes;
  readonly nonce?: Bytes;
}

function settled(sealing: Sealing) {
  const { dek = DEK, vaultId = VAULT_ID, tableId = 'notes', rowId = 'n1' } = sealing;
  const { boundSet = 0, bound = [ADA], payload = inserted(), nonce = named('nonce', 24) } = sealing;
  return { parts: { dek, nonce, boundSet, payload }, place: { vaultId, tableId, rowId, bound } };
}

export function envelope(sealing: Sealing = {}): Bytes {
  const { parts, place } = settled(sealing);
  return sealEnvelope(parts, place);
}

export const envelopeText = (sealing: Sealing = {}): string => base64url(envelope(sealing));

export const served = (payload: Json | undefined, change: Fields = {}): Fields => ({
  id: 'n1',
  folder: 'inbox',
  owner: 'ada',
  ...change,
  payload,
});

/** What opening gives beyond the row itself, for whoever looks for a mistake. */
export function insides(sealing: Sealing): Fields {
  const { parts, place } = settled(sealing);
  const keyId = keyIdOf(parts.dek, place.vaultId);
  const prefix = prefixOf(keyId, parts.nonce, parts.boundSet);
  return {
    keyId: hex(keyId),
    payloadId: hex(parts.nonce),
    boundSet: parts.boundSet,
    associatedData: hex(rowAssociatedData(prefix, place)),
    payload: hex(parts.payload),
  };
}
