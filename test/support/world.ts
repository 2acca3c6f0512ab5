import { inspect } from 'node:util';
import { expect } from 'vitest';
import {
  byPassword,
  byRecoveryKey,
  cleartext,
  createVault,
  decryptRow,
  defineTable,
  encrypted,
  encryptRow,
  openVault,
  type RowOf,
  RowsealError,
  type RowsealErrorCode,
  type SealedRowOf,
  type Vault,
} from '../../src/index.js';
import { type CountingKdf, fastKdf } from './fast-kdf.js';
import { type OpenStore, openStore } from './open-store.js';

export const PASSWORD = 'canary-password Blåbærsyltetøy';
export const CANARY = 'canary-in-a-row 27.50 €';

/** The table that most tests use: one column of each kind. */
export const diary = defineTable('diary', {
  text: encrypted.text(),
  mood: encrypted.integer().optional(),
  folder: cleartext.text(),
  owner: cleartext.text().bound(),
  updated_at: cleartext.text().serverOwned(),
});
export type DiaryRow = RowOf<typeof diary>;
export type SealedDiaryRow = SealedRowOf<typeof diary>;

export const ROW: DiaryRow = { id: 'r1', text: CANARY, mood: 3, folder: 'home', owner: 'ada' };

/** One user, one device, one server, one sealed row: what an attack starts from. */
export interface World {
  readonly kdf: CountingKdf;
  readonly store: OpenStore;
  readonly vault: Vault;
  readonly recoveryKey: string;
  readonly sealed: SealedDiaryRow;
  /** The honest header, to be put back after an attack. */
  readonly header: string;
}

export async function createWorld(): Promise<World> {
  const kdf = fastKdf();
  const store = openStore();
  const { vault, recoveryKey } = await createVault(store, byPassword(PASSWORD, { kdf }));
  const sealed = encryptRow(vault, diary, ROW);
  return { kdf, store, vault, recoveryKey, sealed, header: vault.header };
}

/** What an attack may be refused with, and whether before any password work. */
export interface Refusal {
  readonly codes: readonly RowsealErrorCode[];
  /** No Argon2id may run (invariant I5). */
  readonly structural?: boolean;
}

/**
 * Runs an attack and checks that it was refused, and the invariants after every refusal:
 * I1 a `RowsealError` with one of the codes; I2 and I4 header, pin and open vault unchanged, and
 * honest bytes work again; I3 no canary in message, JSON, cause or stack; I5 no Argon2id.
 */
export async function expectRefused(
  world: World,
  attack: () => unknown,
  { codes, structural = false }: Refusal,
): Promise<RowsealError> {
  const { store, kdf, vault } = world;
  const before = { header: store.header, pin: store.pin, writes: store.writes.length };
  const publicData = JSON.stringify(vault);
  const runs = kdf.runs;

  let refusal: unknown;
  let result: unknown;
  try {
    result = await attack();
  } catch (error) {
    refusal = error;
  }

  expect(result, 'an attack must give nothing').toBeUndefined();
  expect(refusal).toBeInstanceOf(RowsealError);
  const error = refusal as RowsealError;
  expect(codes, error.message).toContain(error.code);
  expectNoSecret(world, error);
  expect({ header: store.header, pin: store.pin, writes: store.writes.length }).toEqual(before);
  expect(JSON.stringify(vault)).toBe(publicData);
  if (structural) expect(kdf.runs, 'Argon2id runs').toBe(runs);
  return error;
}

/** I2, second half: with the honest header back, the device, a fresh one and the row all work. */
export async function expectHonestWorks(world: World): Promise<void> {
  const { store, header, kdf, vault, sealed } = world;
  store.header = header;
  expect(decryptRow(vault, diary, sealed)).toEqual(ROW);
  for (const device of [store, store.otherDevice()]) {
    const opened = await openVault(device, byPassword(PASSWORD, { kdf }));
    expect(decryptRow(opened, diary, sealed)).toEqual(ROW);
  }
}

/** Invariant I3, for anything that might be logged. */
export function expectNoSecret({ recoveryKey }: Pick<World, 'recoveryKey'>, value: unknown): void {
  const shown = [
    inspect(value, { depth: 10, showHidden: true }),
    JSON.stringify(value),
    value instanceof Error ? `${value.message} ${value.stack} ${inspect(value.cause)}` : '',
  ].join(' ');
  const canaries = [PASSWORD, CANARY, recoveryKey, recoveryKey.replaceAll('-', '')];
  for (const canary of canaries) expect(shown).not.toContain(canary);
}

/** Opens the world's vault on a device that has never seen it. */
export function openFresh({ store, kdf }: World): Promise<Vault> {
  return openVault(store.otherDevice(), byPassword(PASSWORD, { kdf }));
}

/** Opens the world's vault on the device that created it. */
export function openPinned({ store, kdf }: World): Promise<Vault> {
  return openVault(store, byPassword(PASSWORD, { kdf }));
}

export function openByRecovery({ store, recoveryKey }: World): Promise<Vault> {
  return openVault(store.otherDevice(), byRecoveryKey(recoveryKey));
}
