/** What becomes of a vault's header between devices, the app's server and the sync. */

import { describe, expect, it } from 'vitest';
import { startMirror } from '../../src/adapters/powersync/powersync.js';
import {
  addSecret,
  byRecoveryKey,
  bySecret,
  changePassword,
  createVault,
  openVault,
  pinOf,
  RowsealError,
  rekeyVault,
  removeSlot,
  replaceRecoveryKey,
  rotateDataKey,
  type Vault,
} from '../../src/index.js';
import { fastKdf } from '../support/fast-kdf.js';
import { until } from '../support/synced-devices.js';
import {
  connectedVaultDevice,
  diary,
  directly,
  offline,
  type Save,
  type VaultDevice,
  vaultDevice,
  vaultServer,
} from '../support/vault-devices.js';
import { quick } from '../vault/users.js';

const SECRET = Uint8Array.from({ length: 32 }, (_, i) => i + 1);
const NEXT = 'what the password becomes';

/** What a call throws: its code, and its own words. */
async function refusal(call: Promise<unknown>): Promise<RowsealError> {
  const error = await call.then(
    () => new Error('It was not refused.'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof RowsealError)) throw error;
  return error;
}

function changeTo(next: string, current = quick()) {
  return { current, next, kdf: fastKdf() };
}

/** A server and a device whose user has just created the vault. */
async function newVault() {
  const server = await vaultServer();
  const laptop = await connectedVaultDevice(server, 'laptop');
  const { vault, recoveryKey } = await createVault(laptop.store, quick());
  return { server, laptop, vault, recoveryKey };
}

/** Waits until a device has what another one stored. */
function untilHere({ store }: VaultDevice, vault: Vault, header: string): Promise<Vault> {
  return until(async () => {
    const next = await store.refresh(vault);
    if (next.header !== header) throw new Error(`There is still epoch ${next.epoch}.`);
    return next;
  });
}

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

describe('an answer that does not come', () => {
  /** How often the server was asked. */
  function counted(device: VaultDevice, answers: readonly ((save: Save) => Save)[]) {
    const asked = { times: 0 };
    device.through = (save) => (change) => (answers[asked.times++] ?? directly)(save)(change);
    return asked;
  }
  const lost = (save: Save): Save => {
    return async (change) => {
      await save(change);
      throw new Error('The connection broke.');
    };
  };
  const saying = (answer: unknown) => {
    return (save: Save): Save => {
      return async (change) => {
        await save(change);
        return answer as null;
      };
    };
  };

  const UNCLEAR: readonly [string, (save: Save) => Save][] = [
    ['lost', lost],
    ['nothing', saying(undefined)],
    ['a response', saying({ ok: true, status: 200 })],
    ['without a number', saying({ epoch: 'many', hash: 'x' })],
    ['without a hash', saying({ epoch: 2 })],
    ['text', saying('done')],
    ['of a server that was never reached', offline],
  ];

  it('or says nothing: the same change is sent once more, and it stands', async () => {
    const { laptop, vault } = await newVault();
    let here = vault;
    for (const [what, answer] of UNCLEAR) {
      const asked = counted(laptop, [answer]);
      const next = await rotateDataKey(laptop.store, here);
      expect([what, next.epoch, asked.times]).toEqual([what, here.epoch + 1, 2]);
      expect((await openVault(laptop.store, quick())).header).toBe(next.header);
      here = next;
    }
  });

  it('comes with a bigint as text, as some clients of Postgres have it', async () => {
    const { laptop, vault } = await newVault();
    laptop.through = (save) => async (change) => {
      const answer = await save(change);
      return answer && { ...answer, epoch: String(answer.epoch) as unknown as number };
    };
    expect((await rotateDataKey(laptop.store, vault)).epoch).toBe(2);
  });

  it('is lost twice: nobody can say, and either secret opens what stands', async () => {
    const { laptop, vault } = await newVault();
    const pin = await laptop.store.loadPin();
    counted(laptop, [lost, lost]);
    const { code, message } = await refusal(changePassword(laptop.store, vault, changeTo(NEXT)));
    expect([code, message]).toEqual(['STORE_FAILED', expect.stringContaining('may be in effect')]);
    expect(await laptop.store.loadPin()).toBe(pin);
    await until(() => openVault(laptop.store, quick(NEXT)));
    expect((await refusal(openVault(laptop.store, quick()))).code).toBe('UNLOCK_FAILED');
  });

  it('is given for what was forgotten: that is not believed', async () => {
    const { server } = await newVault();
    const phone = await connectedVaultDevice(server, 'phone');
    await openVault(phone.store, quick());
    await phone.db.disconnect();
    const again = await connectedVaultDevice(server, 'phone', { file: phone.file, timeout: 300 });
    const there = await openVault(again.store, quick());
    const pin = await again.store.loadPin();
    again.through =
      () =>
      async ({ epoch, hash }) => ({ epoch, hash });
    const { code, message } = await refusal(changePassword(again.store, there, changeTo(NEXT)));
    expect([code, message]).toEqual(['STORE_FAILED', expect.stringContaining('may be in effect')]);
    expect(await again.store.loadPin()).toBe(pin);
    // The old password opens, and the change can be made.
    again.through = directly;
    const opened = await openVault(again.store, quick());
    expect((await changePassword(again.store, opened, changeTo(NEXT))).epoch).toBe(2);
  });

  it('says that nothing was stored: the old header stands', async () => {
    const { laptop, vault } = await newVault();
    laptop.through =
      () =>
      async ({ expected }) =>
        expected;
    const { code, message } = await refusal(rotateDataKey(laptop.store, vault));
    expect([code, message]).toEqual(['STORE_FAILED', expect.stringContaining('old one still')]);
  });

  it('says that nothing is there: the vault is missing, once the sync says so too', async () => {
    const { server, laptop, vault } = await newVault();
    laptop.through = (save) => async (change) => {
      await server.dropRow('rowseal_vaults', 'ada');
      return save(change);
    };
    expect((await refusal(rotateDataKey(laptop.store, vault))).code).toBe('VAULT_MISSING');
  });

  it('tells of a still newer header, which follows from ours', async () => {
    const { server, laptop, vault } = await newVault();
    const phone = await connectedVaultDevice(server, 'phone');
    const there = await openVault(phone.store, quick());
    laptop.through = (save) => async (change) => {
      await save(change);
      await until(async () => rotateDataKey(phone.store, await phone.store.refresh(there)));
      return save(change);
    };
    const next = await rotateDataKey(laptop.store, vault);
    expect(next.epoch).toBe(2);
    expect((await untilHere(laptop, next, await stored(server))).epoch).toBe(3);
  });

  it('comes for a vault that replaces a later one', async () => {
    const { server, laptop, vault } = await newVault();
    const last = await rotateDataKey(laptop.store, await rotateDataKey(laptop.store, vault));
    const { vault: other } = await createVault(laptop.store, bySecret(SECRET), {
      replaces: pinOf(last),
    });
    expect(other.epoch).toBe(1);
    expect(await stored(server)).toBe(other.header);
  });
});

async function stored(server: Awaited<ReturnType<typeof vaultServer>>): Promise<string> {
  const [row] = await server.query('SELECT header FROM rowseal_vaults');
  return String(row?.header);
}

it('is changed twice at once by one device: one change stands, the other is told', async () => {
  const { laptop, vault } = await newVault();
  await laptop.db.disconnect();
  const answers = { given: 0 };
  laptop.through = (save) => async (change) => {
    const answer = await save(change);
    answers.given++;
    return answer;
  };
  const changes = Promise.allSettled([
    changePassword(laptop.store, vault, changeTo(NEXT)),
    rotateDataKey(laptop.store, vault),
  ]);
  await until(() => expect(answers.given).toBe(2));
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
