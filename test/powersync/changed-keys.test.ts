/** A vault that gets another primary key while rows wait for upload, on real devices. */

import { describe, expect, it } from 'vitest';
import type { SyncServer } from '../../examples/sync-server/sync-server.js';
import { createVault, openVault, rekeyVault, rotateDataKey, type Vault } from '../../src/index.js';
import { alter } from '../support/header-surgeon.js';
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

/** Two devices that have the same rows, the second of them offline. */
async function laptopAndPhone() {
  const server = await rekeyingServer();
  const laptop = await rekeyedDevice(server, 'laptop');
  laptop.connect();
  const { vault } = await createVault(laptop.store, quick());
  await laptop.start(vault);
  await laptop.db.writeTransaction(async (tx) => {
    const insert = "INSERT INTO notes (id, title) VALUES (?, 'first')";
    for (const id of ['n1', 'n2', 'n3']) await tx.execute(insert, [id]);
    await tx.execute("INSERT INTO tasks (id, name) VALUES ('t1', 'first')");
  });
  await untilSettled(laptop);
  const phone = await rekeyedDevice(server, 'phone');
  phone.connect();
  await phone.start(await openVault(phone.store, quick()));
  await phone.mirror().waitForFirstSync();
  await untilRows(phone.db, 'SELECT count(*) AS count FROM notes', [{ count: 3 }]);
  await untilSettled(phone);
  await phone.db.disconnect();
  return { server, laptop, phone, vault };
}

/** A chain of two edits, a delete, and a transaction over two tables. */
async function editOffline({ db, mirror }: RekeyedDevice): Promise<void> {
  await db.execute("UPDATE notes SET title = 'once' WHERE id = 'n1'");
  await mirror().flush();
  await db.execute("UPDATE notes SET body = 'twice' WHERE id = 'n1'");
  await mirror().flush();
  await db.execute("DELETE FROM notes WHERE id = 'n2'");
  await mirror().flush();
  await db.writeTransaction(async (tx) => {
    await tx.execute("UPDATE notes SET title = 'both' WHERE id = 'n3'");
    await tx.execute("UPDATE tasks SET name = 'both' WHERE id = 't1'");
  });
  await mirror().flush();
}

const EDITED = [
  { id: 'n1', title: 'once', body: 'twice' },
  { id: 'n3', title: 'both', body: null },
];

async function expectEdited(device: RekeyedDevice): Promise<void> {
  await untilRows(device.db, NOTES, EDITED);
  await untilRows(device.db, 'SELECT name FROM tasks', [{ name: 'both' }]);
}

/** Everything left under this key alone, and once: small transactions are joined, none is split. */
function expectSentUnder(vault: Vault, { sent }: RekeyedDevice): void {
  const prefix = prefixOf(vault);
  expect(payloadsIn(sent).filter((payload) => !payload.startsWith(prefix))).toEqual([]);
  const ids = sent.map((writes) => writes.map(({ id }) => id));
  expect(ids).toEqual([['n1', 'n2', 'n3', 't1']]);
}

describe('edits that wait for upload', () => {
  it('arrive under the next key alone, after the vault was rekeyed elsewhere', async () => {
    const { server, laptop, phone, vault } = await laptopAndPhone();
    const { vault: rekeyed } = await rekeyVault(laptop.store, vault, { keep: [quick()] });
    await laptop.mirror().unlock(rekeyed);
    await editOffline(phone);
    expect(await phone.waiting()).toHaveLength(5);
    phone.sent.length = 0;
    phone.mayUpload = false;
    phone.connect();
    await until(() => expect(phone.mirror().status.state).toBe('locked'));
    expect(phone.mirror().status.header?.code).toBe('UNLOCK_FAILED');
    expect(phone.mirror().vault).toBeNull();
    phone.mayUpload = true;
    await until(() =>
      expect(phone.db.currentStatus.dataFlowStatus.uploadError?.message).toContain('rekeyed'),
    );
    expect(phone.sent).toEqual([]);

    await phone.mirror().unlock(await openVault(phone.store, quick()));
    await expectEdited(laptop);
    await untilSettled(laptop, phone);
    await expectEdited(phone);
    expectSentUnder(rekeyed, phone);
    for (const device of [laptop, phone]) {
      expect(await device.mirror().findings()).toEqual([]);
      expect(device.mirror().status).toMatchObject({ header: null, quarantined: 0, findings: 0 });
    }
    expect(await server.query("SELECT id FROM notes_sealed WHERE siblings <> ''")).toEqual([]);
  });

  it('arrive under the next key alone, after a rotation that needs no secret', async () => {
    const { laptop, phone, vault } = await laptopAndPhone();
    await editOffline(phone);
    const rotated = await rotateDataKey(laptop.store, vault);
    await until(() => expect(laptop.mirror().vault?.header).toBe(rotated.header));
    phone.sent.length = 0;
    phone.mayUpload = false;
    phone.connect();
    await until(() => expect(phone.mirror().vault?.header).toBe(rotated.header));
    // An upload that begins between the header and the next turn leaves, and its rows are sent again.
    await until(async () => {
      const payloads = (await phone.waiting()).map(({ payload }) => payload?.slice(0, 44));
      expect(new Set(payloads)).toEqual(new Set([prefixOf(rotated)]));
    });
    phone.mayUpload = true;
    await expectEdited(laptop);
    await untilSettled(laptop, phone);
    expectSentUnder(rotated, phone);
  });

  it('are sent again when their upload was under way', async () => {
    const { server, laptop, phone, vault } = await laptopAndPhone();
    let letGo = () => {};
    phone.until = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await phone.db.execute("UPDATE notes SET title = 'once' WHERE id = 'n1'");
    await phone.mirror().flush();
    await phone.db.execute("UPDATE notes SET body = 'twice' WHERE id = 'n1'");
    await phone.mirror().flush();
    phone.sent.length = 0;
    phone.connect();
    await until(() => expect(phone.sent).toHaveLength(1));
    const { vault: rekeyed } = await rekeyVault(laptop.store, vault, { keep: [quick()] });
    await laptop.mirror().unlock(rekeyed);
    await until(() => expect(phone.mirror().status.state).toBe('locked'));
    await phone.mirror().unlock(await openVault(phone.store, quick()));
    await phone.mirror().flush();
    const waiting = await phone.waiting();
    expect(waiting.map(({ payload }) => payload?.startsWith(prefixOf(rekeyed)))).toEqual([true]);
    letGo();
    const expected = { id: 'n1', title: 'once', body: 'twice' };
    await untilRows(laptop.db, "SELECT id, title, body FROM notes WHERE id = 'n1'", [expected]);
    await untilSettled(laptop, phone);
    const row = await server.query("SELECT payload, siblings FROM notes_sealed WHERE id = 'n1'");
    expect(row).toEqual([{ payload: waiting[0]?.payload, siblings: '' }]);
    expect(phone.sent).toHaveLength(2);
    expect(laptop.mirror().status).toMatchObject({ quarantined: 0, findings: 0 });
  });
});

/** As the stored one, whatever it says. */
function showHeader(server: SyncServer, header: string): Promise<void> {
  return server.setColumns(VAULTS, 'ada', { header, hash: header.slice(-43) });
}

describe('a header that speaks against itself', () => {
  it.each([
    ['led back', 'HEADER_ROLLBACK'],
    ['altered', 'HEADER_TAMPERED'],
    ['cut', 'HEADER_MALFORMED'],
    ['taken away', 'VAULT_MISSING'],
  ] as const)('%s is %s in the status, and the mirror goes on', async (what, code) => {
    const { server, laptop, phone, vault } = await laptopAndPhone();
    const rotated = await rotateDataKey(laptop.store, vault);
    phone.connect();
    await until(() => expect(phone.mirror().vault?.header).toBe(rotated.header));
    const header = {
      'led back': vault.header,
      altered: alter(rotated.header, { mac: new Uint8Array(32) }),
      cut: rotated.header.slice(0, 200),
      'taken away': null,
    }[what];
    await server.dropChecks();
    if (header === null) await server.dropRow(VAULTS, 'ada');
    else await showHeader(server, header);
    await until(() => expect(phone.mirror().status.header?.code).toBe(code));
    await phone.db.execute("UPDATE notes SET title = 'meanwhile' WHERE id = 'n1'");
    const sql = "SELECT title FROM notes WHERE id = 'n1'";
    await untilRows(laptop.db, sql, [{ title: 'meanwhile' }]);
    expect(phone.mirror().status).toMatchObject({ state: 'running', header: { code } });
    await server.replay(VAULTS, 'ada', 1);
    await until(() => expect(phone.mirror().status.header).toBeNull());
  });

  it('under an unknown vault key locks the mirror at most once', async () => {
    const { server, phone, vault } = await laptopAndPhone();
    await server.dropChecks();
    const hostile = (fill: number) =>
      alter(vault.header, { vaultKeyId: new Uint8Array(32).fill(fill) });
    phone.connect();
    await showHeader(server, hostile(2));
    await until(() => expect(phone.mirror().status.state).toBe('locked'));
    await phone.db.execute("UPDATE notes SET title = 'meanwhile' WHERE id = 'n1'");
    await phone.mirror().unlock(await openVault(phone.store, quick(), { offline: true }));
    for (const fill of [3, 4]) {
      await showHeader(server, hostile(fill));
      const synced = `SELECT 1 AS here FROM ps_oplog WHERE data LIKE '%${hostile(fill)}%'`;
      await untilRows(phone.db, synced, [{ here: 1 }]);
    }
    await phone.mirror().flush();
    await untilRows(phone.db, 'SELECT id FROM ps_crud', []);
    phone.sent.length = 0;
    await phone.db.execute("UPDATE notes SET title = 'later' WHERE id = 'n1'");
    await phone.mirror().flush();
    await untilRows(phone.db, 'SELECT id FROM ps_crud', []);
    expect(phone.sent).toHaveLength(1);
    expect(phone.mirror().status).toMatchObject({
      state: 'running',
      header: { code: 'UNLOCK_FAILED' },
    });
  });
});
