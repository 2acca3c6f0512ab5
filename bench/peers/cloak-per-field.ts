import { decryptStringSync, encryptStringSync, generateKey, parseKeySync } from '@47ng/cloak';
import { type Columns, columnsOf, sameColumns } from '../rows.js';
import { type Fields, fieldsLength, mapFromFields, mapToFields } from './json-columns.js';
import { loadedVersion, type Peer } from './peer.js';

/** A message for each column, as field-level encryption of an ORM writes it. */
export function cloakPerField(): Peer<Columns, Fields, Columns> {
  const key = parseKeySync(generateKey());
  return {
    name: '@47ng/cloak per field',
    version: loadedVersion('@47ng/cloak'),
    protects: 'AES-GCM; cells can be swapped; shows which columns are set, and lengths',
    storedUnit: 'characters',
    prepare: (rows) => rows.map(columnsOf),
    encrypt: (columns) => mapToFields(columns, (text) => encryptStringSync(text, key)),
    decrypt: (fields) => mapFromFields(fields, (text) => decryptStringSync(text, key)),
    matches: sameColumns,
    storedBytes: fieldsLength,
  };
}
