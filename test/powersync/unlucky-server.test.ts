/** A server that was restored from a backup, in part or whole: who gets back in, and how. */
import { expect, it } from 'vitest';
import { keyCloser } from '../../examples/sync-server/connector.js';
import {
  dropRetiredKeys,
  openVault,
  recallKeys,
  restoreHeader,
  type Vault,
} from '../../src/index.js';
import { prefixOf, untilSettled, VAULTS } from '../support/rekeyed-devices.js';
import { until } from '../support/synced-devices.js';
import {
  goOn,
  newDevice,
  ROWS,
  sendAgain,
  type UnluckyUser,
  unluckyUser,
  untilShown,
  untilTitles,
} from '../support/unlucky-devices.js';
import { quick } from '../vault/users.js';
import { refusal } from './vault-user.js';

const LATER = ['later', 'first', 'later'];

async function usedPrefixes({ server }: UnluckyUser): Promise<unknown[]> {
  const used = await server.query("SELECT prefix FROM rowseal_key_use('ada')");
  return used.map(({ prefix }) => prefix);
}

it('header old, rows new: they wait for their key, which the device that was used last gives back', async () => {
  const user = await unluckyUser();
  const { laptop, backup } = user;
  const next = await goOn(user);
  await backup.restore(VAULTS);
  await untilShown(laptop, 'HEADER_ROLLBACK');
  await untilTitles(laptop, ...LATER);
  const waits = [{ keyId: next.keys[0]?.id, rows: 2 }];
  const tablet = await newDevice(user); // nothing tells it that this is not the newest header
  await until(() => expect(tablet.mirror().status.waitingKeys).toMatchObject(waits));
  await untilTitles(tablet, 'first');

  expect((await refusal(openVault(laptop.store, quick()))).code).toBe('HEADER_ROLLBACK');
  const offline = await openVault(laptop.store, quick(), { offline: true });
  const { found, vault } = await restoreHeader(laptop.store, offline);
  expect(found).toBe('older');
  expect(vault.header).toBe(next.header);
  for (const device of [laptop, tablet]) {
    await untilShown(device, null);
    await untilTitles(device, ...LATER);
    const inStep = { waitingKeys: [], quarantined: 0 };
    await until(() => expect(device.mirror().status).toMatchObject(inStep));
  }
});

it('header damaged, and then gone: each device that knows it can put it back', async () => {
  const user = await unluckyUser();
  const { server, laptop, vault } = user;
  await server.dropChecks(); // the shipped ones let no such header in
  const half = { header: vault.header.slice(0, -40) };
  await server.setColumns(VAULTS, 'ada', half);
  await untilShown(laptop, 'HEADER_MALFORMED');
  const known = laptop.mirror().vault as Vault;
  expect((await restoreHeader(laptop.store, known)).found).toBe('damaged');
  await untilShown(laptop, null);

  await server.setColumns(VAULTS, 'ada', { ...half, hash: 'gone' });
  await untilShown(laptop, 'HEADER_MALFORMED');
  const hasToGoFirst = restoreHeader(laptop.store, laptop.mirror().vault as Vault);
  expect((await refusal(hasToGoFirst)).code).toBe('STORE_FAILED');
  await server.dropRow(VAULTS, 'ada');
  await untilShown(laptop, 'VAULT_MISSING');
  await laptop.db.execute("UPDATE notes SET title = 'mine' WHERE id = 'n1'");
  await untilSettled(laptop); // work goes on
  const offline = await openVault(laptop.store, quick(), { offline: true });
  expect((await restoreHeader(laptop.store, offline)).found).toBe('none');
  await untilShown(laptop, null);
  const tablet = await newDevice(user);
  expect(tablet.mirror().vault?.header).toBe(vault.header);
  await untilTitles(tablet, 'mine', 'first');
});

it('header and rows old: edits are sent again by themselves, lost rows once the user has seen them', async () => {
  const user = await unluckyUser();
  const { laptop, backup } = user;
  const next = await goOn(user);
  await backup.restore(ROWS, VAULTS);
  await untilShown(laptop, 'HEADER_ROLLBACK');
  await until(() => expect(laptop.mirror().status.withdrawn).toBe(1));
  await untilTitles(laptop, 'later', 'first');
  const { found } = await restoreHeader(laptop.store, laptop.mirror().vault as Vault);
  expect(found).toBe('older');
  await untilShown(laptop, null);
  await sendAgain(laptop);
  await laptop.mirror().reencryptAll({ pauseMs: 0 }); // or in a minute, by itself
  const tablet = await newDevice(user);
  for (const device of [laptop, tablet]) await untilTitles(device, ...LATER);
  expect(tablet.mirror().vault?.header).toBe(next.header);
});

/** All under the second key, and the first one closed and dropped. */
async function dropFirstKey({ server, laptop }: UnluckyUser, next: Vault): Promise<Vault> {
  await laptop.mirror().reencryptAll({ pauseMs: 0 });
  const closeKeys = keyCloser({ url: server.url, owner: 'ada', device: 'laptop' });
  const { vault, left } = await dropRetiredKeys(laptop.store, next, { closeKeys });
  expect(left).toBe(0);
  await until(() => expect(laptop.mirror().vault?.header).toBe(vault.header));
  return vault;
}

it('rows old, under a key that was dropped: who knew it asks the user, and all leave under the new', async () => {
  const user = await unluckyUser();
  const { laptop, backup } = user;
  const lean = await dropFirstKey(user, await goOn(user));
  await backup.restore(ROWS);
  const { status } = laptop.mirror();
  expect(status.header).toBeNull();
  await until(() => expect(laptop.mirror().status).toMatchObject({ quarantined: 2, withdrawn: 1 }));
  const codes = (await laptop.mirror().troubledRows()).map(({ code }) => code);
  expect(codes.sort()).toEqual(['KEY_RETIRED', 'KEY_RETIRED', null]);
  await untilTitles(laptop, 'later', 'first'); // what it had
  const tablet = await newDevice(user);
  await until(() => expect(tablet.mirror().status.waitingKeys).toMatchObject([{ rows: 2 }]));

  await laptop.mirror().retry({ acceptRetired: true });
  await sendAgain(laptop);
  await until(() => expect(laptop.mirror().status.quarantined).toBe(0));
  await laptop.mirror().reencryptAll({ pauseMs: 0 });
  for (const device of [laptop, tablet]) await untilTitles(device, ...LATER);
  expect(await usedPrefixes(user)).toEqual([prefixOf(lean)]);
});

it('the same, and no device left: an earlier header opens them, wherever it was kept', async () => {
  const user = await unluckyUser();
  const { laptop, backup, vault } = user;
  const lean = await dropFirstKey(user, await goOn(user));
  await laptop.db.disconnect();
  await backup.restore(ROWS);
  const tablet = await newDevice(user);
  await until(() => expect(tablet.mirror().status.waitingKeys).toMatchObject([{ rows: 2 }]));
  const recalled = recallKeys(tablet.mirror().vault as Vault, vault.header);
  await tablet.mirror().unlock(recalled);
  await until(() => expect(tablet.mirror().status.quarantined).toBe(2));
  await tablet.mirror().retry({ acceptRetired: true });
  await untilTitles(tablet, 'first', 'first'); // as of the backup
  await tablet.mirror().reencryptAll({ pauseMs: 0 });
  expect(await usedPrefixes(user)).toEqual([prefixOf(lean)]);
});
