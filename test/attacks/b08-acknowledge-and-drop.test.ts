import { describe, expect, it } from 'vitest';
import {
  byPassword,
  createVault,
  decryptRow,
  encryptRow,
  openVault,
  pinOf,
  RowsealError,
  type Vault,
} from '../../src/index.js';
import { CHANGES, type Change } from '../support/changes.js';
import { FAULTS, type Fault, faultyStore } from '../support/faulty-store.js';
import { openStore } from '../support/open-store.js';
import { createWorld, diary, expectNoSecret, PASSWORD, ROW, type World } from '../support/world.js';

/** What a change must end with, since a read-back decides and never the answer of the write. */
const OUTCOMES: Readonly<Record<Fault, string>> = {
  drop: 'STORE_FAILED',
  refuse: 'STORE_FAILED',
  'late error': 'done',
  cut: 'HEADER_MALFORMED',
  twice: 'done',
  delay: 'STORE_FAILED',
  'keep, then hide': 'STORE_FAILED',
};

async function outcomeOf(world: World, change: Promise<Vault>): Promise<Vault | RowsealError> {
  try {
    return await change;
  } catch (error) {
    expect(error).toBeInstanceOf(RowsealError);
    expectNoSecret(world, error);
    return error as RowsealError;
  }
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
    const outcome = await outcomeOf(world, change.run(lying, vault, kdf));
    const failed = outcome instanceof RowsealError;
    expect(failed ? outcome.code : 'done').toBe(OUTCOMES[fault]);

    // The old snapshot stays good, and the device remembers only what it has read back.
    expect(store.pin).toBe(pinOf(failed ? vault : outcome));
    expect(decryptRow(vault, diary, sealed)).toEqual(ROW);
    const rows = [sealed, encryptRow(vault, diary, { ...ROW, text: 'written after' })];
    if (!failed) rows.push(encryptRow(outcome, diary, { ...ROW, text: 'under the new header' }));
    const secret = failed ? byPassword(PASSWORD, { kdf }) : change.opener(kdf);
    const offline = await openVault(store, secret, { offline: true });
    for (const row of rows) expectOpens(offline, row);

    // Whatever the server delivers in the end, each device opens it and every row.
    await lying.deliver();
    if (fault === 'cut') store.header = world.header;
    for (const device of [store, store.otherDevice()]) {
      const opened = await openWithEither(world, change, device);
      for (const row of rows) expectOpens(opened, row);
    }
  });

  it.each(CHANGES)('$name takes effect when it is repeated after a failure', async (change) => {
    const world = await createWorld();
    const { store, vault, kdf, sealed } = world;
    for (const fault of ['drop', 'refuse', 'delay'] as const) {
      const failed = await outcomeOf(world, change.run(faultyStore(store, fault), vault, kdf));
      expect(failed).toBeInstanceOf(RowsealError);
    }
    const next = await change.run(store, vault, kdf);
    expect(next.epoch).toBe(2);
    const opened = await openVault(store.otherDevice(), change.opener(kdf));
    expect(decryptRow(opened, diary, sealed)).toEqual(ROW);
  });

  it.each(CHANGES)('$name survives a device whose pin is not written', async (change) => {
    const world = await createWorld();
    const { store, vault, kdf, sealed } = world;
    const pin = store.pin;
    const failing = { ...faultyStore(store, 'twice'), savePin: () => Promise.reject(new Error()) };
    const outcome = await outcomeOf(world, change.run(failing, vault, kdf));
    expect(outcome).toMatchObject({ code: 'STORE_FAILED' });
    expect(store.pin).toBe(pin);
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
      const create = createVault(lying, opener).then(({ vault }) => vault);
      const outcome = await outcomeOf(world, create);
      expect(outcome).toMatchObject({ code: OUTCOMES[fault] });
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
