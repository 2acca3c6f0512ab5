/** What becomes of a vault's header between devices, the app's server and the sync. */
import { describe, expect, it } from 'vitest';
import { startMirror } from '../../src/adapters/powersync/powersync.js';
import {
  addSecret,
  byRecoveryKey,
  changePassword,
  createVault,
  openVault,
  pinOf,
  rekeyVault,
  removeSlot,
  replaceRecoveryKey,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { until } from '../support/synced-devices.js';
import {
  connectedVaultDevice,
  diary,
  directly,
  offline,
  vaultDevice,
  vaultServer,
} from '../support/vault-devices.js';
import { quick } from '../vault/users.js';
import { changeTo, NEXT, newVault, refusal, SECRET, untilHere } from './vault-user.js';

it('is created on one device, and every change of it arrives at the other', async () => {
  const { server, laptop, vault, recoveryKey } = await newVault();
  expect(await server.query('SELECT id, epoch, header FROM rowseal_vaults')).toEqual([
    { id: 'ada', epoch: 1, header: vault.header },
  ]);
  const phone = await connectedVaultDevice(server, 'phone');
  let there = await openVault(phone.store, byRecoveryKey(recoveryKey));
  expect(there).toMatchObject({ header: vault.header, freshness: 'first-use' });
  const { store } = laptop;
  const changes: readonly ((current: Vault) => Promise<Vault>)[] = [
    (current) => changePassword(store, current, changeTo(NEXT)),
    (current) => rotateDataKey(store, current),
    (current) => addSecret(store, current, SECRET),
    async (current) => (await replaceRecoveryKey(store, current)).vault,
    (current) => removeSlot(store, current, current.slots.at(-1)?.id ?? ''),
  ];
  let here = vault;
  for (const change of changes) {
    here = await change(here);
    expect(await store.loadPin()).toBe(pinOf(here));
    there = await untilHere(phone, there, here.header);
    expect(await phone.store.loadPin()).toBe(pinOf(here));
  }
  const { vault: rekeyed } = await rekeyVault(store, here, { keep: [quick(NEXT)] });
  await until(async () => {
    expect(await phone.store.loadHeader()).toBe(rekeyed.header);
  });
  expect((await refusal(phone.store.refresh(there))).code).toBe('UNLOCK_FAILED');
  expect((await openVault(phone.store, quick(NEXT))).freshness).toBe('pinned');
});

it('tells whoever listens that a header may have come, in another tab or process too', async () => {
  const { server, laptop, vault } = await newVault();
  const phone = await connectedVaultDevice(server, 'phone');
  const elsewhere = await vaultDevice(server, 'phone', { file: phone.file });
  const there = await openVault(phone.store, quick());
  let heard = { here: 0, elsewhere: 0, stopped: 0 };
  phone.store.onHeader(() => heard.here++);
  elsewhere.store.onHeader(() => heard.elsewhere++);
  phone.store.onHeader(() => heard.stopped++)();
  const untilHeard = () =>
    until(() => expect(heard).toEqual({ here: 1, elsewhere: 1, stopped: 0 }));
  await untilHeard(); // of the one that is there
  heard = { here: 0, elsewhere: 0, stopped: 0 };
  const next = await rotateDataKey(laptop.store, vault);
  await untilHere(phone, there, next.header);
  await untilHeard();
});

it('is changed by a process that another one syncs for', async () => {
  const { server, laptop } = await newVault();
  const tab = await vaultDevice(server, 'laptop', { file: laptop.file });
  const opened = await openVault(tab.store, quick());
  expect(opened.freshness).toBe('pinned'); // they share it
  const next = await changePassword(tab.store, opened, changeTo(NEXT));
  expect(await laptop.store.loadPin()).toBe(pinOf(next));
  expect((await openVault(laptop.store, quick(NEXT))).header).toBe(next.header);
});

it('waits for no upload: a header comes and goes while the queue is stuck', async () => {
  const { server, laptop, vault } = await newVault();
  const phone = await connectedVaultDevice(server, 'phone');
  const there = await openVault(phone.store, quick());
  const mirror = await startMirror({ db: phone.db, vault: there, tables: [diary] });
  await mirror.waitForFirstSync();
  await server.failUploads({ kind: 'unavailable', times: 1_000_000 });
  await phone.db.execute("INSERT INTO diary (id, body) VALUES ('d1', 'stuck')");
  await mirror.flush();
  const next = await rotateDataKey(laptop.store, vault);
  const here = await untilHere(phone, there, next.header);
  const last = await changePassword(phone.store, here, changeTo(NEXT));
  expect((await untilHere(laptop, next, last.header)).epoch).toBe(3);
  expect((await phone.db.getUploadQueueStats()).count).toBe(1);
  await mirror.close();
});

it('is still there while all of it is downloaded anew', async () => {
  const { server, laptop, vault } = await newVault();
  const { db, store } = laptop;
  // As the service does after its config changed: what was downloaded goes first, then comes again.
  await until(async () => {
    expect(await db.getAll('SELECT id FROM ps_untyped')).toEqual([{ id: 'ada' }]);
  });
  await db.disconnect();
  await db.execute('DELETE FROM ps_oplog');
  expect(await store.loadHeader()).toBe(vault.header);
  expect(await store.refresh(vault)).toBe(vault);
  await db.disconnectAndClear();
  expect(await db.getAll('SELECT id FROM ps_untyped')).toEqual([]);
  await laptop.connect();
  await server.withhold('laptop', 'rowseal_vaults', true);
  await until(async () => {
    expect((await refusal(openVault(store, quick()))).code).toBe('VAULT_MISSING');
  });
});

describe('before the first sync', () => {
  it('no row is no answer: it waits, and fails in the end', async () => {
    const { server } = await newVault();
    const phone = await vaultDevice(server, 'phone', { timeout: 200 });
    const { code, cause } = await refusal(openVault(phone.store, quick()));
    expect(code).toBe('STORE_FAILED');
    expect(String(cause)).toContain('connect');
    expect((await refusal(createVault(phone.store, quick()))).code).toBe('STORE_FAILED');
  });

  it('an opening that began too early succeeds once it is there', async () => {
    const { server, vault } = await newVault();
    const phone = await vaultDevice(server, 'phone');
    const opening = openVault(phone.store, quick());
    await phone.connect();
    expect((await opening).header).toBe(vault.header);
    // From now on without a network.
    await phone.db.close();
    const again = await vaultDevice(server, 'phone', { file: phone.file, timeout: 0 });
    expect((await openVault(again.store, quick())).freshness).toBe('pinned');
  });

  it('a user without a vault is told so by a whole sync only', async () => {
    const server = await vaultServer();
    const phone = await connectedVaultDevice(server, 'phone');
    expect((await refusal(openVault(phone.store, quick()))).code).toBe('VAULT_MISSING');
    expect(phone.db.currentStatus.hasSynced).toBe(true);
  });
});

describe('two devices that create a vault at once', () => {
  it('end with one, and the other is told', async () => {
    const server = await vaultServer();
    const devices = [
      await connectedVaultDevice(server, 'laptop'),
      await connectedVaultDevice(server, 'phone'),
    ];
    const created = await Promise.allSettled(
      devices.map(({ store }) => createVault(store, quick(), { recovery: false })),
    );
    const lost = created.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
    expect(lost).toEqual(['HEADER_CONFLICT']);
    const opened = await Promise.all(devices.map(({ store }) => openVault(store, quick())));
    expect(opened[0]?.header).toBe(opened[1]?.header);
  });
});

it('is changed twice at once by one device: one change stands, the other is told', async () => {
  const { laptop, vault } = await newVault();
  await laptop.db.disconnect();
  let calls = 0;
  let bothCall = () => {};
  const bothCalled = new Promise<void>((resolve) => {
    bothCall = resolve;
  });
  laptop.through = (save) => async (change) => {
    calls++;
    if (calls === 2) bothCall();
    await bothCalled; // or the second would find the first in effect before it began
    return save(change);
  };
  const changes = Promise.allSettled([
    changePassword(laptop.store, vault, changeTo(NEXT)),
    rotateDataKey(laptop.store, vault),
  ]);
  await bothCalled;
  void laptop.connect();
  const codes = (await changes).map((each) => each.status === 'rejected' && each.reason.code);
  expect(new Set(codes)).toEqual(new Set([false, 'HEADER_CONFLICT']));
});

it('is not changed offline, and the old vault stays', async () => {
  const { laptop, vault } = await newVault();
  const pin = await laptop.store.loadPin();
  laptop.through = offline;
  await laptop.db.disconnect();
  const { code } = await refusal(changePassword(laptop.store, vault, changeTo(NEXT)));
  expect(code).toBe('STORE_FAILED');
  expect(await laptop.store.loadPin()).toBe(pin);
  const opened = await openVault(laptop.store, quick());
  expect(opened.header).toBe(vault.header);
  laptop.through = directly;
  void laptop.connect();
  expect((await changePassword(laptop.store, opened, changeTo(NEXT))).epoch).toBe(2);
});

it('survives a process that dies between the header and the pin', async () => {
  const { server, laptop, vault } = await newVault();
  await new Promise<void>((resolve) => {
    const savePin = () => new Promise<never>(() => resolve());
    void changePassword({ ...laptop.store, savePin }, vault, changeTo(NEXT));
  });
  await laptop.db.close();
  const again = await connectedVaultDevice(server, 'laptop', { file: laptop.file });
  expect((await refusal(openVault(again.store, quick()))).code).toBe('UNLOCK_FAILED');
  const opened = await openVault(again.store, quick(NEXT));
  expect(opened).toMatchObject({ epoch: 2, freshness: 'pinned' });
  expect(await again.store.loadPin()).toBe(pinOf(opened));
});
