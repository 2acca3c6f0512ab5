import { decryptString, encryptString } from 'rxdb/plugins/encryption-crypto-js';
import { type Columns, columnsOf, sameColumns } from '../rows.js';
import { type Fields, fieldsLength, mapFromFields, mapToFields } from './json-columns.js';
import { loadedVersion, type Peer } from './peer.js';

const PASSWORD = 'correct horse battery staple';

/** The plug-in's own functions, called for each column as its storage wrapper calls them. */
export function rxdb(): Peer<Columns, Fields, Columns> {
  return {
    name: 'rxdb crypto-js per field',
    version: loadedVersion('rxdb', 'rxdb/plugins/encryption-crypto-js'),
    protects: 'AES-CBC without authentication: changes go unnoticed; shows lengths',
    slow: true,
    storedUnit: 'characters',
    prepare: (rows) => rows.map(columnsOf),
    encrypt: (columns) => mapToFields(columns, (text) => encryptString(text, PASSWORD)),
    decrypt: (fields) => mapFromFields(fields, (text) => decryptString(text, PASSWORD)),
    matches: sameColumns,
    storedBytes: fieldsLength,
  };
}
