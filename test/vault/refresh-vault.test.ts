import { describe, expect, it } from 'vitest';
import {
  adoptHeader,
  decryptRow,
  encryptRow,
  lockVault,
  openVault,
  pinOf,
  RowsealError,
  refreshVault,
  rekeyVault,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { parseHeader } from '../../src/keys/vault-header.js';
import { bytesOf, forge, stolenKey, textOf } from '../support/header-surgeon.js';
import { expectNowhere } from '../support/secret-search.js';
import { createWorld, diary, expectRefused, ROW, secretsOf, type World } from '../support/world.js';
import { type CallName, faultStore, type Plan, plansFor } from './fault-store.js';
import { quick } from './users.js';

const locked = expect.objectContaining({ code: 'LOCKED' });

/** A change that another device makes. */
async function changedElsewhere({ store }: World): Promise<Vault> {
  const phone = store.otherDevice();
  return rotateDataKey(phone, await openVault(phone, quick()));
}

describe('refreshVault', () => {
  it('returns the same snapshot while nothing changed', async () => {
    const { store, vault } = await createWorld();
    const writes = store.writes.length;
    expect(await refreshVault(store, vault)).toBe(vault);
    expect(store.writes).toHaveLength(writes);
  });

  it('takes a vault to the next header without a secret, and remembers that', async () => {
    const world = await createWorld();
    const { store, vault, kdf, sealed } = world;
    const runs = kdf.runs;
    const there = await changedElsewhere(world);
    const next = await refreshVault(store, vault);
    expect(next).toMatchObject({ header: there.header, epoch: 2, freshness: vault.freshness });
    expect(store.pin).toBe(pinOf(there));
    expect(kdf.runs).toBe(runs);
    expect(decryptRow(next, diary, encryptRow(there, diary, ROW))).toEqual(ROW);
    expect(decryptRow(next, diary, sealed)).toEqual(ROW);
    expect(decryptRow(vault, diary, sealed)).toEqual(ROW); // the earlier snapshot goes on
    expect(await refreshVault(store, next)).toBe(next);
  });

  it('follows over any number of changes', async () => {
    const { store, vault } = await createWorld();
    const phone = store.otherDevice();
    let there = await openVault(phone, quick());
    while (there.epoch < 40) there = await rotateDataKey(phone, there);
    expect((await refreshVault(store, vault)).header).toBe(there.header);
  });

  it('remains one opening: a lock of either ends both', async () => {
    for (const which of [0, 1]) {
      const world = await createWorld();
      await changedElsewhere(world);
      const snapshots = [world.vault, await refreshVault(world.store, world.vault)];
      lockVault(snapshots[which] as Vault);
      for (const each of snapshots) expect(() => encryptRow(each, diary, ROW)).toThrow(locked);
    }
  });

  it('says of a first use that it was one', async () => {
    const world = await createWorld();
    const phone = world.store.otherDevice();
    const there = await openVault(phone, quick());
    await changedElsewhere(world);
    expect((await refreshVault(phone, there)).freshness).toBe('first-use');
  });

  it('is refused for a vault that is locked, before or meanwhile', async () => {
    for (const call of ['loadPin', 'loadHeader', 'savePin'] as const) {
      const world = await createWorld();
      await changedElsewhere(world);
      const { store, vault } = world;
      const real = store[call].bind(store) as (...args: unknown[]) => Promise<unknown>;
      store[call] = (async (...args: unknown[]) => {
        lockVault(vault);
        return real(...args);
      }) as never;
      await expect(refreshVault(store, vault), call).rejects.toEqual(locked);
      await expect(refreshVault(store, vault)).rejects.toEqual(locked);
    }
  });

  it('asks for the password after a rekey, and for no other vault key', async () => {
    const world = await createWorld();
    const { store, vault } = world;
    const phone = store.otherDevice();
    const { vault: next } = await rekeyVault(phone, await openVault(phone, quick()), {
      keep: [quick()],
    });
    world.header = next.header;
    await expectRefused(world, () => refreshVault(store, vault), { codes: ['UNLOCK_FAILED'] });
    const opened = await openVault(store, quick());
    expect(await refreshVault(store, opened)).toBe(opened);
    // Who knows the key that was given up leads nobody back to it.
    for (const forgery of [
      { epoch: 3, predecessors: [parseHeader(next.header).hash, parseHeader(vault.header).hash] },
      { epoch: 2, predecessors: [parseHeader(vault.header).hash] },
    ]) {
      store.header = forge(vault.header, stolenKey(vault), forgery);
      const leading = refreshVault(store, opened);
      await expect(leading).rejects.toMatchObject({ code: 'HEADER_ROLLBACK' });
      await expect(refreshVault(store, vault)).rejects.toMatchObject({ code: 'HEADER_ROLLBACK' });
    }
  });

  it('is refused for what is no vault and no store', async () => {
    const { store, vault } = await createWorld();
    await expect(refreshVault({} as never, vault)).rejects.toThrow(TypeError);
    await expect(refreshVault(store, { ...vault })).rejects.toThrow(TypeError);
  });
});

describe('a server that shows something else', () => {
  const hostile: Record<string, [string, (world: World) => string | null | Promise<string>]> = {
    nothing: ['VAULT_MISSING', () => null],
    'no base64url': ['HEADER_MALFORMED', () => '?'],
    'too much': ['LIMIT_EXCEEDED', () => 'A'.repeat(90_000)],
    'a header of a later version': [
      'UNSUPPORTED_VERSION',
      ({ header }) => textOf([6, ...bytesOf(header).subarray(1)]),
    ],
    "another user's vault": ['VAULT_MISMATCH', async () => (await createWorld()).header],
    'a changed header': ['HEADER_TAMPERED', ({ header }) => flipped(header)],
    'a header of who knows the vault key': [
      'HEADER_CONFLICT',
      ({ header, vault }) =>
        forge(header, stolenKey(vault), { slots: parseHeader(header).slots.slice(1) }),
    ],
  };

  it.each(Object.entries(hostile))('%s: %s', async (_, [code, headerOf]) => {
    const world = await createWorld();
    const second = await changedElsewhere(world);
    const vault = await refreshVault(world.store, world.vault);
    const here: World = { ...world, vault, header: second.header };
    here.store.header = await headerOf(here);
    await expectRefused(here, () => refreshVault(here.store, vault), { codes: [code] as never });
  });

  it('the header before: HEADER_ROLLBACK, though this snapshot is of that one', async () => {
    const world = await createWorld();
    const second = await changedElsewhere(world);
    const next = await refreshVault(world.store, world.vault);
    world.store.header = world.header;
    for (const vault of [next, world.vault]) {
      const leading = refreshVault(world.store, vault);
      await expect(leading).rejects.toMatchObject({ code: 'HEADER_ROLLBACK' });
    }
    expect(world.store.pin).toBe(pinOf(second));
    world.store.pin = null; // lost: the snapshot itself remembers
    const leading = refreshVault(world.store, next);
    await expect(leading).rejects.toMatchObject({ code: 'HEADER_ROLLBACK' });
  });

  it('a fork: HEADER_CONFLICT, with the pin and when that is lost, until it is adopted', async () => {
    const world = await createWorld();
    const { store, vault, header } = world;
    const ours = await rotateDataKey(store, vault);
    store.header = header;
    const theirs = await changedElsewhere(world);
    const { pin } = store;
    for (const remembered of [pin, null, pinOf(vault)]) {
      store.pin = remembered;
      const refreshing = refreshVault(store, ours);
      await expect(refreshing).rejects.toMatchObject({ code: 'HEADER_CONFLICT' });
      expect(store.pin).toBe(remembered);
    }
    store.pin = pin;
    const { vault: adopted } = await adoptHeader(store, quick());
    expect(adopted.epoch).toBe(theirs.epoch + 1);
    // Another tab of this device follows: the pin says that the user has decided.
    expect((await refreshVault(store, ours)).header).toBe(adopted.header);
  });

  it('tells nobody a secret', async () => {
    const world = await createWorld();
    await changedElsewhere(world);
    world.store.header = flipped(world.store.header as string);
    const error = await refreshVault(world.store, world.vault).catch((each) => each);
    expect(error).toBeInstanceOf(RowsealError);
    expectNowhere(secretsOf(world), error);
  });
});

/** With another MAC. */
function flipped(header: string): string {
  const bytes = bytesOf(header);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] as number) ^ 1;
  return textOf(bytes);
}

const CALLS: readonly CallName[] = ['loadPin', 'loadHeader', 'loadPin', 'savePin'];
const plans = plansFor(CALLS).filter(({ fault }) => !fault.includes('elsewhere'));

describe('while the store fails', () => {
  it('asks for no more than it must', async () => {
    const world = await createWorld();
    await changedElsewhere(world);
    const store = faultStore(world.store);
    await refreshVault(store, world.vault);
    expect(store.calls).toEqual(CALLS);
  });

  it.each(plans)('loses nothing when call $call, $name, meets: $fault', async (plan: Plan) => {
    const world = await createWorld();
    let newest = await changedElsewhere(world);
    const store = faultStore(world.store, {
      plan,
      async meanwhile() {
        newest = await rotateDataKey(world.store, await openVault(world.store, quick()));
      },
    });
    const refreshing = refreshVault(store, world.vault).catch((error: unknown) => error);
    const outcome = await Promise.race([refreshing, store.crashed]);
    store.forgetNow();
    if (outcome instanceof RowsealError) {
      expect(['STORE_FAILED', 'HEADER_CONFLICT', 'VAULT_MISSING']).toContain(outcome.code);
    }
    const again = await refreshVault(world.store, world.vault);
    expect(again.header).toBe(newest.header);
    expect(world.store.pin).toBe(pinOf(newest));
    expect(decryptRow(again, diary, world.sealed)).toEqual(ROW);
  });
});
