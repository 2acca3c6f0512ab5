import type { AeadBackend } from '../crypto/aead.js';
import { nobleAead } from '../crypto/noble-aead.js';
import { openWith } from './open-vault.js';
import type { OpenProgress, VaultOpener } from './opener.js';
import { inNewOpening } from './opening.js';
import { parsePin } from './pin.js';
import { assertContinues, assertNotOlder } from './pin-check.js';
import { makeVault, type Vault } from './vault.js';
import { parseHeader } from './vault-header.js';

export interface HeaderTextOptions extends OpenProgress {
  readonly aead?: AeadBackend | undefined;
  /** What a device remembers of the vault; the header must be that one or follow it. */
  readonly pin?: string | undefined;
}

/**
 * Opens the vault of a header that is at hand, by all checks of section 8 of `docs/format.md`, with
 * no store and nothing remembered.
 *
 * Throws what parsing throws, `STORE_FAILED` for a damaged pin, `VAULT_MISMATCH`,
 * `HEADER_ROLLBACK`; then `UNLOCK_FAILED`, `HEADER_TAMPERED`, `HEADER_CONFLICT`.
 */
export async function openHeaderText(
  text: string,
  opener: VaultOpener,
  { aead = nobleAead, pin, ...progress }: HeaderTextOptions,
): Promise<Vault> {
  const known = pin === undefined ? null : parsePin(pin);
  const header = parseHeader(text);
  assertNotOlder(header, known);
  return inNewOpening(aead, async (opening) => {
    const secrets = await openWith(header, opener, opening, progress);
    assertContinues(header, secrets, known);
    return makeVault(secrets, known ? 'pinned' : 'first-use');
  });
}
