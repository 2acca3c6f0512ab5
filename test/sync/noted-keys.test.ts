/** Which vaults a device believes that a key has left, and what opens by such a key. */
import {
  defineTable,
  dropRetiredKeys,
  encrypted,
  encryptRow,
  lockVault,
  memoryStore,
  openVault,
  recallKeys,
  rotateDataKey,
  type Vault,
} from 'rowseal';
import { vaultForTesting } from 'rowseal/testing';
import { describe, expect, it } from 'vitest';
import { withNotedKeys } from '../../src/sync/noted-keys.js';
import { type Change, type ForgetfulDevice, forgetfulWorld } from '../support/forgetful-world.js';
import { payloadIdOf } from '../support/payload-text.js';
import { prefixOf } from '../support/rekeyed-devices.js';

const notes = defineTable('notes', { title: encrypted.text(), body: encrypted.text().optional() });
const N1 = { id: 'n1', title: 'before', body: null };

/** A phone that was offline while its key was dropped, and is back. */
async function phoneIsBack(change: Change = 'rotated') {
  const world = forgetfulWorld(notes);
  const phone = await world.device('phone');
  await phone.start(await world.open(world.vault));
  phone.engine.insert('notes', N1);
  await phone.sync();
  const next = await world.changeKeys(world.vault, change);
  await phone.start(await world.open(next));
  await phone.sync();
  world.clock.now += 1000;
  return { world, phone, next };
}

async function expectRefused({ engine, left, mirror }: ForgetfulDevice, vault: Vault) {
  await mirror().unlock(vault);
  await expect(mirror().flush()).rejects.toMatchObject({ code: 'LOCKED' });
  engine.update('notes', 'n1', { body: 'under the wrong key' });
  await expect(mirror().flush()).rejects.toMatchObject({ code: 'LOCKED' });
  expect(mirror().status).toMatchObject({ state: 'locked', header: { code: 'HEADER_ROLLBACK' } });
  expect(left).toEqual([]);
}

describe('a vault without the key used last', () => {
  it.each<Change>(['rotated', 'rekeyed'])(
    'is refused when it is from before keys were %s, however often it is given',
    async (change) => {
      const { world, phone, next } = await phoneIsBack(change);
      const old = await world.open(world.vault);
      await expectRefused(phone, old);
      await expectRefused(phone, old);
      await phone.start(await world.open(next));
      await phone.sync();
      expect(phone.engine.row('notes', 'n1')?.body).toBe('under the wrong key');
      expect(phone.left.every((payload) => payload.startsWith(prefixOf(next)))).toBe(true);
    },
  );

  it('is refused when it was made by whoever lost access, though its epoch is later', async () => {
    const { world, phone, next } = await phoneIsBack('rekeyed');
    const store = memoryStore(world.vault.header);
    let forged = await world.open(world.vault);
    while (forged.epoch <= next.epoch) forged = await rotateDataKey(store, forged);
    await expectRefused(phone, forged);
  });

  it('is refused when it is of another branch, though its epoch is later', async () => {
    const { world, phone, next } = await phoneIsBack();
    const store = memoryStore(world.vault.header);
    let branch = await world.open(world.vault);
    while (branch.epoch <= next.epoch) branch = await rotateDataKey(store, branch);
    await expectRefused(phone, branch);
  });
});

/** What a vault's holder could seal at any time, and stamp as they like. */
function forged({ vault, server }: ReturnType<typeof forgetfulWorld>, title: string): string {
  const { payload } = encryptRow(vault, notes, { id: 'n1', title });
  const parents = payloadIdOf(String(server.row('notes', 'n1')?.payload));
  server.hostile.change('notes', 'n1', { payload, parents, siblings: '' });
  return String(payload);
}

describe('what arrives under a key that was dropped', () => {
  it('is quarantined, and the last good plaintext is edited and sealed', async () => {
    const { world, phone, next } = await phoneIsBack();
    const payload = forged(world, 'forged');
    await phone.sync();
    expect(await phone.mirror().troubledRows()).toMatchObject([
      { id: 'n1', kind: 'quarantined', code: 'KEY_RETIRED' },
    ]);
    expect(phone.engine.row('notes', 'n1')).toEqual(N1);
    phone.engine.update('notes', 'n1', { body: 'mine' });
    await phone.sync();
    expect(phone.engine.row('notes', 'n1')).toEqual({ ...N1, body: 'mine' });
    expect(String(world.server.row('notes', 'n1')?.payload).startsWith(prefixOf(next))).toBe(true);
    expect(world.server.row('notes', 'n1')?.siblings).toBe(payload);
    expect(await phone.mirror().troubledRows()).toEqual([]);
  });

  it('is opened once the user accepts it', async () => {
    const { world, phone } = await phoneIsBack();
    forged(world, 'of a device of mine');
    await phone.sync();
    await phone.mirror().retry({ acceptRetired: true });
    expect(phone.engine.row('notes', 'n1')?.title).toBe('of a device of mine');
  });

  it('is merged once the user accepts what a backup brought back, and nothing newer is lost', async () => {
    const { world, phone, next } = await phoneIsBack();
    phone.engine.update('notes', 'n1', { body: 'newer' });
    await phone.sync();
    world.server.hostile.replay('notes', 'n1', 0);
    await phone.sync();
    expect(await phone.mirror().troubledRows()).toMatchObject([{ code: 'KEY_RETIRED' }]);
    expect(phone.engine.row('notes', 'n1')?.body).toBe('newer');
    await phone.mirror().retry({ acceptRetired: true });
    await phone.sync();
    expect(await phone.mirror().troubledRows()).toEqual([]);
    expect(phone.engine.row('notes', 'n1')?.body).toBe('newer');
    const stored = world.server.row('notes', 'n1');
    expect(String(stored?.payload).startsWith(prefixOf(next))).toBe(true);
    expect(stored?.siblings).toBe('');
  });

  it('waits on a device that never had the key', async () => {
    const { world, next } = await phoneIsBack();
    const fresh = await world.device('fresh');
    await fresh.start(await world.open(next));
    await fresh.sync();
    forged(world, 'forged');
    await fresh.sync();
    expect(await fresh.mirror().troubledRows()).toMatchObject([
      { id: 'n1', kind: 'waiting', code: 'UNKNOWN_KEY', detail: world.vault.keys[0]?.id },
    ]);
    expect(fresh.engine.row('notes', 'n1')).toEqual(N1);
  });
});

describe('noted headers', () => {
  async function droppedTimes(times: number) {
    const { vault, store, opener } = vaultForTesting('noted headers');
    const headers: string[] = [];
    let next = vault;
    for (let round = 0; round < times; round++) {
      headers.unshift(next.header);
      next = await rotateDataKey(store, next);
      const closeKeys = async (prefixes: readonly string[]) =>
        prefixes.map((prefix) => ({ prefix, payloads: 0 }));
      next = (await dropRetiredKeys(store, next, { closeKeys })).vault;
    }
    return { vault: await openVault(memoryStore(next.header), opener), headers };
  }

  it('give no key twice, and are at most sixteen', async () => {
    const { vault, headers } = await droppedTimes(17);
    const { recalling, sealing } = withNotedKeys(vault, [...headers, headers[0] as string]);
    expect(sealing.headers).toEqual([vault.header, ...headers.slice(0, 15)]);
    const statuses = recalling.keys.map(({ status }) => status);
    expect(statuses).toEqual(['primary', ...Array(15).fill('recalled')]);
    expect(sealing.prefixes).toHaveLength(16);
  });

  it('are kept though the app has recalled their keys by itself', async () => {
    const { vault, headers } = await droppedTimes(2);
    const [latest, first] = headers as [string, string];
    const given = recallKeys(vault, first);
    const { recalling, sealing } = withNotedKeys(given, [latest, first]);
    expect(sealing.headers).toEqual([vault.header, latest, first]);
    expect(new Set(recalling.keys.map(({ id }) => id)).size).toBe(3);
    expect(sealing.prefixes).toHaveLength(3);
    expect(withNotedKeys(given, [latest]).recalling.keys).toHaveLength(3);
    expect(withNotedKeys(given, []).sealing.prefixes).toHaveLength(1);
  });

  it('are left out that are no header of this vault', async () => {
    const { vault, headers } = await droppedTimes(1);
    const foreign = vaultForTesting('somebody else').vault.header;
    const { sealing } = withNotedKeys(vault, ['', foreign, ...headers]);
    expect(sealing.headers).toEqual([vault.header, ...headers]);
  });

  it('are not opened by a locked vault', async () => {
    const { vault, headers } = await droppedTimes(1);
    lockVault(vault);
    expect(() => withNotedKeys(vault, headers)).toThrow(
      expect.objectContaining({ code: 'LOCKED' }),
    );
  });
});
