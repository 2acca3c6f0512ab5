import { describe, expect, it } from 'vitest';
import {
  byPassword,
  createVault,
  decryptRow,
  encryptRow,
  openVault,
  pinOf,
  type RowsealError,
  type RowsealErrorCode,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import {
  CHANGES,
  type Change,
  DEVICE_KEY,
  NEXT_PASSWORD,
  passwordAfter,
} from '../support/changes.js';
import { FAULTS, type Fault, faultyStore } from '../support/faulty-store.js';
import { alter } from '../support/header-surgeon.js';
import { openStore } from '../support/open-store.js';
import { expectNowhere } from '../support/secret-search.js';
import {
  beforeAttack,
  createWorld,
  diary,
  expectRefusal,
  PASSWORD,
  ROW,
  type World,
} from '../support/world.js';

const serverActs = true;
/** Secrets that a change brings in. */
const NEW_SECRETS = { 'next password': NEXT_PASSWORD, 'device key': DEVICE_KEY };

/** What a change must end with, since a read-back decides and never the answer of the write. */
const OUTCOMES: Readonly<Record<Fault, 'done' | RowsealErrorCode>> = {
  drop: 'STORE_FAILED',
  refuse: 'STORE_FAILED',
  'late error': 'done',
  cut: 'HEADER_MALFORMED',
  twice: 'done',
  delay: 'STORE_FAILED',
  'keep, then hide': 'STORE_FAILED',
};

/** What a change gives; a refusal is checked, and told by its code. */
async function outcomeOf(
  world: World,
  change: () => Promise<Vault>,
  outcome: 'done' | RowsealErrorCode,
): Promise<Vault | null> {
  const before = beforeAttack(world);
  const result = await change().catch((error: unknown) => ({ error }));
  if (outcome === 'done') return result as Vault;
  const { error } = result as { error: unknown };
  expectNowhere(NEW_SECRETS, expectRefusal(world, before, error, { codes: [outcome], serverActs }));
  return null;
}

/** Takes the header that the server ended up with, and the password that opens it, as honest. */
function settle(world: World, change: Change): void {
  const { store } = world;
  if (store.header === world.header) return;
  world.header = store.header as string;
  world.password = passwordAfter(change);
}

/** Opens with whichever secret fits: the one from before the change, or the one it made. */
async function openWithEither(world: World, change: Change, store: World['store']) {
  const { kdf } = world;
  try {
    return await openVault(store, byPassword(PASSWORD, { kdf }));
  } catch (error) {
    expect((error as RowsealError).code).toBe('UNLOCK_FAILED');
    return openVault(store, change.opener(kdf));
  }
}

/** A row that an old snapshot sealed after `rekeyVault` is quarantined, and opens when asked for. */
function expectOpens(vault: Vault, row: World['sealed']): void {
  expect(decryptRow(vault, diary, row, { acceptRetired: true }).id).toBe('r1');
}

const CASES = CHANGES.flatMap((change) => FAULTS.map((fault) => ({ change, fault })));

describe('B08: the server acknowledges and drops', () => {
  it.each(CASES)('$change.name survives: $fault', async ({ change, fault }) => {
    const world = await createWorld();
    const { store, vault, kdf, sealed } = world;
    const lying = faultyStore(store, fault);
    const changed = await outcomeOf(world, () => change.run(lying, vault, kdf), OUTCOMES[fault]);

    // The old snapshot stays good, and the device remembers only what it has read back.
    expect(store.pin).toBe(pinOf(changed ?? vault));
    expect(decryptRow(vault, diary, sealed)).toEqual(ROW);
    const rows = [sealed, encryptRow(vault, diary, { ...ROW, text: 'written after' })];
    if (changed) rows.push(encryptRow(changed, diary, { ...ROW, text: 'under the new header' }));
    const secret = changed ? change.opener(kdf) : byPassword(PASSWORD, { kdf });
    const offline = await openVault(store, secret, { offline: true });
    for (const row of rows) expectOpens(offline, row);

    // Whatever the server delivers in the end, each device opens it and every row.
    await lying.deliver();
    if (fault === 'cut') store.header = world.header;
    settle(world, change);
    for (const device of [store, store.otherDevice()]) {
      const opened = await openWithEither(world, change, device);
      for (const row of rows) expectOpens(opened, row);
    }
  });

  it.each(CHANGES)('$name takes effect when it is repeated after a failure', async (change) => {
    const world = await createWorld();
    const { store, vault, kdf, sealed } = world;
    for (const fault of ['drop', 'refuse', 'delay'] as const) {
      const attempt = () => change.run(faultyStore(store, fault), vault, kdf);
      await outcomeOf(world, attempt, 'STORE_FAILED');
    }
    const next = await change.run(store, vault, kdf);
    settle(world, change);
    expect(next.epoch).toBe(2);
    const opened = await openVault(store.otherDevice(), change.opener(kdf));
    expect(decryptRow(opened, diary, sealed)).toEqual(ROW);
  });

  it.each(CHANGES)('$name survives a device whose pin is not written', async (change) => {
    const world = await createWorld();
    const { store, vault, kdf, sealed } = world;
    const failing = { ...faultyStore(store, 'twice'), savePin: () => Promise.reject(new Error()) };
    await outcomeOf(world, () => change.run(failing, vault, kdf), 'STORE_FAILED');
    settle(world, change);
    const opened = await openVault(store, change.opener(kdf));
    expect(opened).toMatchObject({ epoch: 2, freshness: 'pinned' });
    expect(decryptRow(opened, diary, sealed)).toEqual(ROW);
  });

  it.each(FAULTS.filter((fault) => OUTCOMES[fault] !== 'done'))(
    'createVault gives no vault and no recovery key: %s',
    async (fault) => {
      const world = await createWorld();
      const store = openStore();
      const lying = faultyStore(store, fault);
      const opener = byPassword(PASSWORD, { kdf: world.kdf });
      const create = () => createVault(lying, opener).then(({ vault }) => vault);
      await outcomeOf(world, create, OUTCOMES[fault]);
      expect(store.pin).toBeNull();

      // Delivered late, the vault opens with the password: nobody is locked out.
      await lying.deliver();
      if (fault === 'cut') store.header = null;
      const again = store.header
        ? await openVault(store, opener)
        : (await createVault(store, opener)).vault;
      const sealed = encryptRow(again, diary, ROW);
      expect(decryptRow(await openVault(store.otherDevice(), opener), diary, sealed)).toEqual(ROW);
    },
  );
});

it('B08: a header that only names the new one as its predecessor proves nothing', async () => {
  const { store, vault, header } = await createWorld();
  const { pin } = store;
  store.saveHeader = async ({ header: next }) => {
    const { hash, predecessors, epoch } = parseHeader(next);
    store.header = alter(next, { epoch: epoch + 1, predecessors: [hash, ...predecessors] });
  };
  await expect(rotateDataKey(store, vault)).rejects.toMatchObject({ code: 'HEADER_CONFLICT' });
  expect(store.pin).toBe(pin);
  store.header = header;
});
