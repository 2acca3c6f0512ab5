/** What the user's other device does at the worst moment, through a store of its own. */
import {
  addSecret,
  byRecoveryKey,
  bySecret,
  changePassword,
  createVault,
  rotateDataKey,
  type Vault,
  type VaultOpener,
  type VaultStore,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { openWithAny } from './nothing-lost.js';
import { quick, sealRow, type User } from './users.js';

const PASSWORD_ELSEWHERE = 'chosen on the other device';
const SECRET_ELSEWHERE = Uint8Array.from({ length: 32 }, (_, i) => 201 + i);

/** Makes the change, seals a row with the result, and gives the user what the change brought. */
export async function changeElsewhere({ device, has, rows }: User, fault: string): Promise<void> {
  const other = device.otherDevice();
  if (device.header === null) {
    const { vault, recoveryKey } = await createVault(other, quick());
    has.push(byRecoveryKey(recoveryKey));
    rows.push(sealRow(vault));
    return;
  }
  const { vault, current } = await openWithAny(other, has);
  rows.push(sealRow(await change(fault, other, vault, current)));
  // The user thinks first of what was chosen last.
  if (fault === 'password changed elsewhere') has.unshift(quick(PASSWORD_ELSEWHERE));
  if (fault === 'secret added elsewhere') has.push(bySecret(SECRET_ELSEWHERE));
}

async function change(
  fault: string,
  store: VaultStore,
  vault: Vault,
  current: VaultOpener,
): Promise<Vault> {
  if (fault === 'rotated elsewhere') return rotateDataKey(store, vault);
  if (fault === 'secret added elsewhere') return addSecret(store, vault, SECRET_ELSEWHERE);
  return changePassword(store, vault, { current, next: PASSWORD_ELSEWHERE, kdf: fastKdf() });
}
