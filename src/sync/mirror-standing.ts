/** Which of a database's mirrors works: one that stands by takes the work up when nobody does it. */

import type { Vault } from '../keys/vault.js';
import type { Standing } from './lease.js';
import type { MirrorRun } from './mirror-run.js';

/** So often, two seconds apart, the mirror that works may be looked at and have shown nothing. */
const SILENT_LOOKS = 2;

/** What this mirror is from now on. */
export async function takeUpWhatIsLeft(run: MirrorRun, { vaultId }: Vault): Promise<Standing> {
  const { store, declarations, heard } = run;
  const { standing, isFree } = await store.lease(true);
  const isLeft = isFree || heard.looks >= SILENT_LOOKS;
  if (standing !== 'standby' || !isLeft) return standing;
  return store.takeOver({ vaultId, declarations, silentSince: heard.beat });
}

/** Notes one more look at the mirror that works. */
export function hear(run: MirrorRun, beat: number): void {
  const { heard } = run;
  run.heard = { beat, looks: heard.beat === beat ? heard.looks + 1 : 0 };
}
