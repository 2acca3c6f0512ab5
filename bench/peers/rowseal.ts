import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import {
  type AeadBackend,
  bySecret,
  createVault,
  decryptRow,
  encryptRow,
  memoryStore,
  type SealedRowOf,
  type Vault,
} from '../../dist/index.js';
import { type Row, transactions } from '../rows.js';
import type { Peer } from './peer.js';

export type SealedRow = SealedRowOf<typeof transactions>;

/** Rowseal itself, in the shape of its peers. */
export async function rowseal(
  aead: AeadBackend,
  name = 'rowseal',
  table = transactions,
): Promise<Peer<Row, SealedRow, Row>> {
  const vault = await benchVault(aead);
  return {
    name,
    version: JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
      .version,
    protects: 'XChaCha20-Poly1305; bound to vault, table, row and key id; merges; padded',
    storedUnit: 'characters',
    prepare: (rows) => rows,
    encrypt: (row) => encryptRow(vault, table, row),
    decrypt: (sealed) => decryptRow(vault, table, sealed),
    matches: (row, opened) => isDeepStrictEqual(row, opened),
    storedBytes: ({ payload }) => payload.length,
  };
}

export async function benchVault(aead: AeadBackend): Promise<Vault> {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  return (await createVault(memoryStore(), bySecret(secret), { aead })).vault;
}
