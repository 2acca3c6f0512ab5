import { isDeepStrictEqual } from 'node:util';
import type { DBCoreTable, Table } from 'dexie';
import { decryptWithNacl, encryptWithNacl } from 'dexie-encrypted/dist/encryptionMethods.js';
import { decryptEntity, encryptEntity } from 'dexie-encrypted/dist/installHooks.js';
import type { Row } from '../rows.js';
import { loadedVersion, type Peer } from './peer.js';

/** What it writes to IndexedDB: the key column, and the whole row encrypted beside it. */
type StoredEntity = Partial<Row> & { readonly __encryptedData?: Uint8Array };

/** The functions that its Dexie middleware calls for each row, without IndexedDB around them. */
export function dexieEncrypted(): Peer<Row, StoredEntity, Row | undefined> {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const table = { schema: { primaryKey: { keyPath: 'id' }, indexes: [] } };
  const dbTable = table as unknown as DBCoreTable;
  const rule = 'NON_INDEXED_FIELDS';
  return {
    name: 'dexie-encrypted',
    version: loadedVersion('dexie-encrypted', 'dexie-encrypted/dist/installHooks.js'),
    protects: 'XSalsa20-Poly1305; the id is encrypted too, but never compared; no padding',
    storedUnit: 'bytes',
    prepare: (rows) => rows,
    encrypt: (row) => encryptEntity<Table<Row>>(dbTable, row, rule, key, encryptWithNacl),
    decrypt: (stored) => decryptEntity<Table<Row>>(stored as Row, rule, key, decryptWithNacl),
    matches: (row, opened, { __encryptedData }) =>
      __encryptedData !== undefined && isDeepStrictEqual(row, opened),
    storedBytes: ({ __encryptedData }) => __encryptedData?.length ?? 0,
  };
}
