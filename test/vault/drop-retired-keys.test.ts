import { describe, expect, it } from 'vitest';
import {
  type ClosedKey,
  decryptRow,
  dropRetiredKeys,
  encryptRow,
  lockVault,
  openVault,
  recallKeys,
  rekeyVault,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { createWorld, diary, ROW } from '../support/world.js';
import { noneLeft } from './closed-keys.js';
import { quick } from './users.js';

const ids = ({ keys }: Vault) => keys.map(({ id }) => id);

/** A vault with one key in use and two retired ones. */
async function rotatedTwice() {
  const world = await createWorld();
  const once = await rotateDataKey(world.store, world.vault);
  const vault = await rotateDataKey(world.store, once);
  return { ...world, once, vault };
}

describe('dropRetiredKeys', () => {
  it('closes every retired key by its prefix, and drops those that no payload names', async () => {
    const { store, vault } = await rotatedTwice();
    const [primary, used, unused] = ids(vault) as [string, string, string];
    const asked: string[] = [];
    const result = await dropRetiredKeys(store, vault, {
      async closeKeys(prefixes) {
        asked.push(...prefixes);
        expect(store.header).toBe(vault.header); // not before the server has closed them
        return [
          { prefix: prefixes[1] as string, payloads: '0' },
          { prefix: prefixes[0] as string, payloads: 7n },
        ];
      },
    });
    const sealed = [...ids(vault)]
      .slice(1)
      .map((id) => Buffer.concat([Buffer.of(1), Buffer.from(id, 'base64url')]));
    expect(asked).toEqual(sealed.map((bytes) => bytes.toString('base64url')));
    expect(asked.every((prefix) => prefix.length === 44)).toBe(true);
    expect(result).toMatchObject({ dropped: [unused], left: 7 });
    expect(ids(result.vault)).toEqual([primary, used]);
    expect(result.vault.epoch).toBe(vault.epoch + 1);
    const fresh = await openVault(store.otherDevice(), quick());
    expect(ids(fresh)).toEqual([primary, used]);
  });

  it('asks with what payloads really begin with', async () => {
    const { store, vault, sealed } = await rotatedTwice();
    const prefixes: string[] = [];
    await dropRetiredKeys(store, vault, {
      closeKeys: async (asked) => {
        prefixes.push(...asked);
        return noneLeft(asked);
      },
    });
    expect(prefixes.filter((prefix) => (sealed.payload as string).startsWith(prefix))).toHaveLength(
      1,
    );
  });

  it('changes nothing while payloads name every retired key, or when there is none', async () => {
    const { store, vault } = await rotatedTwice();
    const writes = store.writes.length;
    const stuck = await dropRetiredKeys(store, vault, {
      closeKeys: async (prefixes) => prefixes.map((prefix) => ({ prefix, payloads: 2 })),
    });
    expect(stuck).toEqual({ vault, dropped: [], left: 4 });
    expect(stuck.vault).toBe(vault);
    const young = await createWorld();
    const closeKeys = () => Promise.reject(new Error('nobody is asked'));
    const none = await dropRetiredKeys(young.store, young.vault, { closeKeys });
    expect(none).toEqual({ vault: young.vault, dropped: [], left: 0 });
    expect(none.vault).toBe(young.vault);
    expect(store.writes).toHaveLength(writes);
  });

  it('drops revoked keys, keeps the earlier vault keys, and never closes a recalled key', async () => {
    const { store, vault, header, sealed } = await createWorld();
    const { vault: rekeyed } = await rekeyVault(store, vault, { keep: [quick()] });
    const { vault: lean } = await dropRetiredKeys(store, rekeyed, { closeKeys: noneLeft });
    const recalled = recallKeys(lean, header); // through the earlier vault key
    expect(decryptRow(recalled, diary, sealed, { acceptRetired: true })).toEqual(ROW);
    const rotated = await rotateDataKey(store, recalled);
    const asked: string[] = [];
    const { vault: last } = await dropRetiredKeys(store, rotated, {
      closeKeys: async (prefixes) => {
        asked.push(...prefixes);
        return noneLeft(prefixes);
      },
    });
    expect(asked).toHaveLength(1);
    expect(last.keys.map(({ status }) => status)).toEqual(['primary', 'recalled']);
  });

  it.each<[string, (prefixes: readonly string[]) => unknown]>([
    ['nothing', () => undefined],
    ['a key missing', ([one]) => [{ prefix: one, payloads: 0 }]],
    ['none at all', () => []],
    ['a key twice', ([one, other]) => [one, one, other].map((prefix) => ({ prefix, payloads: 0 }))],
    ['another twice', (all) => [...all, 'x', 'x'].map((prefix) => ({ prefix, payloads: 0 }))],
    ...[
      -1,
      0.5,
      Number.NaN,
      2 ** 70,
      -1n,
      '',
      ' 0',
      '00',
      '0x0',
      '1e3',
      'none',
      null,
      undefined,
      true,
      [0],
    ].map((payloads): [string, (prefixes: readonly string[]) => unknown] => [
      `a count of ${typeof payloads} ${JSON.stringify(String(payloads))}`,
      (all) => all.map((prefix) => ({ prefix, payloads })),
    ]),
  ])('takes no answer with %s', async (_, answer) => {
    const { store, vault } = await rotatedTwice();
    const { header, pin } = store;
    const closeKeys = async (prefixes: readonly string[]) => answer(prefixes) as ClosedKey[];
    await expect(dropRetiredKeys(store, vault, { closeKeys })).rejects.toThrow(TypeError);
    expect(store).toMatchObject({ header, pin });
  });

  it('ignores prefixes that it did not ask about', async () => {
    const { store, vault } = await rotatedTwice();
    const closeKeys = async (prefixes: readonly string[]) => noneLeft([...prefixes, 'x']);
    const { dropped, left } = await dropRetiredKeys(store, vault, { closeKeys });
    expect([dropped.length, left]).toEqual([2, 0]);
  });

  it('is STORE_FAILED when the server can not be asked, with what it threw as cause', async () => {
    const { store, vault } = await rotatedTwice();
    const { header } = store;
    const cause = new Error('offline');
    for (const closeKeys of [
      () => Promise.reject(cause),
      () => {
        throw cause;
      },
    ]) {
      const dropping = dropRetiredKeys(store, vault, { closeKeys });
      await expect(dropping).rejects.toMatchObject({ code: 'STORE_FAILED', cause });
    }
    expect(store.header).toBe(header);
  });

  it('takes no other answer for a function', async () => {
    const { store, vault } = await rotatedTwice();
    for (const options of [{}, { closeKeys: [] }, { closeKeys: null }]) {
      await expect(dropRetiredKeys(store, vault, options as never)).rejects.toThrow(TypeError);
    }
  });

  it('refuses from an old snapshot before it asks the server, and when the store moved meanwhile', async () => {
    const { store, vault, once } = await rotatedTwice();
    let asked = 0;
    const closeKeys = async (prefixes: readonly string[]) => {
      asked += 1;
      await rotateDataKey(store, await openVault(store, quick()));
      return noneLeft(prefixes);
    };
    const stale = dropRetiredKeys(store, once, { closeKeys });
    await expect(stale).rejects.toMatchObject({ code: 'HEADER_CONFLICT' });
    expect(asked).toBe(0);
    const late = dropRetiredKeys(store, vault, { closeKeys });
    await expect(late).rejects.toMatchObject({ code: 'HEADER_CONFLICT' });
    const now = await openVault(store, quick());
    expect(now.keys).toHaveLength(4);
    expect((await dropRetiredKeys(store, now, { closeKeys: noneLeft })).dropped).toHaveLength(3);
  });

  it('writes nothing once the vault was locked meanwhile', async () => {
    const { store, vault } = await rotatedTwice();
    const { header } = store;
    const dropping = dropRetiredKeys(store, vault, {
      closeKeys: async (prefixes) => {
        lockVault(vault);
        return noneLeft(prefixes);
      },
    });
    await expect(dropping).rejects.toMatchObject({ code: 'LOCKED' });
    expect(store.header).toBe(header);
  });

  it('leaves the earlier snapshot usable', async () => {
    const { store, vault, sealed } = await rotatedTwice();
    await dropRetiredKeys(store, vault, { closeKeys: noneLeft });
    expect(decryptRow(vault, diary, sealed)).toEqual(ROW);
    expect(decryptRow(vault, diary, encryptRow(vault, diary, ROW))).toEqual(ROW);
  });
});
