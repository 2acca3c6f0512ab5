/** Uploads that meet a key which is closed, on real devices with the SQL that is shipped. */
import { expect, it } from 'vitest';
import { keyCloser } from '../../examples/sync-server/connector.js';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import {
  createVault,
  type DropOptions,
  dropRetiredKeys,
  openVault,
  recallKeys,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import {
  payloadsIn,
  prefixOf,
  type RekeyedDevice,
  rekeyedDevice,
  rekeyingServer,
  untilSettled,
  VAULTS,
} from '../support/rekeyed-devices.js';
import { until, untilRows } from '../support/synced-devices.js';
import { quick } from '../vault/users.js';

const NOTES = 'SELECT id, title, body FROM notes ORDER BY id';
const closer = ({ url }: SyncServer): DropOptions => ({
  closeKeys: keyCloser({ url, owner: 'ada', device: 'laptop' }),
});

async function laptopAndPhone() {
  const server = await rekeyingServer();
  const laptop = await rekeyedDevice(server, 'laptop');
  laptop.connect();
  const { vault } = await createVault(laptop.store, quick());
  await laptop.start(vault);
  await laptop.db.execute("INSERT INTO notes (id, title) VALUES ('n1', 'first'), ('n2', 'first')");
  await untilSettled(laptop);
  const phone = await rekeyedDevice(server, 'phone');
  phone.connect();
  await phone.start(await openVault(phone.store, quick()));
  await untilRows(phone.db, 'SELECT count(*) AS count FROM notes', [{ count: 2 }]);
  await untilSettled(phone);
  return { server, laptop, phone, vault };
}

/** The next key, under which the laptop seals all that it has. */
async function rotated({ store, mirror }: RekeyedDevice, vault: Vault): Promise<Vault> {
  const next = await rotateDataKey(store, vault);
  await mirror().unlock(next);
  await mirror().reencryptAll({ pauseMs: 0 });
  return next;
}

const used = async (server: SyncServer) =>
  (await server.query("SELECT prefix FROM rowseal_key_use('ada')")).map(({ prefix }) => prefix);

const BOTH = [
  { id: 'n1', title: 'first', body: 'phone' },
  { id: 'n2', title: 'first', body: null },
];

it('are refused until the device has seen the header, and then leave under the next key', async () => {
  const { server, laptop, phone, vault } = await laptopAndPhone();
  await phone.db.disconnect();
  await phone.db.execute("UPDATE notes SET body = 'phone' WHERE id = 'n1'");
  await phone.mirror().flush();
  const next = await rotated(laptop, vault);
  const { vault: lean, left } = await dropRetiredKeys(laptop.store, next, closer(server));
  expect(left).toBe(0);

  phone.sent.length = 0;
  await server.withhold('phone', VAULTS, true);
  phone.connect();
  await until(() => {
    const { uploadError } = phone.db.currentStatus.dataFlowStatus;
    expect(uploadError?.message).toContain('500');
  });
  expect(payloadsIn(phone.sent)[0]).toMatch(new RegExp(`^${prefixOf(vault)}`));
  expect(await phone.mirror().troubledRows()).toEqual([]); // it is not refused for good
  expect(await used(server)).toEqual([prefixOf(lean)]);

  await server.withhold('phone', VAULTS, false);
  for (const { db } of [laptop, phone]) await untilRows(db, NOTES, BOTH);
  await untilSettled(laptop, phone);
  expect(payloadsIn(phone.sent).at(-1)).toMatch(new RegExp(`^${prefixOf(lean)}`));
  expect(await used(server)).toEqual([prefixOf(lean)]);
});

it('that are under way while it is closed are counted, or come again under the next key', async () => {
  const { server, laptop, phone, vault } = await laptopAndPhone();
  await phone.db.disconnect();
  await phone.db.execute("UPDATE notes SET body = 'phone' WHERE id = 'n1'");
  await phone.mirror().flush();
  const next = await rotated(laptop, vault);
  let goOn = () => {};
  phone.until = new Promise<void>((resolve) => {
    goOn = resolve; // the upload has left the device, and is not at the server yet
  });
  phone.sent.length = 0;
  phone.connect();
  await until(() => expect(phone.sent).toHaveLength(1));
  const { closeKeys } = closer(server);
  const { vault: lean } = await dropRetiredKeys(laptop.store, next, {
    async closeKeys(prefixes) {
      const answer = await closeKeys(prefixes);
      goOn();
      await until(() => {
        const { uploadError } = phone.db.currentStatus.dataFlowStatus;
        expect(uploadError?.message).toContain('500');
      });
      return answer;
    },
  });
  expect(payloadsIn(phone.sent)[0]).toMatch(new RegExp(`^${prefixOf(vault)}`));
  for (const { db } of [laptop, phone]) await untilRows(db, NOTES, BOTH);
  await untilSettled(laptop, phone);
  expect(await used(server)).toEqual([prefixOf(lean)]);
  expect(lean.keys).toHaveLength(1);
});

it('that came before it was closed keep it, until they are sealed again', async () => {
  const { server, laptop, phone, vault } = await laptopAndPhone();
  await server.withhold('phone', VAULTS, true);
  const next = await rotateDataKey(laptop.store, vault);
  await laptop.mirror().unlock(next);
  await phone.db.execute("UPDATE notes SET body = 'phone' WHERE id = 'n1'");
  await untilRows(laptop.db, NOTES, BOTH);
  const kept = await dropRetiredKeys(laptop.store, next, closer(server));
  expect(kept).toMatchObject({ vault: next, dropped: [] });
  expect(kept.left).toBeGreaterThan(0);
  await laptop.mirror().reencryptAll({ pauseMs: 0 });
  const { vault: lean } = await dropRetiredKeys(laptop.store, next, closer(server));
  expect(lean.keys).toHaveLength(1);
  await server.withhold('phone', VAULTS, false);
  await until(() => expect(phone.mirror().vault?.header).toBe(lean.header));
  for (const { db } of [laptop, phone]) await untilRows(db, NOTES, BOTH);
});

it('a server that says 0 of what it has makes rows wait, and a key that is recalled opens them', async () => {
  const { server, laptop, phone, vault } = await laptopAndPhone();
  const next = await rotateDataKey(laptop.store, vault);
  const { vault: lean } = await dropRetiredKeys(laptop.store, next, {
    closeKeys: async (prefixes) => prefixes.map((prefix) => ({ prefix, payloads: 0 })),
  });
  const tablet = await rekeyedDevice(server, 'tablet');
  tablet.connect();
  const opened = await openVault(tablet.store, quick());
  await tablet.start(opened);
  const waits = [{ keyId: vault.keys[0]?.id, rows: 2 }];
  await until(() => expect(tablet.mirror().status.waitingKeys).toMatchObject(waits));
  // Who had them has them, in plaintext.
  for (const { db } of [laptop, phone]) expect(await db.getAll(NOTES)).toHaveLength(2);

  await tablet.mirror().unlock(recallKeys(opened, vault.header));
  await until(() => expect(tablet.mirror().status.quarantined).toBe(2));
  const codes = (await tablet.mirror().troubledRows()).map(({ code }) => code);
  expect(codes).toEqual(['KEY_RETIRED', 'KEY_RETIRED']);
  await tablet.mirror().retry({ acceptRetired: true });
  await untilRows(tablet.db, 'SELECT title FROM notes', [{ title: 'first' }, { title: 'first' }]);
  await tablet.mirror().reencryptAll({ pauseMs: 0 });
  expect(await used(server)).toEqual([prefixOf(lean)]);
});
