import { toHex } from './bytes.js';
import type { Entry } from './export-file.js';
import type { Extension } from './extensions.js';
import { fingerprint, type Header, headerHash, recoveryProof } from './header.js';
import type { Keyset } from './keyset.js';
import type { Opened } from './opening.js';
import type { Payload, StampedColumn } from './payload.js';
import { derive } from './primitives.js';
import type { OpenedRow } from './row.js';

// What was read, as test/vectors/README.md writes it.

export const extensionFields = (extensions: readonly Extension[]) =>
  extensions.map(({ id, bytes }) => ({ id, bytes: toHex(bytes) }));

export const columnFields = (columns: readonly StampedColumn[]) =>
  columns.map(({ id, tag, value, stamp }) => ({
    id: toHex(id),
    tag,
    value: toHex(value),
    stamp: toHex(stamp),
  }));

export const payloadFields = ({ life, lifeStamp, columns }: Payload) => ({
  life,
  lifeStamp: toHex(lifeStamp),
  columns: columnFields(columns),
});

export const keysetFields = ({ dataKeys, earlierVaultKeys }: Keyset, vaultId: Uint8Array) => ({
  keys: dataKeys.map(({ key, id, status, stamp }) => ({
    dek: toHex(key),
    id: toHex(id),
    status,
    ...(stamp && { stamp: toHex(stamp) }),
  })),
  earlierVaultKeys: earlierVaultKeys.map((key) => ({
    key: toHex(key),
    id: toHex(derive('vaultKeyId', key, vaultId)),
  })),
});

const proofFields = (header: Header) => {
  const proof = recoveryProof(header);
  return proof && { recoveryProof: { slotId: toHex(proof.slotId), provedAt: proof.provedAt } };
};

export const vaultFields = ({ header, vaultKey, keyset }: Opened) => ({
  vaultId: toHex(header.vaultId),
  vaultKeyId: toHex(header.vaultKeyId),
  vaultKey: toHex(vaultKey),
  epoch: header.epoch,
  hash: toHex(headerHash(header)),
  fingerprint: fingerprint(header),
  slots: header.slots.map(({ type, id }) => ({ typeByte: type, id: toHex(id) })),
  extensions: extensionFields(header.extensions),
  ...proofFields(header),
  ...keysetFields(keyset, header.vaultId),
});

export const rowFields = (row: OpenedRow, id: unknown) => ({
  row: row.values ? { id, ...Object.fromEntries(row.values) } : null,
  life: row.payload.life,
  lifeStamp: toHex(row.payload.lifeStamp),
  stamps: Object.fromEntries([...row.stamps].map(([name, stamp]) => [name, toHex(stamp)])),
  extensions: extensionFields(row.payload.extensions),
  unknownColumns: columnFields(row.unknownColumns),
  findings: row.findings,
  keyId: toHex(row.envelope.keyId),
  payloadId: toHex(row.envelope.nonce),
  boundSet: row.envelope.boundSet,
  associatedData: toHex(row.associatedData),
  payload: toHex(row.payloadBytes),
});

export const entryFields = (entry: Entry) => {
  if ('code' in entry) return { line: entry.line, expect: entry.code };
  const { line, table, id, values, refusals } = entry;
  const row = values ? { id, ...Object.fromEntries(values) } : null;
  return { line, expect: 'success', table, id, row, refusals };
};
