/** Under which key this device seals from now on, and what waits for upload under another one. */
import { RowsealError } from '../errors.js';
import type { Vault } from '../keys/vault.js';
import type { MirrorRun } from './mirror-run.js';
import { withNotedKeys } from './noted-keys.js';

const OUTDATED =
  'This vault is older than the one with which this device sealed last: open the newest, and call unlock with it.';

const PROBLEM = Object.freeze({ code: 'HEADER_ROLLBACK' as const, message: OUTDATED });

/**
 * Lets the store queue what waits under another key; returns the vault with every key under which
 * this device may have sealed before.
 *
 * Throws `LOCKED` for a vault that lacks the key used last and does not follow from the one that had
 * it: whoever holds an old one must not lead this device back to it.
 */
export async function sealUnder(run: MirrorRun, vault: Vault): Promise<Vault> {
  const { status, store } = run;
  const { recalling, sealing } = withNotedKeys(vault, await store.notedHeaders());
  if ((await store.sealUnder(sealing)) !== 'outdated') {
    if (status.current.header === PROBLEM) status.set({ header: null });
    return recalling;
  }
  status.set({ header: PROBLEM });
  throw new RowsealError('LOCKED', OUTDATED);
}
