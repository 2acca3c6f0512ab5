import { CompactEncrypt, compactDecrypt } from 'jose';
import { type Columns, columnsOf, sameColumns } from '../rows.js';
import { columnsFromJson, columnsToJson } from './json-columns.js';
import { loadedVersion, type Peer } from './peer.js';

/** Direct encryption with a CryptoKey: jose imports raw key bytes anew for every message. */
export async function jose(): Promise<Peer<Columns, string, Columns>> {
  const algorithm = { name: 'AES-GCM', length: 256 };
  const key = await crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
  const header = { alg: 'dir', enc: 'A256GCM' };
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return {
    name: 'jose',
    version: loadedVersion('jose'),
    protects: 'AES-GCM; binds its own header only; no padding',
    awaited: true,
    storedUnit: 'characters',
    prepare: (rows) => rows.map(columnsOf),
    encrypt: (columns) =>
      new CompactEncrypt(encoder.encode(columnsToJson(columns)))
        .setProtectedHeader(header)
        .encrypt(key),
    async decrypt(text) {
      const { plaintext } = await compactDecrypt(text, key);
      return columnsFromJson(decoder.decode(plaintext));
    },
    matches: sameColumns,
    storedBytes: (text) => text.length,
  };
}
