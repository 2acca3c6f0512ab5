/** Under which key this device seals from now on, and what waits for upload under another one. */
import { decodeBase64url, encodeBase64url } from '../bytes/base64url.js';
import { FORMAT_BYTE } from '../bytes/format-bytes.js';
import { RowsealError } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import type { MirrorRun } from './mirror-run.js';

const OUTDATED =
  'This vault is older than the one with which this device sealed last: open the newest, and call unlock with it.';

const PROBLEM = Object.freeze({ code: 'HEADER_ROLLBACK' as const, message: OUTDATED });

/**
 * Lets the store queue what waits under another key. Throws `LOCKED` for a vault that lacks the key
 * used last: whoever holds an old one must not lead this device back to it.
 */
export async function sealUnder(run: MirrorRun, vault: Vault): Promise<void> {
  const { status, store } = run;
  if ((await store.sealUnder(keyPrefixes(vault))) !== 'outdated') {
    if (status.current.header === PROBLEM) status.set({ header: null });
    return;
  }
  run.turnVault = vault;
  status.set({ header: PROBLEM });
  throw new RowsealError('LOCKED', OUTDATED);
}

/** How payloads begin under each key, the primary's first: format byte and key id, 44 characters. */
function keyPrefixes({ keys }: Vault): readonly string[] {
  return keys.map(({ id }) => {
    const keyId = decodeBase64url(id) as Uint8Array;
    return encodeBase64url(Uint8Array.of(FORMAT_BYTE.envelope, ...keyId));
  });
}
