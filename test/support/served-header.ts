import { expect } from 'vitest';
import { byPassword, byRecoveryKey, openVault, type VaultOpener } from '../../src/index.js';
import type { OpenStore } from './open-store.js';
import { expectRefused, PASSWORD, type Refusal, type World } from './world.js';

/** Which of the user's secrets an attack meets. */
export type Opening = 'password' | 'recovery key';

export const OPENINGS: readonly Opening[] = ['password', 'recovery key'];

/** What must happen where a header is served, by device. */
export interface ServedRefusal {
  /** On a device that has never seen the vault. */
  readonly fresh: Refusal['codes'];
  /** On the device that created it; as on a fresh one unless told. */
  readonly pinned?: Refusal['codes'];
  /** No Argon2id may run (invariant I5). */
  readonly structural?: boolean;
  readonly openings?: readonly Opening[];
}

/**
 * Serves a header to a fresh device and to the one that knows the vault: each of the user's
 * secrets must be refused on both, and neither may write or remember anything.
 */
export async function expectHeaderRefused(
  world: World,
  header: string | null,
  { fresh, pinned = fresh, structural = false, openings = OPENINGS }: ServedRefusal,
): Promise<void> {
  for (const opening of openings) {
    await serve(world, header, world.store, opening, { codes: pinned, structural });
    const device = world.store.otherDevice();
    await serve(world, header, device, opening, { codes: fresh, structural });
    expect(device.pin, 'pin of the fresh device').toBeNull();
    expect(device.writes).toEqual([]);
  }
}

async function serve(
  world: World,
  header: string | null,
  device: OpenStore,
  opening: Opening,
  refusal: Refusal,
): Promise<void> {
  world.store.header = header;
  try {
    await expectRefused(world, () => openVault(device, openerOf(world, opening)), refusal);
  } finally {
    world.store.header = world.header;
  }
}

export function openerOf({ kdf, recoveryKey }: World, opening: Opening): VaultOpener {
  return opening === 'password' ? byPassword(PASSWORD, { kdf }) : byRecoveryKey(recoveryKey);
}
