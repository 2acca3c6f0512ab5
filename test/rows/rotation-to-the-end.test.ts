/**
 * A rotation from the first call to the last: two devices re-encrypt at once and are killed fifty times,
 * a third is offline throughout. In the end the old key is gone, and no edit is.
 */
import { expect, it } from 'vitest';
import {
  countKeyUse,
  decryptRow,
  dropRetiredKeys,
  encryptRow,
  mergeRows,
  openVault,
  recallKeys,
  reencryptAll,
  reencryptRow,
  refreshVault,
  rekeyVault,
  rotateDataKey,
  tryDecryptRow,
  vaultHealth,
} from '../../src/index.js';
import { byPassword } from '../../src/keys/by-password.js';
import { type Counter, counters, type MemoryRows, memoryRows } from '../support/memory-rows.js';
import { createWorld, openFresh, PASSWORD } from '../support/world.js';

const COUNT = 60;
const KILLS = 50;
const options = { pageLength: 7 };

/** What a server stores, with the keys under which it stores nothing more. */
interface Server extends MemoryRows {
  store(next: Counter): void;
  closeKeys(prefixes: readonly string[]): Promise<{ prefix: string; payloads: string }[]>;
}

function serverWith(rows: readonly Counter[]): Server {
  const memory = memoryRows(rows);
  const closed = new Set<string>();
  const assertOpen = ({ payload }: Counter) => {
    if (closed.has(payload.slice(0, 44))) throw new Error('55000');
  };
  return {
    ...memory,
    store(next) {
      assertOpen(next);
      memory.stored.set(next.id, next);
    },
    async replaceRow(next, expected) {
      assertOpen(next);
      return memory.replaceRow(next, expected);
    },
    async closeKeys(prefixes) {
      for (const prefix of prefixes) closed.add(prefix);
      const used = (prefix: string) =>
        memory.payloads().filter((payload) => payload.startsWith(prefix)).length;
      return prefixes.map((prefix) => ({ prefix, payloads: String(used(prefix)) }));
    },
  };
}

/** The server as a run sees it that ends at its nth call. */
function until(server: Server, calls: number): MemoryRows {
  let left = calls;
  const call = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    left -= 1;
    if (left < 0) throw new Error('killed');
    // Others have their turn.
    await new Promise((resolve) => setImmediate(resolve));
    return work();
  };
  return {
    ...server,
    readRows: (...given) => call(() => server.readRows(...given)),
    replaceRow: (next, expected) => call(() => server.replaceRow(next, expected)),
  };
}

const idOf = (at: number) => `r${String(at).padStart(2, '0')}`;

async function setUp() {
  const world = await createWorld();
  const offline = await openFresh(world);
  const rows = Array.from({ length: COUNT }, (_, count) =>
    encryptRow(world.vault, counters, { id: idOf(count), name: 'of before', count }),
  );
  // What the offline device edited; it never sent it.
  const waiting = [7, 8].map((count) => {
    const edited = { id: idOf(count), name: 'edited offline', count };
    return encryptRow(offline, counters, edited, { previous: rows[count] as Counter });
  });
  return { world, offline, waiting, server: serverWith(rows) };
}

it.each([
  ['rotateDataKey', 'rotated'],
  ['rekeyVault', 'revoked'],
])('after %s', async (how, status) => {
  const { world, offline, waiting, server } = await setUp();
  const { store, vault, kdf } = world;
  const { closeKeys } = server;
  const password = byPassword(PASSWORD, { kdf });
  const next =
    how === 'rotateDataKey'
      ? await rotateDataKey(store, vault)
      : (await rekeyVault(store, vault, { keep: [password] })).vault;
  const second = await openFresh(world);
  expect(next.keys.map((key) => key.status)).toEqual(['primary', status]);

  let killed = 0;
  for (let round = 0; round < KILLS / 2; round++) {
    const runs = [next, second].map((each) =>
      reencryptAll(each, counters, until(server, 1 + (round % 3)), options).catch(() => {
        killed += 1;
      }),
    );
    await Promise.all(runs);
    // Meanwhile somebody edits a column that the offline device did not touch.
    if (round === 5) {
      const previous = server.stored.get(idOf(7)) as Counter;
      const row = { ...decryptRow(next, counters, previous), count: 700 };
      server.store(encryptRow(next, counters, row, { previous }));
    }
    // Too early, it drops nothing, and everything goes on.
    if (round === 10) {
      const early = await dropRetiredKeys(store, next, { closeKeys });
      expect([early.vault, early.dropped]).toEqual([next, []]);
    }
  }
  expect(killed).toBe(KILLS);
  await reencryptAll(second, counters, server, options);
  expect(countKeyUse(server.stored.values())).toEqual([
    { keyId: next.keys[0]?.id, payloads: COUNT },
  ]);

  const {
    vault: lean,
    dropped,
    left,
  } = await dropRetiredKeys(store, next, {
    closeKeys: server.closeKeys,
  });
  expect([dropped, left]).toEqual([[vault.keys[0]?.id], 0]);
  const health = vaultHealth(lean, { keyUse: countKeyUse(server.stored.values()) });
  expect(health.keys).toMatchObject({ rotated: 0, revoked: 0 });
  expect(health.rows).toMatchObject({ underPrimary: COUNT, underUnknown: 0 });

  // The third device comes online: refused, it takes the header, merges and seals again.
  const online =
    how === 'rotateDataKey'
      ? await refreshVault(store.otherDevice(), offline)
      : await openVault(store.otherDevice(), password);
  expect(online.keys).toHaveLength(1);
  const recalled = recallKeys(online, offline.header);
  const own = { acceptRetired: true };
  for (const edited of waiting) {
    expect(() => server.store(edited)).toThrow('55000');
    const refused = tryDecryptRow(online, counters, edited);
    expect(refused).toMatchObject({ error: { code: 'UNKNOWN_KEY' } });
    const stored = server.stored.get(edited.id) as Counter;
    const merged = mergeRows(recalled, counters, stored, edited, own);
    server.store(reencryptRow(recalled, counters, merged, own));
  }

  for (const [id, row] of server.stored) {
    const at = Number(id.slice(1));
    const name = at === 7 || at === 8 ? 'edited offline' : 'of before';
    expect(decryptRow(lean, counters, row)).toEqual({ id, name, count: at === 7 ? 700 : at });
  }
  expect(countKeyUse(server.stored.values())).toHaveLength(1);
});
