/** The promise: some secret of the user opens some header, and every sealed row opens. */
import { expect } from 'vitest';
import {
  decryptRow,
  type OpenOptions,
  openVault,
  RowsealError,
  type RowsealErrorCode,
  type Vault,
  type VaultOpener,
  type VaultStore,
} from '../../src/index.js';
import { diary } from '../support/world.js';
import { rowOf, type TrackedRow, type User } from './users.js';

export interface Opened {
  readonly vault: Vault;
  /** The secret that opened it. */
  readonly current: VaultOpener;
}

/** Opens with whichever secret of the user's does. */
export async function openWithAny(
  store: VaultStore,
  has: readonly VaultOpener[],
  options: OpenOptions = {},
): Promise<Opened> {
  for (const current of has) {
    const { vault, error } = await attempt(openVault(store, current, options));
    if (vault) return { vault, current };
    if (error?.code !== 'UNLOCK_FAILED') throw error;
  }
  throw new Error('No secret that the user has opens this header.');
}

/** Why this device does not open the stored header, or `null` when it does. */
export async function refusalHere({ device, has }: User): Promise<RowsealErrorCode | null> {
  const { error } = await attempt(openWithAny(device, has));
  return error?.code ?? null;
}

/**
 * Opens the stored header on a device that has never seen the vault, and the remembered one on
 * this device; rows that are not `onlyHere` must open on the former, all of them somewhere.
 */
export async function expectNothingLost(user: User): Promise<void> {
  const { device, has, rows } = user;
  const vaults: Vault[] = [];
  if (device.header !== null) {
    const { vault } = await openWithAny(device.otherDevice(), has);
    for (const row of rows) if (!row.onlyHere) expectOpens(vault, row);
    vaults.push(vault);
  } else {
    expect(
      rows.filter(({ onlyHere }) => !onlyHere),
      'rows without a stored header',
    ).toEqual([]);
  }
  if (device.pin !== null) {
    vaults.push((await openWithAny(device, has, { offline: true })).vault);
  }
  for (const row of rows) {
    const vault = vaults.find(({ keys }) => keys.some(({ id }) => id === keyIdOf(row)));
    expect(vault, 'a header that holds the key of a sealed row').toBeDefined();
    if (vault) expectOpens(vault, row);
  }
}

export function expectOpens(vault: Vault, row: TrackedRow): void {
  const plain = decryptRow(vault, diary, row.sealed, { acceptRetired: row.late });
  expect(plain).toEqual(rowOf(row));
}

/** Bytes 1 to 32 of the envelope, as the vault writes key ids. */
function keyIdOf({ sealed }: TrackedRow): string {
  return Buffer.from(sealed.payload, 'base64url').subarray(1, 33).toString('base64url');
}

type Attempt<T> = { vault: T; error?: never } | { vault?: never; error: RowsealError };

async function attempt<T>(promise: Promise<T>): Promise<Attempt<T>> {
  try {
    return { vault: await promise };
  } catch (error) {
    if (error instanceof RowsealError) return { error };
    throw error;
  }
}
