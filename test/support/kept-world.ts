import { expect } from 'vitest';
import {
  decryptRow,
  keepUnlocked,
  type ResumeOptions,
  type RowsealError,
  resumeVault,
  type Vault,
} from '../../src/index.js';
import { type OpenKeeper, openKeeper } from './open-keeper.js';
import type { OpenStore } from './open-store.js';
import { expectNowhere } from './secret-search.js';
import { createWorld, diary, expectRefused, type Refusal, ROW, type World } from './world.js';

/** A world whose device keeps its vault unlocked. */
export interface KeptWorld {
  readonly world: World;
  readonly keeper: OpenKeeper;
}

export async function createKeptWorld(): Promise<KeptWorld> {
  const world = await createWorld();
  const keeper = openKeeper();
  await keepUnlocked(world.vault, keeper);
  keeper.calls.length = 0;
  return { world, keeper };
}

export interface ResumeRefusal extends Refusal {
  /** Another device at the same server; the world's own unless told. */
  readonly device?: OpenStore;
  /** Refused before the keeper is asked, so without a fingerprint. */
  readonly unasked?: boolean;
  readonly options?: ResumeOptions;
}

/**
 * Resumes and expects a refusal as {@link expectRefused} does: no Argon2id, nothing changed, nothing
 * told. What is kept must be what it was, and each buffer that held it zeroed.
 */
export async function expectResumeRefused(
  { world, keeper }: KeptWorld,
  { device = world.store, unasked = false, options, ...refusal }: ResumeRefusal,
): Promise<RowsealError> {
  const kept = keeper.kept && Uint8Array.from(keeper.kept);
  const { pin } = device;
  keeper.calls.length = 0;
  const resume = () => resumeVault(device, keeper, options);
  const error = await expectRefused(world, resume, { structural: true, ...refusal });
  if (kept) expectNowhere({ 'kept vault key': kept.subarray(49) }, error);
  expect(textOf(keeper.kept)).toBe(textOf(kept));
  expect(device.pin).toBe(pin);
  expect(keeper.calls).toEqual(unasked ? [] : ['recall']);
  for (const buffer of keeper.buffers.splice(0)) {
    expect(buffer.every((byte) => byte === 0)).toBe(true);
  }
  return error;
}

/** The device opens the vault without a password, and the world's row in it. */
export async function expectResumes(
  { world, keeper }: KeptWorld,
  device = world.store,
): Promise<Vault> {
  const runs = world.kdf.runs;
  const vault = await resumeVault(device, keeper);
  expect(vault).not.toBeNull();
  expect(decryptRow(vault as Vault, diary, world.sealed, { acceptRetired: true })).toEqual(ROW);
  expect(world.kdf.runs).toBe(runs);
  return vault as Vault;
}

function textOf(kept: Uint8Array | null): string | null {
  return kept && Buffer.from(kept).toString('hex');
}
