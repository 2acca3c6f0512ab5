/** What the user's other device or another tab does at the worst moment. */
import {
  addSecret,
  adoptHeader,
  byRecoveryKey,
  bySecret,
  changePassword,
  createVault,
  type RowsealError,
  rotateDataKey,
  type Vault,
  type VaultOpener,
  type VaultStore,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { type Opened, openWithAny } from './nothing-lost.js';
import { quick, sealRow, type User } from './users.js';

const PASSWORD_ELSEWHERE = 'chosen on the other device';
const SECRET_ELSEWHERE = Uint8Array.from({ length: 32 }, (_, i) => 201 + i);

/** Makes the change, seals a row with the result, and gives the user what the change brought. */
export async function changeElsewhere(user: User, fault: string): Promise<Vault> {
  const { device, has, rows } = user;
  // Another tab shares the pin; another device has its own.
  const other = fault === 'rotated in another tab' ? device : device.otherDevice();
  const vault = device.header === null ? await create(other, has) : await change(fault, other, has);
  rows.push(sealRow(vault));
  // The user thinks first of what was chosen last.
  if (fault === 'password changed elsewhere') has.unshift(quick(PASSWORD_ELSEWHERE));
  if (fault === 'secret added elsewhere') has.push(bySecret(SECRET_ELSEWHERE));
  return vault;
}

async function create(store: VaultStore, has: VaultOpener[]): Promise<Vault> {
  const { vault, recoveryKey } = await createVault(store, quick());
  has.push(byRecoveryKey(recoveryKey));
  return vault;
}

async function change(
  fault: string,
  store: VaultStore,
  has: readonly VaultOpener[],
): Promise<Vault> {
  const { vault, current } = await openOrAdopt(store, has);
  if (fault === 'secret added elsewhere') return addSecret(store, vault, SECRET_ELSEWHERE);
  if (fault !== 'password changed elsewhere') return rotateDataKey(store, vault);
  return changePassword(store, vault, { current, next: PASSWORD_ELSEWHERE, kdf: fastKdf() });
}

/** The tab of a device whose header lost a fork takes the stored one first. */
async function openOrAdopt(store: VaultStore, has: readonly VaultOpener[]): Promise<Opened> {
  try {
    return await openWithAny(store, has);
  } catch (error) {
    if ((error as RowsealError).code !== 'HEADER_CONFLICT') throw error;
    const current = has[0] as VaultOpener;
    return { vault: (await adoptHeader(store, current)).vault, current };
  }
}
