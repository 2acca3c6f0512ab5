/** Two devices that change a vault at the same moment: the password on one, the recovery key on the other. */

import { expect, it } from 'vitest';
import {
  byRecoveryKey,
  changePassword,
  createVault,
  decryptRow,
  encryptRow,
  openVault,
  type RowsealError,
  replaceRecoveryKey,
  rotateDataKey,
  type SealedRowOf,
  type Vault,
  type VaultOpener,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import {
  connectedVaultDevice,
  diary,
  directly,
  offline,
  type Save,
  type VaultDevice,
  vaultServer,
} from '../support/vault-devices.js';
import { quick } from '../vault/users.js';

/** What the user has in mind and on paper. */
interface Secrets {
  password: string;
  recoveryKey: string;
}

type Side = 'laptop' | 'phone';
const SIDES: readonly Side[] = ['laptop', 'phone'];

/** A side's change, as far as it came. */
interface Outcome {
  readonly vault: Vault | null;
  readonly code: string | null;
}

function outcomeOf(change: Promise<Vault>): Promise<Outcome> {
  return change.then(
    (vault) => ({ vault, code: null }),
    ({ code }: RowsealError) => ({ vault: null, code }),
  );
}

/** Holds a device's call of the server, before it is made or before its answer is given. */
function gate() {
  let open = () => {};
  let reach = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const pass = () => {
    reach();
    return opened;
  };
  const before = (save: Save): Save => {
    return async (change) => {
      await pass();
      return save(change);
    };
  };
  const after = (save: Save): Save => {
    return async (change) => {
      const answer = await save(change);
      await pass();
      return answer;
    };
  };
  return { open, reached, before, after };
}

/** Two devices of a user, each with the vault open. */
async function twoDevices() {
  const server = await vaultServer();
  const devices = {
    laptop: await connectedVaultDevice(server, 'laptop'),
    phone: await connectedVaultDevice(server, 'phone'),
  };
  const secrets: Secrets = { password: 'password 0', recoveryKey: '' };
  const { vault, recoveryKey } = await createVault(devices.laptop.store, quick(secrets.password));
  secrets.recoveryKey = recoveryKey;
  const there = await openVault(devices.phone.store, byRecoveryKey(recoveryKey));
  return { devices, secrets, vaults: { laptop: vault, phone: there } };
}

type World = Awaited<ReturnType<typeof twoDevices>>;

/** The laptop changes the password, the phone the recovery key; the user knows what came of it. */
function changeOn(side: Side, { devices, secrets, vaults }: World): Promise<Outcome> {
  if (side === 'laptop') {
    const next = `${secrets.password}+`;
    const current = quick(secrets.password);
    const change = changePassword(devices.laptop.store, vaults.laptop, {
      ...{ current, next, kdf: fastKdf() },
    });
    return outcomeOf(
      change.then((vault) => {
        secrets.password = next;
        return vault;
      }),
    );
  }
  return outcomeOf(
    replaceRecoveryKey(devices.phone.store, vaults.phone).then(({ vault, recoveryKey }) => {
      secrets.recoveryKey = recoveryKey;
      return vault;
    }),
  );
}

/** By name: how the two meet; what comes of them, the laptop's first. */
const MEETINGS: Record<string, (world: World) => Promise<readonly Outcome[]>> = {
  'at the same instant': (world) => Promise.all(SIDES.map((side) => changeOn(side, world))),
  "the phone's call while the laptop's is under way": (world) =>
    interrupted(world, 'laptop', 'before'),
  "the laptop's call while the phone's is under way": (world) =>
    interrupted(world, 'phone', 'before'),
  "the phone's call before the laptop has its answer": (world) =>
    interrupted(world, 'laptop', 'after'),
  "the laptop's call before the phone has its answer": (world) =>
    interrupted(world, 'phone', 'after'),
  'the laptop offline': (world) => withoutNetwork(world, 'laptop'),
  'the phone offline': (world) => withoutNetwork(world, 'phone'),
  'the laptop not syncing': (world) => withoutSync(world, 'laptop'),
  'the phone not syncing': (world) => withoutSync(world, 'phone'),
};

const other = (side: Side): Side => (side === 'laptop' ? 'phone' : 'laptop');
const inOrder = (first: Side, outcome: Outcome, second: Outcome) =>
  first === 'laptop' ? [outcome, second] : [second, outcome];

/** One side is held at its server; the other one's change is whole meanwhile. */
async function interrupted(world: World, held: Side, when: 'before' | 'after') {
  const device: VaultDevice = world.devices[held];
  const { open, reached, ...hold } = gate();
  device.through = hold[when];
  const first = changeOn(held, world);
  await reached;
  const second = await changeOn(other(held), world);
  open();
  device.through = directly;
  return inOrder(held, await first, second);
}

async function withoutNetwork(world: World, away: Side) {
  const device: VaultDevice = world.devices[away];
  device.through = offline;
  await device.db.disconnect();
  const outcomes = inOrder(away, await changeOn(away, world), await changeOn(other(away), world));
  device.through = directly;
  void device.connect();
  return outcomes;
}

/** The server can be called, but what is stored arrives only later. */
async function withoutSync(world: World, away: Side) {
  const device: VaultDevice = world.devices[away];
  await device.db.disconnect();
  const second = await changeOn(other(away), world);
  const first = changeOn(away, world);
  void device.connect();
  return inOrder(away, await first, second);
}

it('end with one, the other is told, and no key and no row is lost', async () => {
  const world = await twoDevices();
  const { devices, secrets, vaults } = world;
  const rows: SealedRowOf<typeof diary>[] = [];
  const seal = (vault: Vault) => {
    rows.push(encryptRow(vault, diary, { id: `d${rows.length}`, body: `of ${vault.epoch}` }));
  };
  for (const [meeting, meet] of Object.entries(MEETINGS)) {
    seal(vaults.laptop);
    seal(vaults.phone);
    const outcomes = await meet(world);
    const codes = outcomes.map(({ code }) => code);
    const refused = meeting.includes('offline') ? 'STORE_FAILED' : 'HEADER_CONFLICT';
    expect(new Set(codes), meeting).toEqual(new Set([refused, null]));

    const [winner] = outcomes.flatMap(({ vault }) => vault ?? []) as [Vault];
    const openers: readonly VaultOpener[] = [
      quick(secrets.password),
      byRecoveryKey(secrets.recoveryKey),
    ];
    for (const side of SIDES) {
      const { store } = devices[side];
      for (const opener of openers) {
        const opened = await openedAt(side, winner, world, opener);
        for (const row of rows) expect(decryptRow(opened, diary, row).id).toBe(row.id);
        vaults[side] = opened;
      }
      vaults[side] = await store.refresh(vaults[side]);
    }
    // Each goes on with a new key, so that nothing of a former round helps the next one.
    vaults.laptop = await rotateDataKey(devices.laptop.store, vaults.laptop);
    vaults.phone = await openedAt('phone', vaults.laptop, world, quick(secrets.password));
  }
});

/** Opens the winner's header, as soon as the device has it. */
async function openedAt(side: Side, { header }: Vault, { devices }: World, opener: VaultOpener) {
  const { store } = devices[side];
  await expect.poll(() => store.loadHeader(), { timeout: 60_000 }).toBe(header);
  return openVault(store, opener);
}
