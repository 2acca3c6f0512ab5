import { CompactEncrypt, compactDecrypt } from 'jose';
import { type Columns, columnsOf, sameColumns } from '../rows.js';
import { columnsFromJson, columnsToJson } from './json-columns.js';
import { loadedVersion, type Peer } from './peer.js';

type JosePeer = Peer<Columns, string, Columns>;

/** Direct encryption with a secret of 32 bytes, as its documentation shows it. */
export function jose(): JosePeer {
  return direct('jose', crypto.getRandomValues(new Uint8Array(32)));
}

/** The same with a key imported once: jose imports bytes anew for every message. */
export async function joseImportedKey(): Promise<JosePeer> {
  const algorithm = { name: 'AES-GCM', length: 256 };
  const key = await crypto.subtle.generateKey(algorithm, false, ['encrypt', 'decrypt']);
  return direct('jose, imported key', key);
}

function direct(name: string, key: Uint8Array | CryptoKey): JosePeer {
  const header = { alg: 'dir', enc: 'A256GCM' };
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return {
    name,
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
