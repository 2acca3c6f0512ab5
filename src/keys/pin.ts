/**
 * The pin: what a device remembers of a vault between openings, so that a server can't lead it
 * back to an older header.
 *
 * | bytes | field |
 * | --- | --- |
 * | 1 | format byte 0x04 |
 * | … | the last header this device opened |
 *
 * As base64url text. Vault id, vault-key id, epoch and hash all follow from the header, and the
 * header itself opens the vault when the server can't be reached or has lost it.
 */
import { decodeBase64url, encodeBase64url } from '../bytes/base64url.js';
import { concat } from '../bytes/copies.js';
import { FORMAT_BYTE } from '../bytes/format-bytes.js';
import { RowsealError } from '../errors.js';
import { parseHeaderBytes, type VaultHeader } from './vault-header.js';

export function formatPin(header: VaultHeader): string {
  return encodeBase64url(concat(Uint8Array.of(FORMAT_BYTE.pin), header.bytes));
}

/**
 * The header that a pin remembers. Throws `STORE_FAILED` when the pin is damaged,
 * `UNSUPPORTED_VERSION`.
 */
export function parsePin(text: string): VaultHeader {
  const bytes = typeof text === 'string' ? decodeBase64url(text) : null;
  if (bytes?.[0] !== FORMAT_BYTE.pin) damaged();
  try {
    return parseHeaderBytes(bytes.slice(1));
  } catch (error) {
    if (error instanceof RowsealError && error.code === 'UNSUPPORTED_VERSION') throw error;
    return damaged();
  }
}

function damaged(): never {
  throw new RowsealError(
    'STORE_FAILED',
    'The pin of this vault is damaged. Restore it from a backup; delete it only if any header that the server shows will do.',
  );
}
