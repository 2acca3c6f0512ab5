/** Re-encryption through mirrors on real databases: one device, two at once, and one that was offline. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import {
  createVault,
  encryptRow,
  lockVault,
  memoryStore,
  openVault,
  rekeyVault,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { laterThan } from '../support/later-than.js';
import {
  notes,
  prefixOf,
  type RekeyedDevice,
  rekeyedDevice,
  rekeyingServer,
  untilSettled,
} from '../support/rekeyed-devices.js';
import { until, untilRows } from '../support/synced-devices.js';
import { quick } from '../vault/users.js';

const IDS = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'];
const TITLE = "SELECT title FROM notes WHERE id = 'n1'";
const PAGES = { pageLength: 2, pauseMs: 10 };

let server: SyncServer;
let laptop: RekeyedDevice;
let first: Vault;

/** Six notes on the server, one of them deleted, and a task. */
beforeEach(async () => {
  server = await rekeyingServer();
  laptop = await rekeyedDevice(server, 'laptop');
  laptop.connect();
  first = (await createVault(laptop.store, quick())).vault;
  await laptop.start(first);
  await laptop.db.writeTransaction(async (tx) => {
    for (const id of IDS)
      await tx.execute("INSERT INTO notes (id, title) VALUES (?, 'first')", [id]);
    await tx.execute("INSERT INTO tasks (id, name) VALUES ('t1', 'first')");
  });
  await laptop.mirror().flush();
  await laptop.db.execute("DELETE FROM notes WHERE id = 'n6'");
  await laptop.mirror().flush();
  await untilSettled(laptop);
});

async function another(name: string): Promise<RekeyedDevice> {
  const device = await rekeyedDevice(server, name);
  device.connect();
  await device.start(await openVault(device.store, quick()));
  await untilRows(device.db, 'SELECT count(*) AS count FROM notes', [{ count: 5 }]);
  await untilSettled(device);
  return device;
}

async function rotate(...others: readonly RekeyedDevice[]): Promise<Vault> {
  const next = await rotateDataKey(laptop.store, laptop.mirror().vault as Vault);
  for (const { mirror } of [laptop, ...others]) {
    await until(() => expect(mirror().vault?.epoch).toBe(next.epoch));
  }
  return next;
}

/** Ids of the rows of which the server has a payload under another key. */
async function outdated(vault: Vault): Promise<unknown[]> {
  const rows = await server.query(
    `SELECT id FROM (
      SELECT id, payload, siblings FROM notes_sealed UNION ALL SELECT id, payload, siblings FROM tasks_sealed
    ) AS sealed
    WHERE EXISTS (
      SELECT FROM unnest(string_to_array(siblings, ' ') || payload) AS one WHERE NOT starts_with(one, $1)
    ) ORDER BY id`,
    [prefixOf(vault)],
  );
  return rows.map(({ id }) => id);
}

describe('after rotateDataKey', () => {
  it('one device seals every row again, and a second call nothing', async () => {
    const next = await rotate();
    expect(await outdated(next)).toHaveLength(7);
    expect(await laptop.mirror().reencryptAll(PAGES)).toEqual({ done: 7, left: 0 });
    expect(await outdated(next)).toEqual([]);
    const [use, ...others] = await laptop.mirror().keyUse();
    expect([use, others]).toEqual([{ keyId: next.keys[0]?.id, payloads: 7 }, []]);
    const uploads = (await server.uploads()).length;
    expect(await laptop.mirror().reencryptAll(PAGES)).toEqual({ done: 0, left: 0 });
    await untilSettled(laptop);
    expect(await server.uploads()).toHaveLength(uploads);
    await server.replay('notes_sealed', 'n1', 0);
    await until(async () => expect(await laptop.mirror().keyUse()).toHaveLength(2));
    await untilSettled(laptop);
    expect(await server.uploads()).toHaveLength(uploads);
    expect(await laptop.mirror().reencryptAll(PAGES)).toEqual({ done: 1, left: 0 });
    expect(await outdated(next)).toEqual([]);
  });

  it('two devices do it at once, and one that was offline loses no edit', async () => {
    const [phone, tablet] = [await another('phone'), await another('tablet')];
    await tablet.db.disconnect();
    await tablet.db.execute("UPDATE notes SET body = 'offline' WHERE id = 'n1'");
    await tablet.db.execute("INSERT INTO notes (id, title) VALUES ('n7', 'offline')");
    await tablet.mirror().flush();
    const next = await rotate(phone);
    await phone.db.execute("UPDATE notes SET title = 'phone' WHERE id = 'n1'");
    await phone.mirror().flush();
    await Promise.all([laptop, phone].map(({ mirror }) => mirror().reencryptAll(PAGES)));
    await untilSettled(laptop, phone);
    expect(await outdated(next)).toEqual([]);
    tablet.connect();
    const merged = [{ title: 'phone', body: 'offline' }];
    for (const { db } of [laptop, phone, tablet]) {
      await untilRows(db, "SELECT title, body FROM notes WHERE id = 'n1'", merged);
      await untilRows(db, "SELECT title FROM notes WHERE id = 'n7'", [{ title: 'offline' }]);
    }
    await untilSettled(laptop, phone, tablet);
    await tablet.mirror().reencryptAll(PAGES);
    expect(await outdated(next)).toEqual([]);
  });

  it('goes on where it was stopped, and where the vault was locked', async () => {
    const next = await rotate();
    const stop = new AbortController();
    const stopped = laptop.mirror().reencryptAll({
      ...PAGES,
      signal: stop.signal,
      onProgress: ({ done }) => void (done > 0 && stop.abort()),
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    const left = (await outdated(next)).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(7);
    lockVault(laptop.mirror().vault as Vault);
    await expect(laptop.mirror().reencryptAll(PAGES)).rejects.toMatchObject({ code: 'LOCKED' });
    await laptop.mirror().unlock(await openVault(laptop.store, quick()));
    expect(await laptop.mirror().reencryptAll(PAGES)).toEqual({ done: left, left: 0 });
    expect(await outdated(next)).toEqual([]);
  });
});

describe('after rekeyVault', () => {
  it('a row that was written since under a revoked key is left until it is accepted', async () => {
    const offline = await openVault(memoryStore(first.header), quick());
    const { vault: next } = await rekeyVault(laptop.store, first, { keep: [quick()] });
    await laptop.mirror().unlock(next);
    await laterThan(Date.now());
    const { payload } = encryptRow(offline, notes, { id: 'n1', title: 'late' });
    const store = "UPDATE notes_sealed SET payload = $1, parents = '' WHERE id = 'n1'";
    await server.query(store, [payload]);
    await until(() => expect(laptop.mirror().status.quarantined).toBe(1));
    expect(await laptop.mirror().reencryptAll(PAGES)).toEqual({ done: 6, left: 2 });
    expect(await outdated(next)).toEqual(['n1']);
    await untilRows(laptop.db, TITLE, [{ title: 'first' }]);
    await laptop.mirror().retry({ acceptRetired: true });
    await untilRows(laptop.db, TITLE, [{ title: 'late' }]);
    expect(await laptop.mirror().reencryptAll(PAGES)).toMatchObject({ left: 0 });
    expect(await outdated(next)).toEqual([]);
  });
});
