/**
 * What the last line of an export proves: that all lines before it are there, unchanged and in the
 * order in which somebody with the vault key wrote them.
 *
 * Every row is authentic by itself; which rows there are, is not.
 */
import { concat } from '../bytes/copies.js';
import { createWriter, writeUint32, writtenBytes } from '../bytes/wire-writer.js';
import { derive, mac } from '../crypto/derive.js';
import type { MacKey } from '../crypto/key-types.js';
import { LABEL } from '../crypto/labels.js';
import { useOnce } from '../crypto/secrets.js';
import { revealSecrets, type Vault } from '../keys/vault.js';

/**
 * HMAC over the hash of all lines before the last and the number of rows. Throws `LOCKED`.
 *
 * @param hash SHA-256 of the bytes of these lines, line feeds included
 */
export function exportMac(vault: Vault, hash: Uint8Array, rows: number): Uint8Array {
  const { vaultKey, header } = revealSecrets(vault);
  const writer = createWriter(8);
  writeUint32(writer, Math.floor(rows / 2 ** 32));
  writeUint32(writer, rows % 2 ** 32);
  const macKey = derive(vaultKey, header.vaultId, LABEL.exportMac) as MacKey;
  return useOnce(macKey, (key) => mac(key, concat(hash, writtenBytes(writer))));
}
