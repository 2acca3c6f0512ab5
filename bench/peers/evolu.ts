import './evolu-platform.js';
import { createIdFromString, createRandomBytes, EncryptionKey, Millis } from '@evolu/common';
import {
  type CrdtMessage,
  createTimestamp,
  decryptAndDecodeDbChange,
  type EncryptedCrdtMessage,
  encodeAndEncryptDbChange,
} from '@evolu/common/local-first';
import { type Columns, type Row, sameColumns } from '../rows.js';
import { loadedVersion, type Peer } from './peer.js';

type Values = CrdtMessage['change']['values'];

/** A row with what Evolu has drawn for it before it encrypts. */
interface Change extends Pick<CrdtMessage, 'timestamp'> {
  readonly id: CrdtMessage['change']['id'];
  readonly row: Row;
}

/** The functions between a mutation and what Evolu's relay stores, without the database. */
export function evolu(): Peer<Change, EncryptedCrdtMessage, Columns> {
  const key = EncryptionKey.orThrow(crypto.getRandomValues(new Uint8Array(32)));
  const encryptChange = encodeAndEncryptDbChange({ randomBytes: createRandomBytes() });
  return {
    name: '@evolu/common',
    version: loadedVersion('@evolu/common'),
    protects: 'XChaCha20-Poly1305; table, id and time inside the ciphertext; Padmé, no floor',
    storedUnit: 'bytes',
    prepare: (rows) => rows.map(toChange),
    encrypt({ id, row, timestamp }) {
      const values = toValues(row);
      const change = { table: 'transactions', id, values, isInsert: true, isDelete: null };
      return { timestamp, change: encryptChange({ timestamp, change }, key) };
    },
    decrypt(message) {
      const decoded = decryptAndDecodeDbChange(message, key);
      if (!decoded.ok) throw new Error(`Evolu: ${decoded.error.type}`);
      return fromValues(decoded.value.values);
    },
    matches: sameColumns,
    storedBytes: ({ change }) => change.length,
  };
}

function toChange(row: Row): Change {
  const millis = Millis.orThrow(row.created_at.getTime());
  return { id: createIdFromString(row.id), timestamp: createTimestamp({ millis }), row };
}

/** As Evolu's types for SQLite store them: dates as ISO text, booleans as 0 and 1. */
function toValues({ id: _, created_at, cleared, ...columns }: Row): Values {
  const values = { ...columns, created_at: created_at.toISOString(), cleared: cleared ? 1 : 0 };
  return values as unknown as Values;
}

function fromValues(values: Values): Columns {
  const { created_at, cleared, ...columns } = values as Record<string, unknown>;
  return {
    ...columns,
    created_at: new Date(created_at as string),
    cleared: cleared === 1,
  } as Columns;
}
