/** Users by what opens their vault, each with an open device and a row sealed on it. */
import {
  addSecret,
  byPassword,
  byRecoveryKey,
  bySecret,
  createVault,
  encryptRow,
  removeSlot,
  type Vault,
  type VaultOpener,
  type VaultStore,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { type OpenStore, openStore } from '../support/open-store.js';
import { diary, PASSWORD, ROW, type SealedDiaryRow } from '../support/world.js';

export const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i + 1);

/** A password opener at no cost. */
export function quick(password = PASSWORD): VaultOpener {
  return byPassword(password, { kdf: fastKdf() });
}

/** A row that some returned snapshot sealed, and which therefore must open. */
export interface TrackedRow {
  readonly sealed: SealedDiaryRow;
  /** Only the header that this device remembers holds its key. */
  readonly onlyHere: boolean;
  /** Sealed by a snapshot after another header may have revoked its key. */
  readonly late: boolean;
}

export interface User {
  readonly device: OpenStore;
  /** The vault as it is open on the device; none before it is created. */
  readonly vault: Vault | null;
  /** The secrets in the user's head, hands and drawers. */
  readonly has: VaultOpener[];
  readonly rows: TrackedRow[];
}

let rowCount = 0;

export function sealRow(vault: Vault, { onlyHere = false, late = false } = {}): TrackedRow {
  rowCount += 1;
  return { sealed: encryptRow(vault, diary, { ...ROW, id: `r${rowCount}` }), onlyHere, late };
}

export function rowOf({ sealed }: TrackedRow): typeof ROW {
  return { ...ROW, id: sealed.id };
}

type Made = Pick<User, 'has'> & { readonly vault: Vault };

async function withPassword(store: VaultStore): Promise<Made> {
  const { vault, recoveryKey } = await createVault(store, quick());
  return { vault, has: [quick(), byRecoveryKey(recoveryKey)] };
}

async function withPasswordOnly(store: VaultStore): Promise<Made> {
  const { vault } = await createVault(store, quick(), { recovery: false });
  return { vault, has: [quick()] };
}

async function withSecret(store: VaultStore): Promise<Made> {
  const { vault, recoveryKey } = await createVault(store, bySecret(SECRET));
  return { vault, has: [bySecret(SECRET), byRecoveryKey(recoveryKey)] };
}

async function withRecoveryKeyOnly(store: VaultStore): Promise<Made> {
  const { vault, has } = await withPassword(store);
  const slot = vault.slots.find(({ type }) => type === 'password');
  return { vault: await removeSlot(store, vault, slot?.id ?? ''), has: has.slice(1) };
}

async function withAll(store: VaultStore): Promise<Made> {
  const { vault, has } = await withPassword(store);
  return { vault: await addSecret(store, vault, SECRET), has: [...has, bySecret(SECRET)] };
}

const MAKERS = {
  'password and recovery key': withPassword,
  'password only': withPasswordOnly,
  'secret and recovery key': withSecret,
  'recovery key only': withRecoveryKeyOnly,
  'password, recovery key and secret': withAll,
};

export type SlotSet = keyof typeof MAKERS;
export const SLOT_SETS = Object.keys(MAKERS) as SlotSet[];

/** A user with one device, whose vault is open there and sealed a row. */
export async function createUser(slotSet: SlotSet): Promise<User> {
  const device = openStore();
  const { vault, has } = await MAKERS[slotSet](device);
  return { device, vault, has, rows: [sealRow(vault)] };
}
