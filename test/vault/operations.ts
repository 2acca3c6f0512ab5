/** Every function that reads or changes a vault in a store, in the one shape the faults need. */
import {
  addSecret,
  adoptHeader,
  byRecoveryKey,
  bySecret,
  changePassword,
  createVault,
  dropRetiredKeys,
  generateRecoveryKey,
  openVault,
  proveRecoveryKey,
  reencryptRow,
  rekeyVault,
  removeSlot,
  replaceRecoveryKey,
  rotateDataKey,
  type SlotInfo,
  type Vault,
  type VaultOpener,
  type VaultStore,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { openStore } from '../support/open-store.js';
import { diary } from '../support/world.js';
import { createUser, quick, SECRET, SLOT_SETS, type SlotSet, sealRow, type User } from './users.js';

export const NEXT_PASSWORD = 'what the password becomes';
const NEXT_SECRET = Uint8Array.from({ length: 32 }, (_, i) => 101 + i);
const PRINTED_KEY = generateRecoveryKey();

/** What a call returned: only then has the user seen a recovery key that was made inside. */
export interface Returned {
  readonly vault: Vault;
  readonly shown: readonly VaultOpener[];
}

export interface Operation {
  readonly name: string;
  readonly slotSets: readonly SlotSet[];
  /** Secrets that go into the call, so that the user has them whatever happens. */
  readonly brings: readonly VaultOpener[];
  /** The user and device as they are before the call. */
  prepare(slotSet: SlotSet): Promise<User>;
  /** @param current a secret that opens the stored header, as far as the user knows */
  run(store: VaultStore, vault: Vault, current: VaultOpener): Promise<Returned>;
}

function operation(
  name: string,
  run: Operation['run'],
  options: Partial<Omit<Operation, 'name' | 'run'>> = {},
): Operation {
  return { name, run, slotSets: SLOT_SETS, brings: [], prepare: createUser, ...options };
}

const unseen = (vault: Vault): Returned => ({ vault, shown: [] });

/** A user who has only thought of a password. */
async function newUser(): Promise<User> {
  return { device: openStore(), vault: null, has: [quick()], rows: [] };
}

/**
 * One vault changed on two sides: this device and the server each have a data key that the other
 * never saw. Rows under this device's key open only here until `adoptHeader`.
 */
async function forkedUser(slotSet: SlotSet): Promise<User> {
  const user = await createUser(slotSet);
  const { device, vault, has } = user;
  const other = device.otherDevice();
  const there = await openVault(other, has[0] as VaultOpener);
  const base = device.header;
  const lost = await rotateDataKey(device, vault as Vault);
  device.header = base;
  const stored = await rotateDataKey(other, await rotateDataKey(other, there));
  const rows = [...user.rows, sealRow(stored), sealRow(lost, { onlyHere: true })];
  return { ...user, vault: lost, rows };
}

/** What the server stores, by vault: it counts before it lets a key go. */
const storedRows = new Map<string, User['rows']>();

/** A vault whose rows are all under the newest of its keys, or of those that others make meanwhile. */
async function reencryptedUser(slotSet: SlotSet): Promise<User> {
  const user = await createUser(slotSet);
  const vault = await rotateDataKey(user.device, user.vault as Vault);
  const rows = user.rows.map((row) => ({
    ...row,
    sealed: reencryptRow(vault, diary, row.sealed),
  }));
  storedRows.set(vault.vaultId, rows);
  return { ...user, vault, rows };
}

async function dropRetired(store: VaultStore, vault: Vault): Promise<Returned> {
  const rows = storedRows.get(vault.vaultId) as User['rows'];
  const begin = (prefix: string) => rows.filter(({ sealed }) => sealed.payload.startsWith(prefix));
  const closeKeys = async (prefixes: readonly string[]) =>
    prefixes.map((prefix) => ({ prefix, payloads: begin(prefix).length }));
  return unseen((await dropRetiredKeys(store, vault, { closeKeys })).vault);
}

async function printedUser(slotSet: SlotSet): Promise<User> {
  const user = await createUser(slotSet);
  const { vault } = await replaceRecoveryKey(user.device, user.vault as Vault, {
    recoveryKey: PRINTED_KEY,
  });
  return { ...user, vault, has: [...user.has, byRecoveryKey(PRINTED_KEY)] };
}

const ONE_SET = { slotSets: ['password and recovery key'] } as const;

function removing(type: SlotInfo['type'], slotSets: readonly SlotSet[]): Operation {
  const run: Operation['run'] = async (store, vault) => {
    const slot = vault.slots.find((each) => each.type === type);
    return unseen(slot ? await removeSlot(store, vault, slot.id) : vault);
  };
  return operation(`removeSlot(${type})`, run, { slotSets });
}

/** Without a password, a crash could leave a vault with a recovery key that nobody has seen. */
const WITH_PASSWORD = SLOT_SETS.filter((slotSet) => slotSet.startsWith('password'));

const creating = { slotSets: ['password only'], prepare: newUser } as const;

/** With the printed key; where that one opens the vault already, it did its work: a new one. */
async function rekeyPrinted(store: VaultStore, vault: Vault, keep: readonly VaultOpener[]) {
  try {
    return await rekeyVault(store, vault, { keep, recoveryKey: PRINTED_KEY });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return rekeyVault(store, vault, { keep, recoveryKey: generateRecoveryKey() });
  }
}

export const OPERATIONS: readonly Operation[] = [
  operation('createVault', async (store) => withRecoveryKey(await createVault(store, quick())), {
    ...creating,
  }),
  operation(
    'createVault without recovery',
    async (store) => unseen((await createVault(store, quick(), { recovery: false })).vault),
    creating,
  ),
  operation('openVault', async (store, _, current) => unseen(await openVault(store, current))),
  operation(
    'changePassword',
    async (store, vault, current) => {
      const change = { current, next: NEXT_PASSWORD, kdf: fastKdf() };
      return unseen(await changePassword(store, vault, change));
    },
    { brings: [quick(NEXT_PASSWORD)] },
  ),
  operation(
    'replaceRecoveryKey',
    async (store, vault) => withRecoveryKey(await replaceRecoveryKey(store, vault)),
    { slotSets: WITH_PASSWORD },
  ),
  operation(
    'replaceRecoveryKey with a printed key',
    async (store, vault) =>
      withRecoveryKey(await replaceRecoveryKey(store, vault, { recoveryKey: PRINTED_KEY })),
    { brings: [byRecoveryKey(PRINTED_KEY)] },
  ),
  operation(
    'addSecret',
    async (store, vault) => unseen(await addSecret(store, vault, NEXT_SECRET)),
    { brings: [bySecret(NEXT_SECRET)] },
  ),
  removing('password', ['password and recovery key', 'password, recovery key and secret']),
  removing('recovery-key', ['password and recovery key', 'password, recovery key and secret']),
  removing('secret', ['secret and recovery key', 'password, recovery key and secret']),
  operation('rotateDataKey', async (store, vault) => unseen(await rotateDataKey(store, vault))),
  operation(
    'rekeyVault',
    async (store, vault, current) =>
      withRecoveryKey(await rekeyVault(store, vault, { keep: [current] })),
    { slotSets: WITH_PASSWORD },
  ),
  operation(
    'rekeyVault keeping a passkey and a printed key',
    async (store, vault) => {
      return withRecoveryKey(await rekeyPrinted(store, vault, [bySecret(SECRET)]));
    },
    { slotSets: ['secret and recovery key'], brings: [byRecoveryKey(PRINTED_KEY)] },
  ),
  operation(
    'rekeyVault keeping nothing but a printed key',
    async (store, vault) => withRecoveryKey(await rekeyPrinted(store, vault, [])),
    { brings: [byRecoveryKey(PRINTED_KEY)] },
  ),
  operation('dropRetiredKeys', dropRetired, { ...ONE_SET, prepare: reencryptedUser }),
  operation(
    'proveRecoveryKey',
    async (store, vault) => unseen(await proveRecoveryKey(store, vault, PRINTED_KEY)),
    { ...ONE_SET, prepare: printedUser },
  ),
  operation(
    'adoptHeader',
    async (store, _, current) => unseen((await adoptHeader(store, current)).vault),
    { prepare: forkedUser },
  ),
];

function withRecoveryKey(created: { vault: Vault; recoveryKey: string }): Returned {
  return { vault: created.vault, shown: [byRecoveryKey(created.recoveryKey)] };
}
