/** Two servers of one user that went on without each other, and a device that is moved between them. */
import { expect, it } from 'vitest';
import {
  adoptHeader,
  openVault,
  restoreHeader,
  rotateDataKey,
  type Vault,
  type VaultStore,
} from '../../src/index.js';
import { rekeyingServer, untilSettled, VAULTS } from '../support/rekeyed-devices.js';
import { until } from '../support/synced-devices.js';
import {
  moveTo,
  newDevice,
  sendAgain,
  unluckyUser,
  untilShown,
  untilTitles,
} from '../support/unlucky-devices.js';
import { quick } from '../vault/users.js';
import { refusal } from './vault-user.js';

/** The laptop stays; the phone works with the copy, and comes back. */
async function twoRegions() {
  const user = await unluckyUser();
  const { server, laptop } = user;
  const phone = await newDevice(user, 'phone');
  await untilTitles(phone, 'first', 'first');
  const elsewhere = await rekeyingServer();
  for (const table of [VAULTS, 'notes_sealed']) {
    for (const row of await server.query(`SELECT * FROM ${table}`)) {
      await elsewhere.setColumns(table, String(row.id), row);
    }
  }
  const store = await moveTo(phone, elsewhere);
  await untilSettled(phone);
  return { server, laptop, phone, store, vault: phone.mirror().vault as Vault };
}

async function rotateTwice(store: VaultStore, vault: Vault): Promise<Vault> {
  return rotateDataKey(store, await rotateDataKey(store, vault));
}

const TITLES = ['first', 'phone', 'laptop', 'phone'];

it('the other one is further: the device adopts its header, and sends what that server lacks', async () => {
  const { server, laptop, phone, store, vault } = await twoRegions();
  const left = await rotateDataKey(store, vault);
  await phone.mirror().unlock(left);
  await phone.db.execute("UPDATE notes SET title = 'phone' WHERE id = 'n2'");
  await phone.db.execute("INSERT INTO notes (id, title) VALUES ('n4', 'phone')");
  await untilSettled(phone);
  const further = await rotateTwice(laptop.store, laptop.mirror().vault as Vault);
  await laptop.mirror().unlock(further);
  await laptop.db.execute("INSERT INTO notes (id, title) VALUES ('n3', 'laptop')");
  await untilSettled(laptop);

  const back = await moveTo(phone, server);
  await untilShown(phone, 'HEADER_CONFLICT');
  await until(() => expect(phone.mirror().status).toMatchObject({ withdrawn: 1 }));
  expect((await refusal(openVault(back, quick()))).code).toBe('HEADER_CONFLICT');
  const { vault: joined, addedKeys } = await adoptHeader(back, quick());
  expect(addedKeys).toEqual([left.keys[0]?.id]);
  await phone.mirror().unlock(joined);
  await sendAgain(phone);
  await phone.mirror().reencryptAll({ pauseMs: 0 });
  for (const device of [phone, laptop]) {
    await untilTitles(device, ...TITLES);
    await untilShown(device, null);
  }
});

it('the device is further: it gives its header back with the keys of both, and the others adopt it', async () => {
  const { server, laptop, phone, store, vault } = await twoRegions();
  const further = await rotateTwice(store, vault);
  await phone.mirror().unlock(further);
  await phone.db.execute("UPDATE notes SET title = 'phone' WHERE id = 'n2'");
  await phone.db.execute("INSERT INTO notes (id, title) VALUES ('n4', 'phone')");
  await untilSettled(phone);
  const behind = await rotateDataKey(laptop.store, laptop.mirror().vault as Vault);
  await laptop.mirror().unlock(behind);
  await laptop.db.execute("INSERT INTO notes (id, title) VALUES ('n3', 'laptop')");
  await untilSettled(laptop);

  const back = await moveTo(phone, server);
  await untilShown(phone, 'HEADER_ROLLBACK');
  await until(() => expect(phone.mirror().status).toMatchObject({ withdrawn: 1 }));
  const restored = await restoreHeader(back, phone.mirror().vault as Vault);
  expect(restored).toMatchObject({ found: 'other-line', addedKeys: [behind.keys[0]?.id] });
  await phone.mirror().unlock(restored.vault);
  await untilShown(laptop, 'HEADER_CONFLICT');
  const { vault: adopted } = await adoptHeader(laptop.store, quick());
  expect(adopted.header).toBe(restored.vault.header);
  await laptop.mirror().unlock(adopted);
  await sendAgain(phone);
  await phone.mirror().reencryptAll({ pauseMs: 0 });
  for (const device of [phone, laptop]) {
    await untilTitles(device, ...TITLES);
    await untilShown(device, null);
  }
});
