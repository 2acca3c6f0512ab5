import { describe, expect, it } from 'vitest';
import {
  addSecret,
  decryptRow,
  dropRetiredKeys,
  encryptRow,
  openVault,
  proveRecoveryKey,
  RowsealError,
  reencryptRow,
  refreshVault,
  rekeyVault,
  restoreHeader,
  rotateDataKey,
  type Vault,
  type VaultStore,
} from '../../src/index.js';
import { DEVICE_KEY } from '../support/changes.js';
import { password } from '../support/lost-device.js';
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
  type SealedDiaryRow,
  type World,
} from '../support/world.js';

/** Two devices of a vault that has a retired key, and what the server stores. */
interface Race {
  readonly A: World;
  readonly B: World;
  readonly rows: SealedDiaryRow[];
}

type Change = (store: VaultStore, vault: Vault, race: Race) => Promise<Vault>;
type Outcome = Vault | RowsealError;

async function newRace(): Promise<Race> {
  const created = await createWorld();
  const vault = await rotateDataKey(created.store, created.vault);
  const sealed = reencryptRow(vault, diary, created.sealed);
  const A = { ...created, vault, sealed, header: vault.header };
  const store = created.store.otherDevice();
  return { A, B: { ...A, store, vault: await openPinned({ ...A, store }) }, rows: [sealed] };
}

/** Asks the server, which takes a moment in which others may act, and counts what it stores. */
const drop: Change = async (store, vault, { rows }) => {
  const closeKeys = async (prefixes: readonly string[]) => {
    await store.loadHeader();
    return prefixes.map((prefix) => ({
      prefix,
      payloads: rows.filter(({ payload }) => payload.startsWith(prefix)).length,
    }));
  };
  return (await dropRetiredKeys(store, vault, { closeKeys })).vault;
};

const prove: Change = (store, vault, { A }) => proveRecoveryKey(store, vault, A.recoveryKey);

const OTHERS: Readonly<Record<string, Change>> = {
  dropRetiredKeys: drop,
  proveRecoveryKey: prove,
  rotateDataKey: (store, vault) => rotateDataKey(store, vault),
  rekeyVault: async (store, vault) =>
    (await rekeyVault(store, vault, { keep: [password(PASSWORD)] })).vault,
  addSecret: (store, vault) => addSecret(store, vault, DEVICE_KEY),
};

const PAIRS = Object.entries(OTHERS).flatMap(([other, run]) => [
  { one: 'dropRetiredKeys', other, changes: { A: drop, B: run } },
  ...(other === 'dropRetiredKeys'
    ? []
    : [{ one: 'proveRecoveryKey', other, changes: { A: prove, B: run } }]),
]);

/** Plays a pair in every order; in each, one wins, every row opens, and the loser can go on. */
async function play(changes: Readonly<Record<Device, Change>>) {
  let race: Race;
  const codes = new Set<string>();
  await playEveryOrder<Outcome>(
    async () => {
      race = await newRace();
      const player = (device: Device) => {
        const world = race[device];
        const task = (store: VaultStore) =>
          outcomeOf(world, changes[device](store, world.vault, race));
        return { store: world.store, task };
      };
      return { A: player('A'), B: player('B') };
    },
    async (played) => {
      codes.add(describeOutcomes(played));
      writeRows(race, played);
      await expectNothingLost(race, played.order);
      await expectRepeated(race, played, changes);
    },
  );
  return [...codes].sort();
}

async function outcomeOf(world: World, changing: Promise<Vault>): Promise<Outcome> {
  const before = beforeAttack(world);
  return changing.catch((error: unknown) =>
    expectRefusal(world, before, error, { codes: ['HEADER_CONFLICT'], serverActs: true }),
  );
}

function describeOutcomes({ results: { A, B } }: Played<Outcome>): string {
  return [A, B].map((each) => (each instanceof RowsealError ? each.code : 'done')).join(' ');
}

/** Each goes on writing with the snapshot that it has now. */
function writeRows({ A, B, rows }: Race, { results }: Played<Outcome>): void {
  for (const world of [A, B]) {
    const outcome = results[world === A ? 'A' : 'B'];
    rows.push(encryptRow(outcome instanceof RowsealError ? world.vault : outcome, diary, ROW));
  }
}

async function expectNothingLost(race: Race, order: string): Promise<void> {
  const { A, B, rows } = race;
  for (const world of [A, B]) world.header = A.store.header as string;
  for (const opened of [await openPinned(A), await openPinned(B), await openFresh(A)]) {
    for (const row of rows) {
      expect(decryptRow(opened, diary, row, { acceptRetired: true }), order).toEqual(ROW);
    }
  }
}

/** Then both changes have happened. */
async function expectRepeated(
  race: Race,
  { results, order }: Played<Outcome>,
  changes: Readonly<Record<Device, Change>>,
): Promise<void> {
  for (const device of ['A', 'B'] as const) {
    if (!(results[device] instanceof RowsealError)) continue;
    const { store } = race[device];
    const changing = changes[device](store, await openPinned(race[device]), race);
    // Only a recovery key that was replaced meanwhile can stand in the way.
    const next = await changing.catch((error: RowsealError) => error.code);
    if (typeof next === 'string') expect([order, next]).toEqual([order, 'UNLOCK_FAILED']);
  }
  await expectNothingLost(race, order);
}

describe('C21: two devices at once, one of which drops keys or proves the recovery key', () => {
  it.each(PAIRS)('$one against $other in every order', async ({ changes }) => {
    expect(await play(changes)).toEqual(['HEADER_CONFLICT done', 'done HEADER_CONFLICT']);
  });

  it('two devices that give the store their header back at once', async () => {
    let race: Race;
    const codes = new Set<string>();
    await playEveryOrder<string>(
      async () => {
        race = await newRace();
        const { A, B } = race;
        A.store.header = A.store.writes[0] as string;
        const next = await rotateDataKey(A.store.otherDevice(), A.vault).catch(() => null);
        expect(next).toBeNull(); // no change starts from a store that was led back
        const task = (world: World) => async (store: VaultStore) => {
          const { found } = await restoreHeader(store, world.vault);
          return found;
        };
        return { A: { store: A.store, task: task(A) }, B: { store: B.store, task: task(B) } };
      },
      async ({ results, order }) => {
        codes.add([results.A, results.B].join(' '));
        expect(race.A.store.header, order).toBe(race.A.header);
        expect(await refreshVault(race.B.store, race.B.vault)).toBe(race.B.vault);
        expect((await openVault(race.A.store, password(PASSWORD))).header).toBe(race.A.header);
      },
    );
    expect([...codes].sort()).toEqual(['older older', 'older same', 'same older']);
  });
});
