import { describe, expect, it } from 'vitest';
import {
  byPassword,
  changePassword,
  decryptRow,
  encryptRow,
  openVault,
  RowsealError,
  rekeyVault,
  rotateDataKey,
  type Vault,
  type VaultStore,
} from '../../src/index.js';
import { parsePin } from '../../src/keys/pin.js';
import { type Played, playEveryOrder } from '../support/turn-taking.js';
import { createWorld, diary, PASSWORD, ROW, type World } from '../support/world.js';

const NEXT = 'the new password';
const RETIRED_TOO = { acceptRetired: true } as const;

/** A vault, or why there is none. */
type Outcome = Vault | RowsealError;

type Step = (store: VaultStore, vault: Vault, world: World) => Promise<Vault>;

const STEPS = {
  changePassword: (store, vault, { kdf }) =>
    changePassword(store, vault, { current: byPassword(PASSWORD, { kdf }), next: NEXT, kdf }),
  rotateDataKey: (store, vault) => rotateDataKey(store, vault),
  rekeyVault: async (store, vault, { kdf }) =>
    (await rekeyVault(store, vault, { keep: [byPassword(PASSWORD, { kdf })] })).vault,
} as const satisfies Record<string, Step>;

/** Two devices of one user that do one thing each; a race is played in every order. */
async function race(stepA: Step, stepB: Step) {
  let world: World;
  let vaults: Record<'A' | 'B', Vault>;
  let stores: Record<'A' | 'B', World['store']>;
  const codes = new Set<string>();
  const orders = await playEveryOrder<Outcome>(
    async () => {
      world = await createWorld();
      stores = { A: world.store, B: world.store.otherDevice() };
      const { kdf } = world;
      vaults = { A: world.vault, B: await openVault(stores.B, byPassword(PASSWORD, { kdf })) };
      const task = (step: Step, vault: Vault) => (store: VaultStore) =>
        outcomeOf(step(store, vault, world));
      return {
        A: { store: stores.A, task: task(stepA, vaults.A) },
        B: { store: stores.B, task: task(stepB, vaults.B) },
      };
    },
    async (played) => {
      codes.add(describeOutcomes(played));
      await expectNothingLost(world, stores, vaults, played);
      await expectRetryWorks(world, stores, played, { A: stepA, B: stepB });
    },
  );
  return { orders, codes: [...codes].sort() };
}

function describeOutcomes({ results }: Played<Outcome>): string {
  return [results.A, results.B]
    .map((outcome) => (outcome instanceof Error ? (outcome as RowsealError).code : 'done'))
    .join(' ');
}

/** Opens a device with whichever password the winner left. */
async function open({ kdf }: World, store: VaultStore): Promise<Vault> {
  try {
    return await openVault(store, byPassword(PASSWORD, { kdf }));
  } catch (error) {
    expect(error).toMatchObject({ code: 'UNLOCK_FAILED' });
    return openVault(store, byPassword(NEXT, { kdf }));
  }
}

/** Every row that any snapshot of either device can seal opens on each device, known or fresh. */
async function expectNothingLost(
  world: World,
  stores: Record<'A' | 'B', World['store']>,
  vaults: Record<'A' | 'B', Vault>,
  { results, order }: Played<Outcome>,
): Promise<void> {
  const writers = [vaults.A, vaults.B, results.A, results.B];
  const rows = writers.flatMap((writer) =>
    writer instanceof Error ? [] : [encryptRow(writer, diary, ROW)],
  );
  for (const device of [stores.A, stores.B, world.store.otherDevice()]) {
    const opened = await open(world, device);
    for (const row of [world.sealed, ...rows]) {
      expect(decryptRow(opened, diary, row, RETIRED_TOO), order).toEqual(ROW);
    }
  }
}

/** The one that lost opens again and repeats; then both changes have happened. */
async function expectRetryWorks(
  world: World,
  stores: Record<'A' | 'B', World['store']>,
  { results, order }: Played<Outcome>,
  steps: Record<'A' | 'B', Step>,
): Promise<void> {
  for (const device of ['A', 'B'] as const) {
    if (!(results[device] instanceof RowsealError)) continue;
    const again = await open(world, stores[device]);
    const next = await outcomeOf(steps[device](stores[device], again, world));
    // Only a changed password can stand in the way: then the user is asked for the new one.
    if (next instanceof RowsealError) expect(next.code, order).toBe('UNLOCK_FAILED');
    else expect(next.epoch, order).toBe(3);
  }
}

describe('C21: two devices change the vault at once', () => {
  it.each([
    ['changePassword', 'rotateDataKey'],
    ['rotateDataKey', 'rotateDataKey'],
    ['changePassword', 'changePassword'],
    ['rekeyVault', 'rotateDataKey'],
    ['rekeyVault', 'changePassword'],
    ['rekeyVault', 'rekeyVault'],
  ] as const)('%s against %s in every order: one wins, every row opens', async (a, b) => {
    const { orders, codes } = await race(STEPS[a], STEPS[b]);
    // Look, write, read back: the winner makes three calls, the loser as many, or one too late.
    expect(orders).toBe(16);
    expect(codes).toEqual(['HEADER_CONFLICT done', 'done HEADER_CONFLICT']);
  });

  it('two tabs of one device never lower the pin they share', async () => {
    let world: World;
    const orders = await playEveryOrder<Outcome>(
      async () => {
        world = await createWorld();
        const { store, vault, kdf } = world;
        const opener = byPassword(PASSWORD, { kdf });
        return {
          A: { store, task: (turns) => outcomeOf(rotateDataKey(turns, vault)) },
          B: {
            store,
            task: async (turns) =>
              outcomeOf(openVault(turns, opener).then((opened) => rotateDataKey(turns, opened))),
          },
        };
      },
      async ({ order, results }) => {
        const epochs = [results.A, results.B].map((outcome) =>
          outcome instanceof RowsealError ? 0 : outcome.epoch,
        );
        expect(parsePin(world.store.pin as string).epoch, order).toBe(Math.max(...epochs));
      },
    );
    expect(orders).toBeGreaterThan(25);
  });
});

async function outcomeOf(changing: Promise<Vault>): Promise<Outcome> {
  try {
    return await changing;
  } catch (error) {
    expect(error).toBeInstanceOf(RowsealError);
    return error as RowsealError;
  }
}
