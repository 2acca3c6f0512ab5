import { isDeepStrictEqual } from 'node:util';
import { afterEach, expect } from 'vitest';
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
import { parseRecoveryKey } from '../../src/keys/recovery-key.js';
import { revealSecrets } from '../../src/keys/vault.js';
import { type CountingKdf, fastKdf } from './fast-kdf.js';
import { type OpenStore, openStore } from './open-store.js';
import { expectNowhere, keysBehind, type Secrets } from './secret-search.js';

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
  /** The honest header, put back after each test; a test that leaves another one says so here. */
  header: string;
  /** The password that opens the honest header. */
  password: string;
}

export async function createWorld(password = PASSWORD): Promise<World> {
  const kdf = fastKdf();
  const store = openStore();
  const { vault, recoveryKey } = await createVault(store, byPassword(password, { kdf }));
  const sealed = encryptRow(vault, diary, ROW);
  const { header } = vault;
  return { kdf, store, vault, recoveryKey, sealed, header, password };
}

/** What an attack may be refused with, and whether before any password work. */
export interface Refusal {
  readonly codes: readonly RowsealErrorCode[];
  /** No Argon2id may run (invariant I5). */
  readonly structural?: boolean;
  /** The attack is that the server changes its header meanwhile, or says no after a write. */
  readonly serverActs?: boolean;
  /** `RowsealError` of another copy of the package. */
  readonly errorClass?: typeof RowsealError;
}

/** What a refusal must leave as it was, and what it must not tell. */
export interface Before {
  readonly stored: { readonly header: string | null; readonly writes: number };
  readonly pin: string | null;
  readonly publicData: string;
  readonly runs: number;
  readonly keys: Secrets;
  readonly secrets: Secrets;
}

export function beforeAttack(world: World): Before {
  const { store, kdf, vault } = world;
  return {
    stored: storedBy(store),
    pin: store.pin,
    publicData: JSON.stringify(vault),
    runs: kdf.runs,
    keys: keysIn(vault),
    secrets: secretsOf(world),
  };
}

/** Runs an attack and checks that it was refused, as {@link expectRefusal} says. */
export async function expectRefused(
  world: World,
  attack: () => unknown,
  expected: Refusal,
): Promise<RowsealError> {
  const before = beforeAttack(world);
  let refusal: unknown;
  let result: unknown;
  try {
    result = await attack();
  } catch (error) {
    refusal = error;
  }
  expect(result, 'an attack must give nothing').toBeUndefined();
  return expectRefusal(world, before, refusal, expected);
}

/**
 * Checks the invariants of a refusal: I1 a `RowsealError` with one of the codes; I2 and I4
 * header, pin and open vault unchanged, and, after the test, honest bytes work again; I3 no
 * secret in message, JSON, cause or stack; I5 no Argon2id.
 */
export function expectRefusal(
  world: World,
  before: Before,
  refusal: unknown,
  { codes, structural = false, serverActs = false, errorClass = RowsealError }: Refusal,
): RowsealError {
  attacked.add(world);
  const { store, kdf, vault } = world;
  expect(refusal).toBeInstanceOf(errorClass);
  const error = refusal as RowsealError;
  expect(codes, error.message).toContain(error.code);
  expectNowhere(before.secrets, error);
  if (!serverActs) expect(storedBy(store)).toEqual(before.stored);
  expect(store.pin).toBe(before.pin);
  expect(JSON.stringify(vault)).toBe(before.publicData);
  // A vault that is locked was locked by its owner, before the attack or in the middle of it.
  if (error.code !== 'LOCKED') expect(isDeepStrictEqual(keysIn(vault), before.keys)).toBe(true);
  if (structural) expect(kdf.runs, 'Argon2id runs').toBe(before.runs);
  return error;
}

/** Every world in which something was refused, until its test ends. */
const attacked = new Set<World>();

afterEach(async () => {
  const worlds = [...attacked];
  attacked.clear();
  for (const world of worlds) await expectHonestWorks(world);
});

/**
 * I2, second half: with the honest header back, the device, a fresh one and the row all work.
 * After a refusal nobody needs to ask for it.
 */
export async function expectHonestWorks(world: World): Promise<void> {
  const { store, header, vault, sealed } = world;
  store.header = header;
  const vaults = [await openPinned(world), await openFresh(world)];
  if (!isLocked(vault)) vaults.push(vault);
  for (const opened of vaults) {
    // Another device may revoke the key within the millisecond in which the row was sealed.
    expect(decryptRow(opened, diary, sealed, { acceptRetired: true })).toEqual(ROW);
  }
}

/** Everything in a world that nobody may see (invariant I3). */
export function secretsOf({ vault, recoveryKey, password }: World): Secrets {
  return {
    ...keysIn(vault),
    password,
    'password bytes': new TextEncoder().encode(password),
    'first password': PASSWORD,
    'a row': CANARY,
    'recovery key': recoveryKey,
    'plain recovery key': recoveryKey.replaceAll('-', ''),
    'recovery bytes': parseRecoveryKey(recoveryKey),
  };
}

/** The keys behind a vault; a locked one has none. */
function keysIn(vault: Vault): Record<string, Uint8Array> {
  return isLocked(vault) ? {} : keysBehind(vault);
}

function isLocked(vault: Vault): boolean {
  try {
    revealSecrets(vault);
    return false;
  } catch (error) {
    if (error instanceof RowsealError && error.code === 'LOCKED') return true;
    throw error;
  }
}

function storedBy({ header, writes }: OpenStore): Before['stored'] {
  return { header, writes: writes.length };
}

/** Opens the world's vault on a device that has never seen it. */
export function openFresh({ store, kdf, password }: World): Promise<Vault> {
  return openVault(store.otherDevice(), byPassword(password, { kdf }));
}

/** Opens the world's vault on the device that created it. */
export function openPinned({ store, kdf, password }: World): Promise<Vault> {
  return openVault(store, byPassword(password, { kdf }));
}

export function openByRecovery({ store, recoveryKey }: World): Promise<Vault> {
  return openVault(store.otherDevice(), byRecoveryKey(recoveryKey));
}
