/** What a device resumes while its store fails, its process dies, or another tab changes the vault. */
import { describe, expect, it, vi } from 'vitest';
import {
  keepUnlocked,
  openVault,
  pinOf,
  RowsealError,
  rekeyVault,
  resumeVault,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { bytesOf, textOf } from '../support/header-surgeon.js';
import {
  createKeptWorld,
  expectResumeRefused,
  expectResumes,
  type KeptWorld,
} from '../support/kept-world.js';
import { openKeeper } from '../support/open-keeper.js';
import { keysBehind } from '../support/secret-search.js';
import { type CallName, type FaultStore, faultStore, type Plan, plansFor } from './fault-store.js';
import { quick } from './users.js';

/** Every copy of bytes that rowseal makes. */
const copies: Uint8Array[] = [];
vi.mock('../../src/bytes/copies.js', async (load) => {
  const real = await load<typeof import('../../src/bytes/copies.js')>();
  const copyOf: typeof real.copyOf = (bytes) => {
    const copy = real.copyOf(bytes);
    copies.push(copy);
    return copy;
  };
  return { ...real, copyOf };
});

/** The device has something to remember: the vault was changed by another one. */
async function changedElsewhere(): Promise<{ kept: KeptWorld; newest: Vault }> {
  const kept = await createKeptWorld();
  const phone = kept.world.store.otherDevice();
  const newest = await rotateDataKey(phone, await openVault(phone, quick()));
  kept.world.header = newest.header;
  return { kept, newest };
}

const CALLS: readonly CallName[] = ['loadPin', 'loadHeader', 'loadPin', 'loadPin', 'savePin'];
const plans = plansFor(CALLS).filter(({ fault }) => !fault.includes('elsewhere'));

async function outcomeOf(store: FaultStore, { keeper }: KeptWorld): Promise<unknown> {
  const resuming = resumeVault(store, keeper).catch((error) => error);
  return Promise.race([resuming, store.crashed]);
}

describe('a device that resumes', () => {
  it('asks its store for no more than it must', async () => {
    const { kept } = await changedElsewhere();
    const store = faultStore(kept.world.store);
    await resumeVault(store, kept.keeper);
    expect(store.calls).toEqual(CALLS);
  });

  it.each(plans)('loses nothing when call $call, $name, meets: $fault', async (plan: Plan) => {
    const { kept, newest } = await changedElsewhere();
    const { world, keeper } = kept;
    const before = Buffer.from(keeper.kept ?? []).toString('hex');
    const { pin: oldPin } = world.store;
    let inAnotherTab = newest;
    const store = faultStore(world.store, {
      plan,
      async meanwhile() {
        inAnotherTab = await rotateDataKey(world.store, await openVault(world.store, quick()));
      },
    });
    const outcome = await outcomeOf(store, kept);
    store.forgetNow();
    if (outcome instanceof RowsealError) {
      expect(['STORE_FAILED', 'HEADER_CONFLICT']).toContain(outcome.code);
    }
    expect(Buffer.from(keeper.kept ?? []).toString('hex')).toBe(before);
    expect(keeper.calls).not.toContain('forget');
    expect([oldPin, pinOf(newest), pinOf(inAnotherTab)]).toContain(world.store.pin);
    const resumed = await expectResumes(kept);
    expect(resumed.header).toBe(inAnotherTab.header);
    expect(world.store.pin).toBe(pinOf(inAnotherTab));
  });
});

describe('while the user looks for a finger', () => {
  it('another tab changes the vault: told, nothing lowered, and the next try works', async () => {
    const kept = await createKeptWorld();
    const { world, keeper } = kept;
    const recall = keeper.recall.bind(keeper);
    let next = world.vault;
    keeper.recall = async () => {
      next = await rotateDataKey(world.store, next);
      return recall();
    };
    await expect(resumeVault(world.store, keeper)).rejects.toMatchObject({
      code: 'HEADER_CONFLICT',
    });
    expect(world.store.pin).toBe(pinOf(next));
    keeper.recall = recall;
    expect((await expectResumes(kept)).header).toBe(next.header);
  });

  it('another tab rekeys the vault and keeps the new key: told, and the next try works', async () => {
    const kept = await createKeptWorld();
    const { world, keeper } = kept;
    const recall = keeper.recall.bind(keeper);
    keeper.recall = async () => {
      const { vault } = await rekeyVault(world.store, world.vault, { keep: [quick()] });
      await keepUnlocked(vault, keeper);
      return recall();
    };
    await expect(resumeVault(world.store, keeper)).rejects.toMatchObject({
      code: 'UNLOCK_FAILED',
    });
    keeper.recall = recall;
    expect((await expectResumes(kept)).epoch).toBe(2);
  });
});

it('a refusal after the key was recalled leaves no key in memory', async () => {
  const kept = await createKeptWorld();
  const { world, keeper } = kept;
  copies.length = 0;
  const loadPin = world.store.loadPin.bind(world.store);
  let loads = 0;
  world.store.loadPin = () => (++loads > 1 ? Promise.reject(new Error('gone')) : loadPin());
  await expect(resumeVault(world.store, keeper)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  world.store.loadPin = loadPin;
  expect(copies.length, 'the vault key and the keyset').toBeGreaterThanOrEqual(2);
  for (const key of Object.values(keysBehind(world.vault))) {
    expect(copies.some((copy) => Buffer.from(copy).includes(Buffer.from(key)))).toBe(false);
  }
});

it('nor does a header that turns out to be tampered with', async () => {
  const kept = await createKeptWorld();
  const { world } = kept;
  const header = bytesOf(world.header);
  header[header.length - 1] = (header.at(-1) as number) ^ 1;
  world.store.header = textOf(header);
  copies.length = 0;
  await expectResumeRefused(kept, { codes: ['HEADER_TAMPERED'] });
  const vaultKey = Buffer.from(keysBehind(world.vault)['vault key'] as Uint8Array);
  expect(copies.length).toBeGreaterThanOrEqual(1);
  expect(copies.some((copy) => Buffer.from(copy).includes(vaultKey))).toBe(false);
});

it('dies while its keeper keeps: the former key, the new one or none is there, and all is well', async () => {
  const kept = await createKeptWorld();
  const { world, keeper } = kept;
  const former = keeper.kept;
  for (const left of [former, null]) {
    const dying = openKeeper();
    dying.keep = () => {
      dying.kept = left;
      return new Promise(() => {});
    };
    void keepUnlocked(world.vault, dying);
    const resumed = await resumeVault(world.store, dying);
    expect(resumed?.header ?? null).toBe(left ? world.header : null);
    await keepUnlocked(await openVault(world.store, quick()), keeper);
    await expectResumes(kept);
  }
});
