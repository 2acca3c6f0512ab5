/** What a store shows, held against the header that this device has verified itself. */
import { RowsealError } from '../errors.js';
import { isAuthentic } from './header-seal.js';
import { heldVaultKey } from './held-keys.js';
import { assertSameVault, forked } from './pin-check.js';
import { follows } from './store-access.js';
import type { VaultSecrets } from './vault.js';
import { PREDECESSOR_LIMIT, parseHeader, type VaultHeader } from './vault-header.js';

/** A stored header, beside this device's own. */
export interface FoundHeader {
  readonly found: 'same' | 'newer' | 'older' | 'other-line' | 'none' | 'damaged';
  /** `null` where there is none, or none that can be read. */
  readonly stored: VaultHeader | null;
}

/**
 * Throws `VAULT_MISMATCH`, `UNSUPPORTED_VERSION` for what only a later version can judge, and
 * `HEADER_CONFLICT` where the user must decide.
 */
export function foundHeader(secrets: VaultSecrets, text: string | null): FoundHeader {
  if (text === null) return { found: 'none', stored: null };
  if (text === secrets.header.text) return { found: 'same', stored: secrets.header };
  const stored = readable(text);
  if (!stored) return { found: 'damaged', stored };
  assertSameVault(stored, secrets.header);
  return { found: compare(secrets, stored), stored };
}

/** A later version's header is none of ours to call damaged: it may be newer. */
function readable(text: string): VaultHeader | null {
  try {
    return parseHeader(text);
  } catch (error) {
    if ((error as RowsealError).code === 'UNSUPPORTED_VERSION') throw error;
    return null;
  }
}

function compare(secrets: VaultSecrets, stored: VaultHeader): FoundHeader['found'] {
  const { header } = secrets;
  if (follows(header, stored)) return 'older';
  const key = heldVaultKey(secrets, stored);
  if (key && !isAuthentic(stored, key)) return 'damaged';
  const distance = stored.epoch - header.epoch;
  // Under a key that was given up, no header follows from this one, however far it went.
  if (!key || key === secrets.vaultKey) {
    if (follows(stored, header) || distance > PREDECESSOR_LIMIT) return 'newer';
    if (distance >= 0) forked();
  }
  if (!key) strange();
  // So far back, nobody can tell lines apart, and keys dropped since must not come back.
  return -distance > PREDECESSOR_LIMIT ? 'older' : 'other-line';
}

function strange(): never {
  throw new RowsealError(
    'HEADER_CONFLICT',
    'The store shows an older header of another line, and no key of this vault opens it. If one of your devices wrote it, decide there which line to keep. If none did, remove it on the server, then call restoreHeader again.',
  );
}
