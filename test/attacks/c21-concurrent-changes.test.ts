import { describe, expect, it } from 'vitest';
import {
  byPassword,
  decryptRow,
  encryptRow,
  openVault,
  RowsealError,
  rotateDataKey,
  type Vault,
  type VaultStore,
} from '../../src/index.js';
import { parsePin } from '../../src/keys/pin.js';
import { CHANGES, type Change, NEXT_PASSWORD } from '../support/changes.js';
import { type Device, type Played, playEveryOrder } from '../support/turn-taking.js';
import {
  beforeAttack,
  createWorld,
  diary,
  expectRefusal,
  openFresh,
  openPinned,
  PASSWORD,
  ROW,
  type World,
} from '../support/world.js';

const RETIRED_TOO = { acceptRetired: true } as const;
const DEVICES: readonly Device[] = ['A', 'B'];

/** A vault, or why there is none. */
type Outcome = Vault | RowsealError;

/** Both devices of one user, each with its own pin and snapshot. */
type Worlds = Readonly<Record<Device, World>>;

/** Every pair of changes. A slot can't be removed twice, so that the second can't be repeated. */
const PAIRS = CHANGES.flatMap((one, i) =>
  CHANGES.slice(i).flatMap((other) =>
    one.name === 'removeSlot' && other === one ? [] : [{ one, other }],
  ),
);

async function twoDevices(): Promise<Worlds> {
  const A = await createWorld();
  const store = A.store.otherDevice();
  return { A, B: { ...A, store, vault: await openPinned({ ...A, store }) } };
}

/** Two devices of one user that do one thing each; a race is played in every order. */
async function race(changes: Readonly<Record<Device, Change>>) {
  let worlds: Worlds;
  const codes = new Set<string>();
  const orders = await playEveryOrder<Outcome>(
    async () => {
      worlds = await twoDevices();
      const player = (device: Device) => {
        const world = worlds[device];
        const run = (store: VaultStore) => changes[device].run(store, world.vault, world.kdf);
        return { store: world.store, task: (store: VaultStore) => outcomeOf(world, run(store)) };
      };
      return { A: player('A'), B: player('B') };
    },
    async (played) => {
      codes.add(describeOutcomes(played));
      await expectNothingLost(worlds, played);
      await expectRetryWorks(worlds, played, changes);
    },
  );
  return { orders, codes: [...codes].sort() };
}

/** What a change came to, its refusal checked; the other device may move what the two share. */
async function outcomeOf(
  world: World,
  changing: Promise<Vault>,
  codes: readonly RowsealError['code'][] = ['HEADER_CONFLICT'],
): Promise<Outcome> {
  const before = beforeAttack(world);
  return changing.catch((error: unknown) =>
    expectRefusal(world, before, error, { codes, serverActs: true }),
  );
}

function describeOutcomes({ results }: Played<Outcome>): string {
  return DEVICES.map((device) => results[device])
    .map((outcome) => (outcome instanceof RowsealError ? outcome.code : 'done'))
    .join(' ');
}

/** Takes what the server holds now as honest, and opens it with whichever password it has. */
async function reopen(world: World): Promise<Vault> {
  world.header = world.store.header as string;
  world.password = PASSWORD;
  return openPinned(world).catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'UNLOCK_FAILED' });
    world.password = NEXT_PASSWORD;
    return openPinned(world);
  });
}

/** Every row that any snapshot of either device can seal opens on each device, known or fresh. */
async function expectNothingLost(
  { A, B }: Worlds,
  { results, order }: Played<Outcome>,
): Promise<void> {
  const rows = [A.vault, B.vault, results.A, results.B].flatMap((writer) =>
    writer instanceof RowsealError ? [] : [encryptRow(writer, diary, ROW)],
  );
  for (const opened of [await reopen(A), await reopen(B), await openFresh(A)]) {
    for (const row of [A.sealed, ...rows]) {
      expect(decryptRow(opened, diary, row, RETIRED_TOO), order).toEqual(ROW);
    }
  }
}

/** The one that lost opens again and repeats; then both changes have happened. */
async function expectRetryWorks(
  worlds: Worlds,
  { results, order }: Played<Outcome>,
  changes: Readonly<Record<Device, Change>>,
): Promise<void> {
  for (const device of DEVICES) {
    if (!(results[device] instanceof RowsealError)) continue;
    const world = worlds[device];
    const again = await reopen(world);
    const changing = changes[device].run(world.store, again, world.kdf);
    // Only a changed password can stand in the way: then the user is asked for the new one.
    const next = await outcomeOf(world, changing, ['UNLOCK_FAILED']);
    if (!(next instanceof RowsealError)) expect(next.epoch, order).toBe(3);
    else expect(world.password, order).toBe(NEXT_PASSWORD);
  }
  for (const device of DEVICES) await reopen(worlds[device]);
}

describe('C21: two devices change the vault at once', () => {
  it.each(PAIRS)(
    '$one.name against $other.name in every order: one wins, every row opens',
    async (pair) => {
      const { orders, codes } = await race({ A: pair.one, B: pair.other });
      // Look, write, read back: the winner makes three calls, the loser as many, or one too late.
      expect(orders).toBe(16);
      expect(codes).toEqual(['HEADER_CONFLICT done', 'done HEADER_CONFLICT']);
    },
  );

  it('two tabs of one device never lower the pin they share', async () => {
    let world: World;
    const orders = await playEveryOrder<Outcome>(
      async () => {
        world = await createWorld();
        const { store, vault, kdf } = world;
        const opener = byPassword(PASSWORD, { kdf });
        return {
          A: { store, task: (turns) => ofOneTab(rotateDataKey(turns, vault)) },
          B: {
            store,
            task: (turns) =>
              ofOneTab(openVault(turns, opener).then((opened) => rotateDataKey(turns, opened))),
          },
        };
      },
      async ({ order, results }) => {
        const epochs = [results.A, results.B].map((outcome) =>
          outcome instanceof RowsealError ? 0 : outcome.epoch,
        );
        expect(parsePin(world.store.pin as string).epoch, order).toBe(Math.max(...epochs));
        await reopen(world);
      },
    );
    expect(orders).toBeGreaterThan(25);

    /** The pin may be moved meanwhile, by the other tab. */
    async function ofOneTab(changing: Promise<Vault>): Promise<Outcome> {
      const before = beforeAttack(world);
      return changing.catch((error: unknown) => {
        const codes = ['HEADER_CONFLICT', 'HEADER_ROLLBACK'] as const;
        const now = { ...before, pin: world.store.pin };
        return expectRefusal(world, now, error, { codes, serverActs: true });
      });
    }
  });
});
